using System.Collections.Concurrent;
using Reeve.Engine;
using Reeve.Protocol.Runs;
using Reeve.Tests.Api;

namespace Reeve.Tests.Engine;

/// <summary>A flow run whose first process ended in the middle, in a second one.</summary>
public sealed class ResumeTests : EngineStage
{
    private static readonly AsyncLocal<Scene> Current = new();

    [Fact]
    public async Task Completed_tasks_hand_back_their_results_and_the_rest_runs()
    {
        var scene = await TwiceAsync(nameof(Steps));

        Assert.Equal(["a 1", "a 1", "b 2", "b 2", "failing", "failing", "c 5"], scene.Effects);
        Assert.Equal(["3 5 5 5 c", "3 5 5 5 c"], scene.Results);
        Assert.Equal(4, Api.Messages.Count(line => line == "Task run is Completed already: its stored result is handed back"));
        Assert.Equal(["Pending", "Running", "Failed", "Rerunning", "Completed"], Api.TaskRun("fail-0").Path);
        Assert.Equal(6, Api.TaskRuns.Count());
    }

    [Fact]
    public async Task Neither_another_order_nor_added_calls_make_anything_run_twice()
    {
        var scene = await TwiceAsync(nameof(Shuffled));

        Assert.Equal(["a 1", "a 2", "a 3", "a 4"], scene.Effects.Order());
        Assert.Equal(["2 3 4", "4 5 2 3"], scene.Results);
    }

    [Fact]
    public async Task Task_that_wants_no_result_kept_runs_again()
    {
        var scene = await TwiceAsync(nameof(Careless));

        Assert.Equal(["secret", "secret"], scene.Effects);
        Assert.Equal(["Pending", "Running", "Completed", "Rerunning", "Completed"], Assert.Single(Api.TaskRuns).Path);
    }

    [Fact]
    public async Task Result_that_has_no_json_form_is_computed_again_and_that_is_said_once()
    {
        var scene = await TwiceAsync(nameof(Unstorable));

        Assert.Equal(["handle", "handle", "handle", "handle"], scene.Effects);
        Assert.Single(Api.Messages, line => line.StartsWith("The result of 'handle' is not stored", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Result_that_is_gone_is_computed_again()
    {
        var scene = await TwiceAsync(nameof(Large), beforeTheSecond: () => Directory.Delete(Path.Combine(Home, "storage"), recursive: true));

        Assert.Equal(["large", "large"], scene.Effects);
        Assert.Contains("Task run is Completed already, but its result cannot be read any more, so it runs again", Api.Messages);
        Assert.Equal(["Pending", "Running", "Completed", "Running", "Completed"], Assert.Single(Api.TaskRuns).Path);
    }

    [Fact]
    public async Task Subflow_run_is_taken_up_again_with_the_tasks_that_it_completed()
    {
        var scene = await TwiceAsync(nameof(Parent));

        Assert.Equal(["a 1", "failing", "failing"], scene.Effects);
        Assert.Equal(2, Api.FlowRuns.Count());
        var inner = Api.FlowRuns.Single(run => run.ParentId is not null);
        Assert.Equal(["Pending", "Running", "Failed", "Pending", "Rerunning", "Completed"], inner.Path);
        Assert.Contains($"Took up subflow run '{inner.Name}' of flow 'child' again", Api.Messages);
        Assert.Equal(["2"], scene.Results);
    }

    [Fact]
    public async Task Completed_subflow_hands_back_its_result()
    {
        var scene = await TwiceAsync(nameof(ParentOfDone));

        Assert.Equal(["a 7", "failing", "failing"], scene.Effects);
        var inner = Api.FlowRuns.Single(run => run.ParentId is not null);
        Assert.Equal(["Pending", "Running", "Completed"], inner.Path);
        Assert.Equal(["9", "9"], scene.Results);
    }

    [Fact]
    public async Task Equal_calls_inside_a_task_are_not_those_of_the_flow()
    {
        var scene = await TwiceAsync(nameof(Nested));

        Assert.Equal(["a 1", "failing", "failing", "a 1"], scene.Effects);
    }

    /// <summary>Runs the flow, which fails, and then again as a manual retry does.</summary>
    private async Task<Scene> TwiceAsync(string flow, Action? beforeTheSecond = null)
    {
        Current.Value = new Scene();
        var run = Api.AddFlowRun("{}");
        var process = new FlowProcess(Session, FlowCatalog.Of(typeof(ResumeTests).Assembly));
        Assert.Equal(1, await process.RunAsync(run.Id, $"ResumeTests.{flow}", null));
        beforeTheSecond?.Invoke();
        Current.Value.IsSecond = true;
        run.Add(new StateCreate { Type = StateType.Pending });

        Assert.Equal(0, await process.RunAsync(run.Id, $"ResumeTests.{flow}", null));
        return Current.Value;
    }

    [Flow]
    private static async Task Steps()
    {
        var (one, again) = (await A(1), await A(1));
        var (two, last) = (await B(2), await B(2));
        Current.Value!.Results.Add($"{one + 1} {two.X + 3} {again + 3} {last.X + 3} c");
        await Fail();
        await C(5);
    }

    [Flow]
    private static async Task Shuffled()
    {
        int[] numbers = Current.Value!.IsSecond ? [3, 4, 1, 2] : [1, 2, 3];
        var results = await Task.WhenAll(numbers.Select(number => A(number)));
        Current.Value.Results.Add(string.Join(' ', results));
        FailOnce();
    }

    [Flow]
    private static async Task Careless()
    {
        await Secret();
        FailOnce();
    }

    [Flow]
    private static async Task Unstorable()
    {
        using var one = await Handle();
        using var two = await Handle();
        FailOnce();
    }

    [Flow]
    private static async Task Large()
    {
        Assert.Equal(100_000, (await Big()).Length);
        FailOnce();
    }

    [Flow]
    private static async Task Parent() => Current.Value!.Results.Add($"{await Child(1)}");

    [Flow]
    private static async Task ParentOfDone()
    {
        Current.Value!.Results.Add($"{await Done(7) + 1}");
        await Fail();
    }

    [Flow]
    private static async Task<int> Child(int number)
    {
        var result = await A(number);
        await Fail();
        return result;
    }

    [Flow]
    private static async Task<int> Done(int number) => await A(number);

    [Flow]
    private static async Task Nested()
    {
        await Outer();
        await Fail();
        await A(1);
    }

    [Task]
    private static async Task Outer() => await A(1);

    [Task]
    private static Task<int> A(int number)
    {
        Current.Value!.Effects.Enqueue($"a {number}");
        return Task.FromResult(number + 1);
    }

    [Task]
    private static async ValueTask<Point> B(int number)
    {
        await Task.Yield();
        Current.Value!.Effects.Enqueue($"b {number}");
        return new Point(number);
    }

    [Task]
    private static async Task C(int number)
    {
        await Task.Yield();
        Current.Value!.Effects.Enqueue($"c {number}");
    }

    [Task]
    private static async Task Fail()
    {
        await Task.Yield();
        Current.Value!.Effects.Enqueue("failing");
        FailOnce();
    }

    [Task(PersistResult = false)]
    private static Task<string> Secret()
    {
        Current.Value!.Effects.Enqueue("secret");
        return Task.FromResult("s3cret");
    }

    [Task]
    private static Task<CancellationTokenSource> Handle()
    {
        Current.Value!.Effects.Enqueue("handle");
        return Task.FromResult(new CancellationTokenSource());
    }

    [Task]
    private static Task<string> Big()
    {
        Current.Value!.Effects.Enqueue("large");
        return Task.FromResult(new string('x', 100_000));
    }

    private static void FailOnce()
    {
        if (!Current.Value!.IsSecond)
            throw new InvalidOperationException("the first attempt fails");
    }

    internal sealed record Point(int X);

    private sealed class Scene
    {
        public bool IsSecond { get; set; }

        public ConcurrentQueue<string> Effects { get; } = new();

        public List<string> Results { get; } = [];
    }
}
