using Reeve.Client;
using Reeve.Protocol;
using Reeve.Protocol.Runs;
using Reeve.Workers.Jobs;

namespace Reeve.Workers.Tests.Jobs;

public sealed class InfrastructureBlockTests
{
    [Theory]
    [InlineData("""{"env.STAGE": "dev"}""", null, """{"env":{"STAGE":"dev"}}""")]
    [InlineData("""{"env.A.B": "x"}""", null, """{"env":{"A.B":"x"}}""")]
    [InlineData("""{"env": {"A": 1}, "working_dir": "/srv"}""", """{"env": {"B": 2}}""", """{"env":{"A":1,"B":2},"working_dir":"/srv"}""")]
    [InlineData("""{"job.spec.parallelism": 2}""", """{"job.spec.suspend": true}""", """{"job":{"spec":{"parallelism":2,"suspend":true}}}""")]
    public async Task Overrides_and_a_runs_variables_are_laid_over_the_block(string overrides, string? run, string expected)
    {
        using var nobody = new ApiConnection(new HttpClientHandler(), new Uri("http://127.0.0.1:9/api"), RetryPolicy.None);
        var flowRun = new FlowRun { Id = Guid.NewGuid(), Created = default, Updated = default, Name = "a", FlowId = Guid.NewGuid(), JobVariables = run is null ? WireJson.EmptyObject : WireJson.Parse(run) };

        var configuration = await InfrastructureBlock.ConfigurationAsync(new OrchestrationClient(nobody), deployment: null, WireJson.Parse(overrides), flowRun, TestContext.Current.CancellationToken);

        Assert.Equal(expected, configuration.ToJsonString());
    }
}
