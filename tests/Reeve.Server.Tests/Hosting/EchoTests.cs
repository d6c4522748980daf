namespace Reeve.Server.Tests.Hosting;

public sealed class EchoTests
{
    private const string Secret = "hunter2";

    [Theory]
    [InlineData("block_documents/", """{"name":5,"data":{"value":"hunter2"}}""")]
    [InlineData("variables/", """{"name":5,"value":"hunter2"}""")]
    [InlineData("deployments/", """{"name":5,"job_variables":{"env":{"TOKEN":"hunter2"}}}""")]
    [InlineData("deployments/", """{"name":5,"infra_overrides":{"env":{"TOKEN":"hunter2"}}}""")]
    [InlineData("deployments/", """{"name":5,"pull_steps":[{"git_clone":{"access_token":"hunter2"}}]}""")]
    [InlineData("deployments/", """{"name":5,"parameters":{"password":"hunter2"}}""")]
    [InlineData("flow_runs/", """{"name":5,"parameters":{"password":"hunter2"},"job_variables":{"env":"hunter2"}}""")]
    [InlineData("work_pools/", """{"name":5,"base_job_template":{"variables":{"password":{"default":"hunter2"}}}}""")]
    [InlineData("flow_runs/00000000-0000-0000-0000-000000000001/set_state", """{"state":{"type":"NONE","data":"hunter2","message":"hunter2"}}""")]
    [InlineData("task_runs/", """{"task_key":5,"task_inputs":{"a":[{"value":"hunter2"}]}}""")]
    public async Task A_refusal_does_not_repeat_what_may_be_secret(string path, string body)
    {
        await using var host = await TestHost.StartAsync();

        var (status, answer) = await host.PostAsync(path, body);

        Assert.Equal(422, status);
        Assert.DoesNotContain(Secret, answer.GetRawText(), StringComparison.Ordinal);
    }
}
