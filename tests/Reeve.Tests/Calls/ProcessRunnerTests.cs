using System.Diagnostics;
using Reeve.Engine;
using Reeve.Protocol.Runs;
using Reeve.Tests.Engine;

namespace Reeve.Tests.Calls;

/// <summary>Child processes of this test program: the startup hook makes them run calls instead of tests.</summary>
public sealed class ProcessRunnerTests : EngineStage
{
    private static readonly Reeve.TaskCalls Processes = Tasks.With(taskRunner: TaskRunner.Process(2));

    [Fact]
    public async Task Task_runs_in_a_child_with_arguments_and_result_as_json()
    {
        var (processes, order) = await In(() => InChildren());

        Assert.DoesNotContain(Environment.ProcessId, processes);
        Assert.InRange(processes.Distinct().Count(), 1, 2);
        Assert.Equal(new Order("tea", 4), order);
        Assert.All(Api.TaskRuns, run => Assert.Equal(["Pending", "Running", "Completed"], run.Path));
        Assert.Contains("said in the child", Api.Messages);
        Assert.Contains("printed in the child", Api.Messages);
    }

    [Fact]
    public async Task Child_is_let_in_as_its_host_is_and_the_key_is_no_argument()
    {
        var values = new Dictionary<string, string> { ["REEVE_HOME"] = Home, ["REEVE_API_KEY"] = "key-of-the-host" };
        var settings = new Reeve.Settings.ReeveSettings(name => values.GetValueOrDefault(name), new Reeve.Settings.Profile("test", values));
        await using var session = new EngineSession(settings, new Reeve.Client.ApiConnection(new SocketsHttpHandler(), Api.Url, Reeve.Client.RetryPolicy.None), TimeProvider.System);

        var start = Reeve.Calls.TaskProcess.Command(session, "pipe");

        Assert.Equal("key-of-the-host", start.Environment["REEVE_API_KEY"]);
        Assert.DoesNotContain(start.ArgumentList, argument => argument.Contains("key-of-the-host", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Authors_exception_comes_back_as_itself()
    {
        var thrown = await Assert.ThrowsAsync<FormatException>(() => In(() => FailsInChild()));

        Assert.Equal("bad word", thrown.Message);
        Assert.Contains("ProcessRunnerTests.BadWord", thrown.StackTrace, StringComparison.Ordinal);
        Assert.Equal("Task run encountered an exception FormatException: bad word", Api.TaskRun("bad-word-0").Current.Message);
    }

    [Fact]
    public async Task Child_that_dies_crashes_its_task()
    {
        await Assert.ThrowsAsync<TaskProcessLostException>(() => In(() => DiesInChild()));

        var run = Api.TaskRun("dies-0");
        Assert.Equal(["Pending", "Running", "Crashed"], run.Path);
        Assert.Contains("ended with exit code 3 before the task did", run.Current.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Task_of_a_child_that_dies_is_retried_in_another()
    {
        Assert.Equal(2, await In(() => DiesOnce()));

        Assert.Equal(["Pending", "Running", "AwaitingRetry", "Retrying", "Completed"], Api.TaskRun("dies-at-first-0").Path);
    }

    [Fact]
    public async Task Cancelled_call_ends_with_its_child_when_it_does_not_stop()
    {
        var state = await In(() => CancelsInChild());

        Assert.Equal(StateType.Cancelled, state.Type);
        Assert.Equal("Cancelled", Api.TaskRun("deaf-0").Current.Name);
    }

    [Fact(Timeout = 120_000)]
    public async Task Task_that_never_ends_is_killed_with_its_child_at_its_timeout()
    {
        var note = Path.Combine(Home, "child");

        await Assert.ThrowsAsync<TimeoutException>(() => In(() => NeverEndsIn(note)));

        Assert.Equal("TimedOut", Api.TaskRun("never-ends-0").Current.Name);
        var child = int.Parse(await File.ReadAllTextAsync(note, Token), System.Globalization.CultureInfo.InvariantCulture);
        using var process = Running(child);
        await (process?.WaitForExitAsync(Token) ?? Task.CompletedTask); // the kill may take a moment; without one the test runs into its limit
    }

    [Fact]
    public async Task Argument_without_json_is_named()
    {
        var thrown = await Assert.ThrowsAsync<NotSupportedException>(() => In(() => Unwritable()));

        Assert.StartsWith("Task 'takes-an-action' is to run in another process, but its argument 'work' of type Action", thrown.Message, StringComparison.Ordinal);
        Assert.Empty(Api.TaskRuns);
    }

    [Fact]
    public async Task Outside_of_flows_equal_runners_share_their_children_which_end_with_the_session()
    {
        EngineSession.Current = Session;

        var first = await Tasks.With(taskRunner: TaskRunner.Process(1)).Submit(() => Where(1));
        var second = await Tasks.With(taskRunner: TaskRunner.Process(1)).Submit(() => Where(2));

        Assert.Equal(first, second);
        using var child = Process.GetProcessById(first);
        await Session.Submitted.DisposeAsync();
        await child.WaitForExitAsync(Token).WaitAsync(TimeSpan.FromSeconds(60), Token);
    }

    [Flow]
    private static async Task<(int[], Order)> InChildren()
    {
        var processes = Processes.Map([1, 2, 3, 4], x => Where(x));
        var order = Processes.Submit(() => Doubled(new Order("tea", 2)));
        return (await processes, await order);
    }

    [Flow]
    private static async Task FailsInChild() => await Processes.Submit(() => BadWord());

    [Flow]
    private static async Task DiesInChild() => await Processes.Submit(() => Dies());

    [Flow]
    private static async Task<int> DiesOnce() => await Tasks.With(retries: 1, taskRunner: TaskRunner.Process(1)).Submit(() => DiesAtFirst());

    [Flow]
    private static async Task<ReturnedState> CancelsInChild()
    {
        var future = Processes.Submit(() => Deaf());
        while (future.State?.Type != StateType.Running && !future.IsCompleted)
            await Task.Yield();
        future.Cancel();
        return await future.StateAsync();
    }

    private static System.Diagnostics.Process? Running(int id)
    {
        try
        {
            return System.Diagnostics.Process.GetProcessById(id);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    [Flow]
    private static async Task NeverEndsIn(string note)
    {
        var one = TaskRunner.Process(1);
        await Tasks.With(taskRunner: one).Submit(() => Where(1)); // the start of the child is no part of the time
        await Tasks.With(timeoutSeconds: 5, taskRunner: one).Submit(() => NeverEnds(note));
    }

    [Flow]
    private static async Task Unwritable() => await Processes.Submit(() => TakesAnAction(() => { }));

    [Task]
    private static int Where(int x) => x > 0 ? Environment.ProcessId : 0;

    [Task(LogPrints = true)]
    private static async Task<Order> Doubled(Order order)
    {
        RunLogger.Current.Info("said in the child");
        Console.WriteLine("printed in the child");
        return await Task.FromResult(order with { Count = order.Count * 2 });
    }

    [Task]
    private static void BadWord() => throw new FormatException("bad word");

    [Task]
    private static void Dies() => Environment.Exit(3);

    [Task]
    private static int DiesAtFirst()
    {
        if (TaskRunContext.Current!.Attempt == 1)
            Environment.Exit(4);
        return TaskRunContext.Current.Attempt;
    }

    [Task]
    private static async Task Deaf() => await Task.Delay(Timeout.Infinite, CancellationToken.None);

    [Task]
    private static void NeverEnds(string note)
    {
        File.WriteAllText(note, $"{Environment.ProcessId}");
        Thread.CurrentThread.Join(); // deaf to every token
    }

    [Task]
    private static void TakesAnAction(Action work) => work();

    internal sealed record Order(string What, int Count);
}
