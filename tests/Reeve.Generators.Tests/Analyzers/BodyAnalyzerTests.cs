namespace Reeve.Generators.Tests.Analyzers;

public sealed class BodyAnalyzerTests
{
    [Theory]
    [InlineData("Load().Wait();", "REEVE011: '.Wait()' blocks the thread of 'Go'")]
    [InlineData("var x = Load().Result;", "REEVE011: '.Result' blocks the thread of 'Go'")]
    [InlineData("var x = Load().GetAwaiter().GetResult();", "REEVE011: '.GetAwaiter().GetResult()' blocks the thread of 'Go'")]
    [InlineData("Thread.Sleep(10);", "REEVE011: 'Thread.Sleep' blocks the thread of 'Go'")]
    [InlineData("Task.WaitAll(Load());", "REEVE011: 'Task.WaitAll' blocks the thread of 'Go'")]
    [InlineData("Action later = () => Thread.Sleep(10);", "REEVE011: 'Thread.Sleep' blocks the thread of 'Go'")]
    public async Task Blocking_call_is_warned_of(string statement, string message) => Assert.StartsWith(
        message, Assert.Single(await Snippet.Compile(InTask(statement)).DiagnosticsAsync()), StringComparison.Ordinal);

    [Theory]
    [InlineData("var one = Load(); await Task.WhenAll(one); var x = one.Result;")]
    [InlineData("var x = new Answer().Result;")]
    [InlineData("var x = await Load();")]
    public async Task Read_of_what_is_there_already_is_good(string statement) => Assert.Empty(await Snippet.Compile(InTask(statement)).DiagnosticsAsync());

    [Fact]
    public async Task Synchronous_task_may_block() => Assert.Empty(await Snippet.Compile("static class C { [Task] static void Go() => Thread.Sleep(1); }").DiagnosticsAsync());

    [Fact]
    public async Task Method_that_is_no_run_may_block() =>
        Assert.Empty(await Snippet.Compile("static class C { static async Task Go() { await Task.Yield(); Thread.Sleep(1); } }").DiagnosticsAsync());

    [Theory]
    [InlineData("await Task.Delay(5);", "Task.Delay")]
    [InlineData("await Read();", "C.Read")]
    [InlineData("await Task.Run(async () => await Task.Delay(5), ct);", "Task.Delay")]
    public async Task Token_that_is_not_handed_on_is_warned_of(string statement, string called) => Assert.Equal(
        [$"REEVE014: '{called}' is not given the token 'ct' of 'Go': a cancelled or timed out run goes on until it returns. Pass 'ct'."],
        await Snippet.Compile(InTask(statement, "CancellationToken ct")).DiagnosticsAsync());

    [Theory]
    [InlineData("await Task.Delay(5, ct);")]
    [InlineData("await Read(ct);")]
    [InlineData("await Read(CancellationToken.None);")]
    [InlineData("await Load();")]
    [InlineData("await Other();")] // a run's own token is filled by the engine
    [InlineData("await Parallel.ForEachAsync(new[] { 1 }, ct, async (_, inner) => await Task.Delay(1, inner));")]
    public async Task Token_that_is_handed_on_or_not_wanted_is_good(string statement) =>
        Assert.Empty(await Snippet.Compile(InTask(statement, "CancellationToken ct")).DiagnosticsAsync());

    private static string InTask(string statement, string parameters = "") => $$"""
        public class Answer { public int Result => 1; }
        static class C
        {
            [Task] static async Task Go({{parameters}}) { {{statement}} await Task.Yield(); }
            static async Task<int> Load() { await Task.Yield(); return 1; }
            static async Task Read(CancellationToken stop = default) => await Task.Delay(1, stop);
            [Task] static async Task Other(CancellationToken stop = default) => await Task.Delay(1, stop);
        }
        """;
}
