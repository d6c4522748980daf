using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.TaskRuns;

public sealed class RepeatedProposalTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_failure_whose_answer_was_lost_is_proposed_again_and_still_retried(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var flowRun = (await host.FlowRunAsync()).Text("id");
        await host.SetStateAsync(flowRun, "RUNNING");
        var task = (await host.PostAsync("task_runs/", new { flow_run_id = flowRun, task_key = "t", dynamic_key = "0", empirical_policy = new { retries = 1, retry_delay = 0 } })).Body.Text("id");
        await host.PostAsync($"task_runs/{task}/set_state", new { state = new { type = "RUNNING" } });
        var failure = new { state = new { type = "FAILED", state_details = new { transition_id = Guid.NewGuid() } } };

        var first = await host.PostAsync($"task_runs/{task}/set_state", failure);
        var again = await host.PostAsync($"task_runs/{task}/set_state", failure);

        Assert.Equal(("REJECT", "AwaitingRetry"), (first.Body.Text("status"), first.Body.GetProperty("state").Text("name")));
        Assert.Equal("REJECT", again.Body.Text("status"));
        Assert.Equal(first.Body.GetProperty("state").Text("id"), again.Body.GetProperty("state").Text("id"));
        Assert.Equal("SCHEDULED", (await host.GetAsync($"task_runs/{task}")).Body.Text("state_type"));
    }
}
