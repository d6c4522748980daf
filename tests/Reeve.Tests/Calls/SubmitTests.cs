using System.Text.Json;
using Reeve.Engine;
using Reeve.Protocol.Runs;
using Reeve.Tests.Engine;

namespace Reeve.Tests.Calls;

public sealed class SubmitTests : EngineStage
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

    [Flow]
    private static async Task<int> Shapes()
    {
        await Tasks.Submit(() => Nothing());
        await Tasks.Submit(() => NothingAsync());
        await Tasks.Submit(() => NothingValueAsync());
        var sum = await Tasks.Submit(() => Number(1)) + await Tasks.Submit(() => NumberAsync(2)) + await Tasks.Submit(() => NumberValueAsync(3));
        sum += await Tasks.Submit(async () => await NumberAsync(4));
        return sum + Tasks.Run(() => Number(5));
    }

    [Flow]
    private static async Task<TaskFuture<int>> One()
    {
        var future = Tasks.Submit(() => Number(1));
        await future;
        return future;
    }

    [Flow]
    private static async Task<(string Text, Guid One, Guid Two)> Chained()
    {
        var (one, two) = (Tasks.Submit(() => Number(1)), Tasks.With(waitFor: []).Submit(() => Number(2)));
        var text = Tasks.Submit(one, two, (x, y) => Added(x, y));
        var longer = text.Then(value => Longer(value));
        return ($"{await text}, {await longer}", one.RunId!.Value, two.RunId!.Value);
    }

    [Flow]
    private static async Task ByIdentity()
    {
        var box = await Made(1);
        await Opened(box);
        Counted([box, await Made(2)]);
    }

    [Flow]
    private static async Task<List<string>> Waiting()
    {
        var notes = new List<string>();
        var hold = new TaskCompletionSource();
        var first = Tasks.Submit(() => Note(notes, "first", hold.Task));
        var second = Tasks.Submit(() => Note(notes, "second", Task.CompletedTask), waitFor: [first]);
        hold.SetResult();
        await second;
        return notes;
    }

    [Flow]
    private static async Task AwaitedFailure() => await Tasks.Submit(() => Failing());

    [Flow]
    private static async Task Unawaited()
    {
        _ = Tasks.Submit(() => Late());
        _ = Tasks.Submit(() => Failing());
        await Task.Yield();
    }

    [Flow]
    private static async Task FailsAfterSubmitting()
    {
        var (begun, hold) = (new TaskCompletionSource(), new TaskCompletionSource());
        var one = Tasks.With(taskRunner: TaskRunner.ThreadPool(1));
        var runner = one.Submit(() => Note([], "first", Begin(begun, hold.Task)));
        _ = one.Submit(() => Note([], "second", Task.CompletedTask), waitFor: [runner]);
        await begun.Task;
        _ = Task.Run(async () =>
        {
            await Task.Yield();
            hold.SetResult();
        });
        throw new InvalidOperationException("no more");
    }

    private static async Task Begin(TaskCompletionSource begun, Task hold)
    {
        begun.SetResult();
        await hold;
    }

    [Flow]
    private static async Task<(ReturnedState, Exception, bool)> Dependant()
    {
        var ran = false;
        var future = Tasks.Submit(() => Failing()).Then(number =>
        {
            ran = true;
            return Longer($"{number}");
        });
        var state = await future.StateAsync(CancellationToken.None);
        return (state, state.Exception!, ran);
    }

    [Flow]
    private static async Task<bool> WaitsForFailure()
    {
        var notes = new List<string>();
        var future = Tasks.With(waitFor: [Tasks.Submit(() => Failing())]).Submit(() => Note(notes, "ran", Task.CompletedTask));
        await Assert.ThrowsAsync<UpstreamTaskException>(async () => await future);
        return notes.Count > 0;
    }

    [Flow]
    private static async Task<string> Allowing() => await Tasks.Submit(Tasks.AllowFailure(Tasks.Submit(() => Failing())), state => Judged(state));

    [Flow]
    private static async Task<(ReturnedState<int>, ReturnedState<int>, ReturnedState)> States() =>
        (await Tasks.StateAsync(() => Failing()), await Tasks.StateAsync(() => Number(7)), await Tasks.StateAsync(() => FailingFlow()));

    [Flow]
    private static async Task<int> WithRetries()
    {
        var attempts = new List<int>();
        await Task.Yield();
        return Tasks.With(retries: 1).Run(() => Twice(attempts));
    }

    [Flow]
    private static async Task<int> Subflows() => (await Tasks.Map([2, 3], x => Doubled(x))).Sum();

    [Flow]
    private static async Task<(ReturnedState, ReturnedState)> Cancels()
    {
        var begun = new TaskCompletionSource();
        var one = Tasks.With(taskRunner: TaskRunner.ThreadPool(1));
        var running = one.Submit(() => Endless(begun, CancellationToken.None));
        await begun.Task;
        var waiting = one.Submit(() => Late());
        waiting.Cancel();
        running.Cancel();
        return (await running.StateAsync(CancellationToken.None), await waiting.StateAsync(CancellationToken.None));
    }

    [Flow]
    private static async Task<int> Nested()
    {
        var futures = Tasks.With(taskRunner: TaskRunner.ThreadPool(2)).Map([1, 2, 3], x => SubmitsInside(x));
        return (await futures).Sum();
    }

    [Flow]
    private static async Task<int> CrossWaiting()
    {
        var one = Tasks.With(taskRunner: TaskRunner.ThreadPool(1));
        var other = new TaskCompletionSource<TaskFuture<int>>();
        var waits = one.Submit(() => WaitsFor(other.Task));
        other.SetResult(one.Submit(() => Number(2)));
        return await waits;
    }

    [Flow]
    private static async Task<List<string>> InlineOrder()
    {
        var notes = new List<string>();
        await Tasks.With(taskRunner: TaskRunner.Inline).Map(Enumerable.Range(0, 3), x => Note(notes, $"{x}", Task.CompletedTask));
        _ = Tasks.With(taskRunner: TaskRunner.Inline).Submit(() => Added(notes));
        return notes;
    }

    [Task]
    private static void Added(List<string> notes) => notes.Add("3");

    [Task]
    private static async Task<int> WaitsFor(Task<TaskFuture<int>> other) => await await other;

    [Task]
    private static int SubmitsInside(int x) => Tasks.Submit(() => Number(x)).Then(y => Number(y * 2)).ResultAsync().GetAwaiter().GetResult();

    [Task]
    private static async Task Endless(TaskCompletionSource begun, CancellationToken ct)
    {
        begun.SetResult();
        await Task.Delay(Timeout.Infinite, ct);
    }

    [Flow]
    private static async Task<int> Doubled(int x) => await Task.FromResult(x < 3 ? 2 : 3);

    [Flow]
    private static void FailingFlow() => throw new InvalidOperationException("sub");

    [Task]
    private static int Twice(List<int> attempts)
    {
        attempts.Add(0);
        return attempts.Count == 2 ? 2 : throw new InvalidOperationException("again");
    }

    [Task]
    private static string Judged(ReturnedState<int> state) => $"{state.Name}: {state.Exception?.Message}";

    [Task]
    private static async Task Late()
    {
        await Task.Yield();
    }

    [Task]
    private static int Failing() => throw new FormatException("bad");

    [Task]
    private static async Task Note(List<string> notes, string text, Task hold)
    {
        await hold;
        notes.Add(text);
    }

    [Task]
    private static async Task<int[]> Made(int x) => await Task.FromResult<int[]>([x]);

    [Task]
    private static Task Opened(int[] box) => Task.FromResult(box);

    [Task]
    private static void Counted(int[][] boxes) => Assert.Equal(2, boxes.Length);

    [Task]
    private static string Added(int left, int right) => $"{left}+{right}={left + right}";

    [Task]
    private static int Longer(string text) => text.Length - 1;

    [Task]
    private static void Nothing() => Assert.NotNull(TaskRunContext.Current);

    [Task]
    private static async Task NothingAsync() => await Task.Yield();

    [Task]
    private static async ValueTask NothingValueAsync() => await Task.Yield();

    [Task]
    private static int Number(int x) => x;

    [Task]
    private static async Task<int> NumberAsync(int x) => await Task.FromResult(x);

    [Task]
    private static async ValueTask<int> NumberValueAsync(int x) => await Task.FromResult(x);
}
