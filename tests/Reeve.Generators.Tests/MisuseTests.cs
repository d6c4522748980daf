namespace Reeve.Generators.Tests;

public sealed class MisuseTests
{
    [Theory]
    [InlineData("[Task] static void Bad(ref int x) { }", "'Bad' cannot be a [Task]: parameter 'x' is passed by reference (ref, out or in)")]
    [InlineData("[Task] static void Bad(out int x) { x = 1; }", "'Bad' cannot be a [Task]: parameter 'x' is passed by reference (ref, out or in)")]
    [InlineData("[Flow] static void Bad<T>(T x) { }", "'Bad' cannot be a [Flow]: it is generic; a worker could not tell its types, so write a flow per type")]
    [InlineData("[Task] static void Bad(params ReadOnlySpan<int> x) { }", "'Bad' cannot be a [Task]: parameter 'x' of type 'System.ReadOnlySpan<int>' cannot outlive the call")]
    [InlineData("[Task] static async void Bad() { await Task.Yield(); }", "'Bad' cannot be a [Task]: it is 'async void', whose end nobody can await; return Task")]
    [InlineData("static void Out() { [Flow] void Bad() { } Bad(); }", "'Bad' cannot be a [Flow]: it is a local function; move it into a class")]
    [InlineData("struct S { [Task] public void Bad() { } }", "'Bad' cannot be a [Task]: it is an instance method of a struct, which would run on a copy; make it static or the type a class")]
    [InlineData("class G<T> { [Task] public static void Bad() { } }", "'Bad' cannot be a [Task]: its type 'G' is generic; the engine needs closed types")]
    [InlineData("[Task] static Hidden Bad() => new(); class Hidden;", "'Bad' cannot be a [Task]: generated code cannot see its result type 'C.Hidden'; make it internal or public")]
    [InlineData("[Task] static void Bad(List<Hidden> x) { } class Hidden;", "'Bad' cannot be a [Task]: generated code cannot see the type 'System.Collections.Generic.List<C.Hidden>' of parameter 'x'; make it internal or public")]
    [InlineData("[Task, Flow] static void Bad() { }", "'Bad' cannot be a [Task]: it is marked as both; choose [Flow] or [Task]")]
    [InlineData("[Flow] static async IAsyncEnumerable<int> Bad() { await Task.Yield(); yield return 1; }", "'Bad' cannot be a [Flow]: it returns a stream, which ends after the run would; return a list, or make it a [Task]")]
    public async Task Method_that_cannot_run_is_an_error(string member, string message)
    {
        var diagnostics = await Snippet.Compile($"static class C {{ {member} }}").DiagnosticsAsync();

        Assert.Equal(["REEVE002: " + message], diagnostics);
    }

    [Theory]
    [InlineData("static Func<int> Use() => One;")]
    [InlineData("static int[] Use() => new[] { 1 }.Select(Add).ToArray();")]
    [InlineData("static void Use() { var run = new Func<int>(One); run(); }")]
    public async Task Delegate_of_a_run_method_is_warned_of(string member)
    {
        var diagnostics = await Snippet.Compile($"static class C {{ {member} [Task] static int One() => 1; [Task] static int Add(int x) => x; }}").DiagnosticsAsync();

        var diagnostic = Assert.Single(diagnostics);
        Assert.StartsWith("REEVE001: A delegate of", diagnostic, StringComparison.Ordinal);
        Assert.EndsWith("does not go through the engine: no run, retries or logs. Write a lambda that calls the method instead.", diagnostic, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_by_base_is_warned_of() => Assert.StartsWith(
        "REEVE001: A call by 'base' of 'Run'",
        Assert.Single(await Snippet.Compile("class A { [Task] public virtual int Run() => 1; } class B : A { public override int Run() => base.Run(); }").DiagnosticsAsync()),
        StringComparison.Ordinal);

    [Fact]
    public async Task Two_flows_of_one_name_are_warned_of() => Assert.Equal(
        ["REEVE004: The flow name 'hello' is also used by 'A.Hello()'; runs and deployments of the two cannot be told apart. Give one of them [Flow(Name = \"...\")]."],
        await Snippet.Compile("static class A { [Flow] static void Hello() { } } static class B { [Flow(Name = \"hello\")] static void Other() { } }").DiagnosticsAsync());

    [Fact]
    public async Task Overloaded_flow_is_warned_of() => Assert.StartsWith(
        "REEVE005: 'Hello' is declared more than once in 'A'",
        Assert.Single(await Snippet.Compile("static class A { [Flow] static void Hello() { } [Flow] static void Hello(int x) { } }").DiagnosticsAsync()),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("class A(int x) { [Flow] public int Hello() => x; }")]
    [InlineData("abstract class A { [Flow] public int Hello() => 1; }")]
    public async Task Flow_that_no_worker_can_make_is_warned_of(string source) => Assert.StartsWith(
        "REEVE006: A worker cannot run 'Hello'", Assert.Single(await Snippet.Compile(source).DiagnosticsAsync()), StringComparison.Ordinal);

    [Fact]
    public async Task Good_code_is_not_complained_of() => Assert.Empty(await Snippet.Compile("""
        public class A
        {
            [Flow] public async Task<int> Go(int x = 1, CancellationToken ct = default) => await Add(x, nameof(Add)) + await Task.Run(() => Add(1, null), ct);
            [Task] private static async Task<int> Add(int x, string? y) { await Task.Yield(); return x + (y?.Length ?? 0); }
        }
        """).DiagnosticsAsync());
}
