namespace Reeve.Tests.Calls;

/// <summary>What the tests call.</summary>
public sealed partial class SubmitTests
{
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
