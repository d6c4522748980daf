using Reeve.Engine;
using Reeve.Tests.Engine;

namespace Reeve.Tests.Runs;

public sealed class RunContextTests : EngineStage
{
    private static readonly AsyncLocal<RunContextTests?> Test = new();
    private readonly List<int> _counts = [];
    private FlowRunContext? _inner;
    private TaskRunContext? _task;

    [Fact]
    public async Task Subflow_knows_its_parent_and_the_outermost_run()
    {
        Test.Value = this;

        await In(() => Outer("Ann"));

        var runs = Api.FlowRuns.ToList();
        Assert.Equal(runs[0].Id, await _inner!.GetParentFlowRunIdAsync(Token));
        Assert.Equal(runs[0].Id, await _inner.GetRootFlowRunIdAsync(Token));
        Assert.Equal("""{"name":"Ann"}""", _inner.Parameters.GetRawText());
        Assert.Equal(("see", runs[0].Id), (_task!.TaskName, _task.FlowRunId));
        Assert.Equal(["seen"], _task.Tags);
        Assert.Equal(new Dictionary<string, object?> { ["what"] = "the sea" }, _task.Parameters);
        Assert.EndsWith($"/api/task_runs/{_task.Id}", _task.ApiUrl.AbsoluteUri, StringComparison.Ordinal);
        Assert.EndsWith($"/runs/task-run/{_task.Id}", _task.UiUrl.AbsoluteUri, StringComparison.Ordinal);
        Assert.Null(FlowRunContext.Current);
    }

    [Fact]
    public async Task Run_count_tells_the_attempts()
    {
        Test.Value = this;

        await In(() => Retried());

        Assert.Equal([1, 2], _counts);
    }

    [Fact]
    public async Task Token_of_the_context_fires_when_the_run_times_out()
    {
        Test.Value = this;

        await Assert.ThrowsAsync<TimeoutException>(() => In(() => TimedOut()));

        Assert.True(_inner!.CancellationToken.IsCancellationRequested);
        Assert.Equal("TimedOut", Assert.Single(Api.FlowRuns).Current.Name);
    }

    [Fact]
    public async Task Task_that_blocks_its_thread_is_left_behind_after_the_grace_when_its_run_is_cancelled()
    {
        Test.Value = this;
        using var source = new CancellationTokenSource();
        using var released = new ManualResetEventSlim();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => In(() => Blocking(source, released, source.Token)));
        released.Set();

        Assert.Contains(Api.Messages, line => line.StartsWith("The code did not stop within ", StringComparison.Ordinal));
        Assert.Equal("Cancelled", Api.TaskRun("block-0").Current.Name);
    }

    [Flow]
    private static async Task Outer(string name)
    {
        await See("the sea");
        await Inner(name);
    }

    [Flow]
    private static Task Inner(string name)
    {
        Test.Value!._inner = FlowRunContext.Required;
        return Task.FromResult(name);
    }

    [Task(Tags = ["seen"])]
    private static Task See(string what, CancellationToken ct = default)
    {
        Assert.Equal((what, false), ("the sea", ct.IsCancellationRequested));
        Test.Value!._task = TaskRunContext.Required;
        return Task.CompletedTask;
    }

    [Flow(Retries = 1)]
    private static Task Retried()
    {
        var counts = Test.Value!._counts;
        counts.Add(FlowRunContext.Required.RunCount);
        return counts.Count == 1 ? throw new InvalidOperationException("once") : Task.CompletedTask;
    }

    [Flow(TimeoutSeconds = 0.05)]
    private static async Task TimedOut()
    {
        Test.Value!._inner = FlowRunContext.Required;
        await Task.Delay(Timeout.Infinite, FlowRunContext.Required.CancellationToken);
    }

    [Flow]
    private static async Task Blocking(CancellationTokenSource source, ManualResetEventSlim released, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        await Block(source, released);
    }

    // what looks at no token: it stands for Thread.Sleep, and is let go by the test
    [Task]
    private static Task Block(CancellationTokenSource source, ManualResetEventSlim released)
    {
        source.Cancel();
        released.Wait(CancellationToken.None);
        return Task.CompletedTask;
    }
}
