using Reeve.Client;
using Reeve.Engine;
using Reeve.Settings;
using Reeve.Tests.Api;

namespace Reeve.Generators.Tests;

public sealed class InterceptionTests : IAsyncLifetime
{
    private readonly RecordingApi _api = new();
    private readonly string _home = Directory.CreateTempSubdirectory("reeve-generated").FullName;
    private EngineSession? _session;

    public ValueTask InitializeAsync()
    {
        var settings = new ReeveSettings(_ => null, new Profile("test", new Dictionary<string, string> { ["REEVE_HOME"] = _home }));
        _session = new EngineSession(settings, new ApiConnection(new SocketsHttpHandler(), _api.Url, RetryPolicy.None), TimeProvider.System);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _session!.DisposeAsync();
        await _api.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public async Task Every_kind_of_return_goes_through_the_engine()
    {
        var result = await RunAsync("""
            public static class Entry
            {
                [Flow] public static async Task<string> Go()
                {
                    Plain(); await Later(); await LaterValue();
                    return Value(1) + await LaterOf("2") + await LaterValueOf('3');
                }
                [Task] static void Plain() { }
                [Task] static string Value(int x) => x.ToString();
                [Task] static Task Later() => Task.CompletedTask;
                [Task] static async Task<string> LaterOf(string x) { await Task.Yield(); return x; }
                [Task] static async ValueTask LaterValue() => await Task.Yield();
                [Task] static ValueTask<string> LaterValueOf(char x) => new(x.ToString());
                public static Task<string> Start() => Go();
            }
            """);

        Assert.Equal("123", result);
        Assert.Equal(["later-0", "later-of-0", "later-value-0", "later-value-of-0", "plain-0", "value-0"], _api.TaskRuns.Select(run => run.Name).Order(StringComparer.Ordinal));
        Assert.All(_api.Runs.Values, run => Assert.Equal("Completed", run.Current.Name));
    }

    [Fact]
    public async Task Private_nested_and_file_local_methods_are_reached()
    {
        var result = await RunAsync("""
            public static class Entry
            {
                public static Task<string> Start() => Inner.Go();
                private static class Inner { [Flow] internal static async Task<string> Go() => await Local.Say("a") + new Thing("c").Say("b"); }
            }
            file static class Local { [Task] public static async Task<string> Say(string x) { await Task.Yield(); return x; } }
            public class Thing(string tail) { public string Say(string x) => Secret(x); [Task] private string Secret(string x) => x + tail; }
            """);

        Assert.Equal("abc", result);
        Assert.Equal(["say-0", "secret-0"], _api.TaskRuns.Select(run => run.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_form_of_call_goes_through_the_engine()
    {
        var result = await RunAsync("""
            public static class Entry
            {
                public static async Task<string> Start() => await Go();
                [Flow] static async Task<string> Go()
                {
                    var box = new Box();
                    string?[] all = [box.Add(1), box?.Add(2), "3".Shout(), Extensions.Shout("4"), Entry.Many(5, 6), Named(b: 8, a: 7), await Run(() => Optional())];
                    return string.Concat(all);
                }
                static async Task<string> Run(Func<string> call) { await Task.Yield(); return call(); }
                [Task] static string Many(params int[] x) => string.Concat(x);
                [Task] static string Named(int a, int b) => $"{a}{b}";
                [Task] static string Optional(int @class = 9) => @class.ToString();
            }
            public class Box { [Task] public virtual string Add(int x) => x.ToString(); }
            public static class Extensions { [Task] public static string Shout(this string x) => x + "!"; }
            """);

        Assert.Equal("123!4!56789", result);
        Assert.Equal(
            ["add-0", "add-1", "many-0", "named-0", "optional-0", "shout-0", "shout-1"], _api.TaskRuns.Select(run => run.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Names_of_parameters_are_free()
    {
        var result = await RunAsync("""
            public class Entry
            {
                public static Task<string> Start() => Task.Run(() => new Entry().Go("a", "b", "c", "d"));
                [Flow] private string Go(string target, string token, string arguments, string @class) => target + token + arguments + @class + Say("e", 1, ct: default);
                [Task] private static string Say(string type, int @object, CancellationToken ct) => type + @object;
            }
            """);

        Assert.Equal("abcde1", result);
    }

    [Fact]
    public async Task Methods_of_a_referenced_assembly_go_through_the_engine()
    {
        var library = Snippet.Compile("""
            namespace Lib;
            public static class Shared { [Task(Name = "shared task", Tags = ["a", "b"])] public static int Twice(int x) => 2 * x; }
            """);
        library.Load();

        var result = await RunAsync(
            """
            public static class Entry
            {
                public static async Task<string> Start() => await Go();
                [Flow] static async Task<string> Go() { await Task.Yield(); return Lib.Shared.Twice(21).ToString(); }
            }
            """,
            library.AsReference());

        Assert.Equal("42", result);
        Assert.Equal(["a", "b"], _api.TaskRun("shared task-0").Tags);
    }

    [Fact]
    public async Task Token_parameter_is_filled_by_the_engine()
    {
        var result = await RunAsync("""
            public static class Entry
            {
                public static Task<string> Start() => Go(1);
                [Flow] static async Task<string> Go(int x, CancellationToken ct = default) => ct.CanBeCanceled + " " + await Ask(default);
                [Task] static async Task<bool> Ask(CancellationToken ct) { await Task.Yield(); return ct.CanBeCanceled; }
            }
            """);

        Assert.Equal("True True", result);
        Assert.Equal("""{"x":1}""", Assert.Single(_api.FlowRuns).Parameters.GetRawText());
    }

    [Fact]
    public async Task Subflow_has_a_task_run_in_its_parent()
    {
        await RunAsync("""
            public static class Entry
            {
                public static Task<string> Start() => Outer();
                [Flow] static async Task<string> Outer() => await Inner("x");
                [Flow(Name = "the inner")] static async Task<string> Inner(string x) { await Task.Yield(); return x; }
            }
            """);

        var runs = _api.FlowRuns.ToList();
        Assert.Equal(2, runs.Count);
        Assert.Equal(_api.TaskRun("the inner-0").Id, runs[1].ParentId);
        Assert.Equal(runs[0].Id, _api.TaskRun("the inner-0").FlowRunId);
    }

    [Fact]
    public void Without_the_namespace_property_nothing_is_intercepted_and_one_warning_says_so()
    {
        var snippet = Snippet.Compile("static class Entry { [Task] static int One() => 1; static int Two() => One() + One(); }", intercept: false);

        Assert.Equal("REEVE003", Assert.Single(snippet.GeneratorDiagnostics).Id);
        snippet.Image();
        Assert.DoesNotContain("Intercepts", snippet.Generated, StringComparison.Ordinal);
    }

    [Fact]
    public void Unrelated_edit_writes_nothing_new()
    {
        var options = new Microsoft.CodeAnalysis.CSharp.CSharpParseOptions(Microsoft.CodeAnalysis.CSharp.LanguageVersion.Preview);
        var first = Snippet.Compile("static class Entry { [Task] static int One() => 1; static int Two() => One(); }");
        Microsoft.CodeAnalysis.GeneratorDriver driver = Microsoft.CodeAnalysis.CSharp.CSharpGeneratorDriver.Create(
            [Microsoft.CodeAnalysis.GeneratorExtensions.AsSourceGenerator(new FlowGenerator())],
            driverOptions: new Microsoft.CodeAnalysis.GeneratorDriverOptions(default, trackIncrementalGeneratorSteps: true));
        var compilation = first.Compilation.RemoveSyntaxTrees(first.Result.GeneratedTrees);
        driver = driver.RunGenerators(compilation, TestContext.Current.CancellationToken);
        var other = Microsoft.CodeAnalysis.CSharp.CSharpSyntaxTree.ParseText(
            "class Unrelated { int Three() => 3; }", options.WithFeatures(compilation.SyntaxTrees.First().Options.Features), cancellationToken: TestContext.Current.CancellationToken);

        var again = driver.RunGenerators(compilation.AddSyntaxTrees(other), TestContext.Current.CancellationToken).GetRunResult();

        var outputs = Assert.Single(again.Results).TrackedOutputSteps.SelectMany(step => step.Value).SelectMany(step => step.Outputs);
        Assert.All(outputs, output => Assert.Equal(Microsoft.CodeAnalysis.IncrementalStepRunReason.Cached, output.Reason));
    }

    [Fact]
    public void Edit_of_another_file_reads_nothing_into_the_output()
    {
        var options = (Microsoft.CodeAnalysis.CSharp.CSharpParseOptions)Snippet.Compile("").Compilation.SyntaxTrees.First().Options;
        var first = Snippet.Compile("""
            static class Entry
            {
                [Flow(OnFailure = nameof(Note), RunName = "go-{x}")] static void Go([System.ComponentModel.DataAnnotations.Range(1, 2)] int x) => Same(x);
                [Task(RetryIf = nameof(Test), CachePolicy = CacheBy.Inputs)] static T Same<T>(T x) where T : struct => x;
                static bool Test(Exception e) => true;
                static void Note(FlowRunContext run) { }
                static void Start() => Go(1);
            }
            """);
        var other = Microsoft.CodeAnalysis.CSharp.CSharpSyntaxTree.ParseText("class Other { int Three() => 3; }", options, "Other.cs", cancellationToken: TestContext.Current.CancellationToken);
        Microsoft.CodeAnalysis.GeneratorDriver driver = Microsoft.CodeAnalysis.CSharp.CSharpGeneratorDriver.Create(
            [Microsoft.CodeAnalysis.GeneratorExtensions.AsSourceGenerator(new FlowGenerator())],
            parseOptions: options,
            driverOptions: new Microsoft.CodeAnalysis.GeneratorDriverOptions(default, trackIncrementalGeneratorSteps: true));
        var compilation = first.Compilation.RemoveSyntaxTrees(first.Result.GeneratedTrees).AddSyntaxTrees(other);
        driver = driver.RunGenerators(compilation, TestContext.Current.CancellationToken);

        var edited = other.WithChangedText(Microsoft.CodeAnalysis.Text.SourceText.From("class Other { int Three() => int.Parse(4.ToString()); }"));
        var again = driver.RunGenerators(compilation.ReplaceSyntaxTree(other, edited), TestContext.Current.CancellationToken).GetRunResult();
        Assert.All(Outputs(again), reason => Assert.Equal(Microsoft.CodeAnalysis.IncrementalStepRunReason.Cached, reason));

        // The same driver does see an edit that matters.
        var called = other.WithChangedText(Microsoft.CodeAnalysis.Text.SourceText.From("class Other { [Task] int Three() => 4; }"));
        Assert.Contains(Microsoft.CodeAnalysis.IncrementalStepRunReason.Modified, Outputs(driver.RunGenerators(compilation.ReplaceSyntaxTree(other, called), TestContext.Current.CancellationToken).GetRunResult()));

        static IEnumerable<Microsoft.CodeAnalysis.IncrementalStepRunReason> Outputs(Microsoft.CodeAnalysis.GeneratorDriverRunResult result) =>
            Assert.Single(result.Results).TrackedOutputSteps.SelectMany(step => step.Value).SelectMany(step => step.Outputs).Select(output => output.Reason);
    }

    private async Task<string> RunAsync(string source, params Microsoft.CodeAnalysis.MetadataReference[] references)
    {
        EngineSession.Current = _session!;
        var start = Snippet.Compile(source, references: references).Load().GetType("Entry")!.GetMethod("Start")!;
        return await (Task<string>)start.Invoke(null, null)!;
    }
}
