namespace Reeve.Generators.Tests.Analyzers;

public sealed class CallAnalyzerTests
{
    private const string Task = "[Task] static async Task<int> Fetch(int x) { await Task.Yield(); return x; }";

    [Theory]
    [InlineData("interface IJob { int Run(); } class Job : IJob { [Task] public int Run() => 1; }", "IJob job", "job.Run()", "'Job.Run()' is called by 'IJob.Run'")]
    [InlineData("abstract class Base { public abstract int Run(); } class Job : Base { [Task] public override int Run() => 1; }", "Base job", "job.Run()", "'Job.Run()' is called by 'Base.Run'")]
    public async Task Call_by_a_type_without_the_attribute_is_warned_of(string types, string parameter, string call, string message) => Assert.StartsWith(
        "REEVE007: " + message, Assert.Single(await DiagnosticsAsync($"{types} static class C {{ public static int Use({parameter}) => {call}; }}")), StringComparison.Ordinal);

    [Theory]
    [InlineData("interface IJob { [Task] int Run(); } class Job : IJob { [Task] public int Run() => 1; }", "IJob job", "job.Run()")]
    [InlineData("interface IJob { int Run(); } class Job : IJob { [Task] public int Run() => 1; }", "Job job", "job.Run()")]
    [InlineData("interface IJob { int Run(); } class Job : IJob { public int Run() => 1; }", "IJob job", "job.Run()")]
    public async Task Call_that_is_routed_or_no_run_at_all_is_good(string types, string parameter, string call) =>
        Assert.Empty(await DiagnosticsAsync($"{types} static class C {{ public static int Use({parameter}) => {call}; }}"));

    [Theory]
    [InlineData("static void Use() { Fetch(1); }")]
    [InlineData("static async Task Use() { _ = Fetch(1); await Task.Yield(); }")]
    [InlineData("static void Use(List<int> items) => items.ForEach(x => Fetch(x));")]
    [InlineData("static void Use(List<int> items) => Parallel.ForEach(items, x => Fetch(x));")]
    [InlineData("static void Use() => new Thread(() => Fetch(1)).Start();")]
    public async Task Dropped_run_is_warned_of(string member) => Assert.Equal(
        ["REEVE009: Nobody awaits 'Fetch' here: the flow may end before it, and its failure is lost. Await it, or keep it and await it later."],
        await DiagnosticsAsync($"static class C {{ {member} {Task} }}"));

    [Theory]
    [InlineData("static async Task Use() { await Fetch(1); }")]
    [InlineData("static async Task Use() { var one = Fetch(1); await Fetch(2); await one; }")]
    [InlineData("static Task<int> Use() => Fetch(1);")]
    [InlineData("static async Task Use(List<int> items) => await Task.WhenAll(items.Select(x => Fetch(x)));")]
    [InlineData("static async Task Use(List<int> items) => await Parallel.ForEachAsync(items, async (x, ct) => await Fetch(x));")]
    [InlineData("static void Use() => Note(1); [Task] static void Note(int x) { }")]
    public async Task Kept_or_awaited_run_is_good(string member) => Assert.Empty(await DiagnosticsAsync($"static class C {{ {member} {Task} }}"));

    [Theory]
    [InlineData("ThreadPool.UnsafeQueueUserWorkItem(async _ => One(), null);", "ThreadPool.UnsafeQueueUserWorkItem")]
    [InlineData("token.UnsafeRegister(_ => One(), null);", "CancellationToken.UnsafeRegister")]
    [InlineData("using (ExecutionContext.SuppressFlow()) { System.Threading.Tasks.Task.Run(() => One()).Wait(); }", "ExecutionContext.SuppressFlow")]
    public async Task Run_where_the_context_is_lost_is_warned_of(string statement, string where) => Assert.Contains(
        await DiagnosticsAsync($"static class C {{ static void Use(CancellationToken token) {{ {statement} }} [Task] static int One() => 1; }}"),
        diagnostic => diagnostic.StartsWith($"REEVE013: 'One' is called inside '{where}'", StringComparison.Ordinal));

    [Theory]
    [InlineData("ThreadPool.QueueUserWorkItem(_ => One());")]
    [InlineData("new Thread(() => One()).Start();")]
    [InlineData("Parallel.For(0, 3, _ => One());")]
    [InlineData("token.Register(() => One());")]
    public async Task Run_where_the_context_is_handed_on_is_good(string statement) => Assert.Empty(
        await DiagnosticsAsync($"static class C {{ static void Use(CancellationToken token) {{ {statement} }} [Task] static int One() => 1; }}"));

    [Fact]
    public async Task Run_in_an_async_void_lambda_is_warned_of() => Assert.Equal(
        ["REEVE015: 'Fetch' is called in an async lambda that returns nothing ('ForEach'): nobody can await it, and its failure ends the process. Use a loop with await, or Task.WhenAll over Select."],
        await DiagnosticsAsync($"static class C {{ static void Use(List<int> items) => items.ForEach(async x => await Fetch(x)); {Task} }}"));

    [Fact]
    public async Task Run_in_an_async_lambda_that_returns_a_task_is_good() => Assert.Empty(
        await DiagnosticsAsync($"static class C {{ static async Task Use(List<int> items) => await Task.WhenAll(items.Select(async x => await Fetch(x))); {Task} }}"));

    [Fact]
    public async Task Call_in_an_expression_tree_is_warned_of() => Assert.Contains(
        await DiagnosticsAsync("static class C { static System.Linq.Expressions.Expression<Func<int>> Use() => () => One(); [Task] static int One() => 1; }"),
        diagnostic => diagnostic.StartsWith("REEVE001: A call in an expression tree of 'One'", StringComparison.Ordinal));

    // The compiler says the half of it itself (CS4014, CS1998).
    private static async Task<List<string>> DiagnosticsAsync(string source) =>
        [.. (await Snippet.Compile(source).DiagnosticsAsync()).Where(diagnostic => !diagnostic.StartsWith("CS4014", StringComparison.Ordinal) && !diagnostic.StartsWith("CS1998", StringComparison.Ordinal))];
}
