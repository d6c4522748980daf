using System.Text.Json;
using Reeve.Engine;
using Reeve.Protocol.Runs;
using Reeve.Tests.Engine;

namespace Reeve.Tests.Calls;

public sealed partial class SubmitTests : EngineStage
{
    [Fact]
    public async Task Every_shape_of_lambda_is_submitted_and_awaited()
    {
        Assert.Equal(15, await In(() => Shapes()));

        Assert.Equal(8, Api.TaskRuns.Count());
        Assert.All(Api.TaskRuns, run => Assert.Equal(["Pending", "Running", "Completed"], run.Path));
    }

    [Fact]
    public async Task Failure_outside_of_flows_is_told_to_who_awaits_it_and_kept_for_nobody_else()
    {
        EngineSession.Current = Session;

        await Assert.ThrowsAsync<FormatException>(async () => await Tasks.Submit(() => Misspelt()));

        Assert.Equal(0, Session.Submitted.Failures);
    }

    [Fact]
    public async Task Future_knows_its_run()
    {
        var future = await In(() => One());

        var run = Assert.Single(Api.TaskRuns);
        Assert.Equal((run.Id, run.Name, "Completed", true), (future.RunId!.Value, future.Name!, future.State!.Name, future.IsCompleted));
        Assert.Equal(1, (await future.StateAsync(Token)).Value);
        Assert.Equal(1, await future.WaitAsync(TimeSpan.Zero, Token));
    }

    [Fact]
    public async Task Results_of_futures_are_arguments_and_edges_of_the_graph()
    {
        var (text, one, two) = await In(() => Chained());

        Assert.Equal("1+2=3, 4", text);
        Assert.Equal(Edges(("left", one), ("right", two)), Api.TaskRun("added-0").Parameters.GetRawText());
        Assert.Equal(Edges(("text", Api.TaskRun("added-0").Id)), Api.TaskRun("longer-0").Parameters.GetRawText());
    }

    [Fact]
    public async Task Object_that_a_task_returned_is_known_when_another_is_given_it()
    {
        await In(() => ByIdentity());

        var (made, listed) = (Api.TaskRun("made-0").Id, Api.TaskRun("made-1").Id);
        Assert.Equal(Edges(("box", made)), Api.TaskRun("opened-0").Parameters.GetRawText());
        var inputs = JsonSerializer.Deserialize<JsonElement>(Api.TaskRun("counted-0").Parameters.GetRawText()).GetProperty("boxes");
        Assert.Equal([made, listed], inputs.EnumerateArray().Select(edge => edge.GetProperty("id").GetGuid()));
    }

    [Fact]
    public async Task Call_waits_for_others_and_says_so_in_the_graph()
    {
        var order = await In(() => Waiting());

        Assert.Equal(["first", "second"], order);
        var run = Api.TaskRun("note-1");
        Assert.Contains($$"""
            "wait_for":[{"input_type":"task_run","id":"{{Api.TaskRun("note-0").Id}}"}]
            """.Trim(), run.Parameters.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Awaited_failure_is_the_authors_own()
    {
        var thrown = await Assert.ThrowsAsync<FormatException>(() => In(() => AwaitedFailure()));

        Assert.Equal("bad", thrown.Message);
        Assert.Equal("Failed", Assert.Single(Api.FlowRuns).Current.Name);
    }

    [Fact]
    public async Task Call_that_nobody_awaits_is_waited_for_and_its_failure_logged()
    {
        await In(() => Unawaited());

        Assert.Equal("Completed", Assert.Single(Api.FlowRuns).Current.Name);
        Assert.Equal("Completed", Api.TaskRun("late-0").Current.Name);
        Assert.Equal("Failed", Api.TaskRun("failing-0").Current.Name);
        Assert.Contains("Submitted call 'failing-0' ended as Failed('Task run encountered an exception FormatException: bad'), and nobody awaited it", Api.Messages);
    }

    [Fact]
    public async Task Failed_flow_begins_nothing_that_has_not_begun()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => In(() => FailsAfterSubmitting()));

        Assert.Equal("note-0", Assert.Single(Api.TaskRuns).Name);
        Assert.Equal("Completed", Api.TaskRun("note-0").Current.Name);
    }

    [Fact]
    public async Task Dependant_of_a_failure_is_not_ready_and_its_code_does_not_run()
    {
        var (state, thrown, ran) = await In(() => Dependant());

        Assert.Equal(("NotReady", StateType.Pending, false), (state.Name, state.Type, ran));
        Assert.Equal("bad", thrown.InnerException!.Message);
        var run = Api.TaskRun("longer-0");
        Assert.Equal(["NotReady"], run.Path);
        Assert.StartsWith("'failing-0' ended as Failed(", run.Current.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_that_waits_for_a_failure_is_not_ready_with_the_inputs_it_would_have_had()
    {
        var ran = await In(() => WaitsForFailure());

        Assert.False(ran);
        var run = Api.TaskRun("note-0");
        Assert.Equal(["NotReady"], run.Path);
        Assert.Contains($"\"wait_for\":[{{\"input_type\":\"task_run\",\"id\":\"{Api.TaskRun("failing-0").Id}\"}}]", run.Parameters.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Allowed_failure_is_handed_over_as_a_state()
    {
        Assert.Equal("Failed: bad", await In(() => Allowing()));

        Assert.Equal(Edges(("state", Api.TaskRun("failing-0").Id)), Api.TaskRun("judged-0").Parameters.GetRawText());
    }

    [Fact]
    public async Task State_is_returned_instead_of_thrown()
    {
        var (failed, completed, sub) = await In(() => States());

        Assert.Equal((StateType.Failed, "Task run encountered an exception FormatException: bad"), (failed.Type, failed.Message));
        Assert.IsType<FormatException>(failed.Exception);
        Assert.Throws<FormatException>(() => failed.Value);
        Assert.Equal((StateType.Completed, 7), (completed.Type, completed.Value));
        Assert.Equal((StateType.Failed, "Flow run encountered an exception: InvalidOperationException: sub"), (sub.Type, sub.Message));
        Assert.Equal("Completed", Api.FlowRuns.First().Current.Name);
    }

    [Fact]
    public async Task Options_of_the_call_win_over_the_attribute()
    {
        Assert.Equal(2, await In(() => WithRetries()));

        Assert.Equal(["Pending", "Running", "AwaitingRetry", "Retrying", "Completed"], Api.TaskRun("twice-0").Path);
    }

    [Fact]
    public async Task Subflows_are_submitted_as_tasks_are()
    {
        Assert.Equal(5, await In(() => Subflows()));

        Assert.Equal(3, Api.FlowRuns.Count());
        Assert.All(Api.FlowRuns, run => Assert.Equal("Completed", run.Current.Name));
    }

    [Fact]
    public async Task Cancelled_call_stops_or_never_begins()
    {
        var (running, waiting) = await In(() => Cancels());

        Assert.Equal((StateType.Cancelled, StateType.Cancelled), (running.Type, waiting.Type));
        Assert.Equal(["Pending", "Running", "Cancelled"], Assert.Single(Api.TaskRuns).Path);
    }

    [Fact]
    public async Task Lambda_without_a_task_is_told_of()
    {
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => In(async () => await Tasks.Submit(() => 3)));

        Assert.StartsWith("The lambda called no [Task] or [Flow] method", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tasks_that_submit_and_wait_do_not_exhaust_the_runner()
    {
        Assert.Equal(12, await In(() => Nested()));
        Assert.Equal(2, await In(() => CrossWaiting()));
    }

    [Fact]
    public async Task Inline_runner_runs_one_after_the_other_in_order()
    {
        Assert.Equal(["0", "1", "2", "3"], await In(() => InlineOrder()));
    }

    private static string Edges(params (string Name, Guid Run)[] edges) =>
        $"{{{string.Join(",", edges.Select(edge => $"\"{edge.Name}\":[{{\"input_type\":\"task_run\",\"id\":\"{edge.Run}\"}}]"))}}}";

    [Task]
    private static void Misspelt() => throw new FormatException("outside");
}
