namespace Reeve.Generators.Tests;

public sealed class OptionTests
{
    [Theory]
    [InlineData("RetryIf = \"Missing\"", "RetryIf of 'Go' names 'Missing', which is no method of 'C'; write nameof(Method)")]
    [InlineData("RetryIf = nameof(NoTest)", "RetryIf of 'Go' names 'NoTest', which does not fit: it must be static and take and return bool (Exception) or bool (Exception, int)")]
    [InlineData("RetryIf = nameof(Instance)", "RetryIf of 'Go' names 'Instance', which does not fit: it must be static and take and return bool (Exception) or bool (Exception, int)")]
    [InlineData("CacheKey = nameof(OtherKey)", "CacheKey of 'Go' names 'OtherKey', which does not fit: it must be static and take and return a string, or null, of any of the task's parameters, by their names and types")]
    [InlineData("OnFailure = nameof(NoHook)", "OnFailure of 'Go' names 'NoHook', which does not fit: it must be static and be a method of (), (TaskRunContext) or (TaskRunContext, State) that returns nothing, a Task or a ValueTask")]
    [InlineData("OnFailure = nameof(ForFlows)", "OnFailure of 'Go' names 'ForFlows', which does not fit: it must be static and be a method of (), (TaskRunContext) or (TaskRunContext, State) that returns nothing, a Task or a ValueTask")]
    [InlineData("OnFailure = nameof(VoidAsync)", "OnFailure of 'Go' names 'VoidAsync', which does not fit: it must be static and be a method of (), (TaskRunContext) or (TaskRunContext, State) that returns nothing, a Task or a ValueTask")]
    [InlineData("RunName = \"{url}\"", "RunName of 'Go' speaks of 'url', which is no parameter: there are 'x', 'day'")]
    [InlineData("RunName = \"{ct}\"", "RunName of 'Go' speaks of 'ct', which is no parameter: there are 'x', 'day'")]
    [InlineData("RunName = \"{day.Yeer}\"", "RunName of 'Go' speaks of 'day.Yeer', but 'System.DateTime' has no public property or field 'Yeer'")]
    [InlineData("RunName = \"a{x\"", "RunName of 'Go' has a '{' without its '}'; write '{{' for a brace")]
    [InlineData("RunName = \"a}x\"", "RunName of 'Go' has a '}' without its '{'; write '}}' for a brace")]
    [InlineData("Retries = -1", "Retries of 'Go' is -1; it must be a number from 0")]
    [InlineData("TimeoutSeconds = double.NaN", "TimeoutSeconds of 'Go' is double.NaN; it must be a number from 0")]
    [InlineData("RetryDelays = new[] { 1.0, -1 }", "RetryDelays of 'Go' holds a delay that is no number of seconds from 0")]
    public async Task Option_that_does_not_fit_is_an_error(string option, string message)
    {
        var diagnostics = await Snippet.Compile($$"""
            class C
            {
                [Task({{option}})] static void Go(int x, DateTime day, CancellationToken ct) { }
                static bool NoTest(string x) => true;
                bool Instance(Exception x) => true;
                static string OtherKey(string x) => "";
                static void NoHook(int x) { }
                static void ForFlows(FlowRunContext run) { }
                static async void VoidAsync() => await Task.Yield();
            }
            """).DiagnosticsAsync();

        Assert.Equal(["REEVE020: " + message], diagnostics);
    }

    [Theory]
    [InlineData("CacheExpirationSeconds = 1", "CacheExpirationSeconds of 'Go' has no effect: the task is not cached; say what a cached result stands for by CachePolicy or CacheKey")]
    [InlineData("RefreshCache = true, CachePolicy = CacheBy.None", "RefreshCache of 'Go' has no effect: the task is not cached; say what a cached result stands for by CachePolicy or CacheKey")]
    [InlineData("PersistResult = false, CachePolicy = CacheBy.Inputs", "CachePolicy of 'Go' has no effect: a result that is not stored (PersistResult = false) cannot be cached")]
    public async Task Option_without_effect_is_warned_of(string option, string message)
    {
        var diagnostics = await Snippet.Compile($$"""class C { [Task({{option}})] static void Go(int x) { } }""").DiagnosticsAsync();

        Assert.Equal(["REEVE021: " + message], diagnostics);
    }

    [Theory]
    [InlineData("process(4)", "Process(4)")]
    [InlineData("thread-pool(8)", "ThreadPool(8)")]
    [InlineData("inline", "Inline(1)")]
    public async Task Task_runner_of_a_flow_is_that_of_its_submissions(string said, string runner)
    {
        await using var stage = new RunningSnippet();

        Assert.Equal(runner, await stage.RunAsync($$"""
            public static class Entry
            {
                [Flow(TaskRunner = "{{said}}")] static string Go() => typeof(FlowRunContext).GetProperty("TaskRunner", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!.GetValue(FlowRunContext.Current)!.ToString()!;
                public static Task<string> Start() => Task.FromResult(Go());
            }
            """));
    }

    [Theory]
    [InlineData("threads")]
    [InlineData("process(0)")]
    [InlineData("inline(2)")]
    public async Task Task_runner_that_is_none_is_an_error(string said) => Assert.Contains(
        $"TaskRunner of 'Go' is \"{said}\"; it must be \"thread-pool\"",
        Assert.Single(await Snippet.Compile($$"""class C { [Flow(TaskRunner = "{{said}}")] static void Go() { } }""").DiagnosticsAsync()), StringComparison.Ordinal);

    [Fact]
    public async Task Every_option_reaches_the_descriptor()
    {
        var snippet = Snippet.Compile("""
            using Reeve.Protocol.Runs;
            namespace App;
            public record Order(int Id, string? Note);
            static class Alerts { internal static Task Page(TaskRunContext run, State state) => Task.CompletedTask; static void Hidden() { } internal const string Named = nameof(Hidden); }
            static class Outer
            {
                static void Heard(object run) { }
                static class Inner
                {
                    [Task(Name = "n", Description = "d", Version = "v", Tags = new[] { "a" }, RunName = "{{{order.Id:000}}} {order.Note.Length} {day:yyyy}", Retries = 3, RetryDelaySeconds = 1.5,
                        RetryDelays = new[] { 1.0, 2 }, RetryBackoffSeconds = 2, RetryBackoffMaxSeconds = 9, RetryJitterFactor = 0.2, RetryIf = nameof(Test), TimeoutSeconds = 60, LogPrints = true,
                        PersistResult = true, ResultSerializer = "json/gzip", ResultStorage = "server", CachePolicy = CacheBy.Inputs | CacheBy.RunId, CacheKey = nameof(Key),
                        CacheExpirationSeconds = 5, RefreshCache = true, OnRunning = nameof(Heard), OnCompletion = nameof(Alerts.Page), OnFailure = nameof(Alerts.Page) + "," + nameof(Heard),
                        OnCancellation = nameof(Later), OnCrashed = nameof(Heard), OnCommit = nameof(Heard), OnRollback = nameof(Heard))]
                    static void Go(Order order, CancellationToken ct, DateOnly? day = null) { }
                    static bool Test(TimeoutException e, int attempt) => attempt < 2;
                    static string? Key(DateOnly? day, Order order) => $"{order.Id}";
                    static async ValueTask Later() => await Task.Yield();
                }
            }
            """);

        Assert.Empty(await snippet.DiagnosticsAsync());
        var described = snippet.Load().GetTypes().Single(type => type.Name.EndsWith("Described", StringComparison.Ordinal));
        var task = (Engine.TaskDescriptor)described.GetField("M0", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!.GetValue(null)!;
        Assert.Equal(("n", "d", "v", 3, 1.5, 60.0, true, true), (task.Name, task.Description, task.Version, task.Retries, task.RetryDelaySeconds, task.TimeoutSeconds, task.LogPrints, task.PersistResult));
        Assert.Equal((2.0, 9.0, 0.2, "json/gzip", "server"), (task.RetryBackoffSeconds, task.RetryBackoffMaxSeconds, task.RetryJitterFactor, task.ResultSerializer, task.ResultStorage));
        Assert.Equal((CacheBy.Inputs | CacheBy.RunId, 5.0, true), (task.CachePolicy.By, task.CacheExpirationSeconds, task.RefreshCache));
        Assert.Equal(["a"], task.Tags);
        Assert.Equal([1.0, 2], task.RetryDelays!);
        Assert.True(task.RetryIf!(new TimeoutException(), 1));
        Assert.False(task.RetryIf(new TimeoutException(), 2));
        Assert.False(task.RetryIf(new InvalidOperationException(), 1));
        Assert.Equal(["Page", "Heard"], task.OnFailure.Select(hook => hook.Name));
        Assert.Equal(["Later"], task.OnCancellation.Select(hook => hook.Name));
        Assert.All([task.OnRunning, task.OnCompletion, task.OnCrashed, task.OnCommit, task.OnRollback], hooks => Assert.Single(hooks));
        Assert.Matches("^[0-9a-f]{32}$", task.Source);

        var order = Activator.CreateInstance(snippet.Loaded!.GetType("App.Order")!, 7, null);
        Assert.Equal("7", task.CacheKey!([order, null]));
        Assert.Equal("{007}  2026", task.RunName!([order, new DateOnly(2026, 1, 31)]));
        foreach (var hook in task.OnCancellation.Concat(task.OnRunning))
            await hook.Call(null!, null!);
    }

    [Fact]
    public void Source_changes_with_the_method_and_not_with_its_neighbours()
    {
        static string Source(string body, string neighbour) =>
            Snippet.Compile($"static class A {{ [Task] static int Go() => {body}; static int Other() => {neighbour}; }}").Generated.Split("Source = ")[1].Split(',')[0];

        Assert.Equal(Source("1", "1"), Source("1", "2"));
        Assert.NotEqual(Source("1", "1"), Source("2", "1"));
    }
}
