using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using Reeve.Generators.Fixes;

namespace Reeve.Generators.Tests.Analyzers;

public sealed class FixTests
{
    private static readonly CodeFixProvider[] Fixes = [new LambdaFix(), new AwaitFix(), new TokenFix()];

    [Theory]
    [InlineData("var all = new[] { 1 }.Select(Fetch);", "var all = new[] { 1 }.Select(x => Fetch(x));")]
    [InlineData("Func<int, Task<int>> one = Fetch;", "Func<int, Task<int>> one = x => Fetch(x);")]
    [InlineData("Action one = Note;", "Action one = () => Note();")]
    [InlineData("Fetch(1);", "await Fetch(1);")]
    [InlineData("_ = Fetch(1);", "await Fetch(1);")]
    [InlineData("Func<Task> later = async () => { Fetch(1); };", "Func<Task> later = async () => { await Fetch(1); };")]
    [InlineData("var x = Load().Result;", "var x = await Load();")]
    [InlineData("var x = Load().Result.Length;", "var x = (await Load()).Length;")]
    [InlineData("Load().Wait();", "await Load();")]
    [InlineData("var x = Load().GetAwaiter().GetResult();", "var x = await Load();")]
    [InlineData("Task.WaitAll(Load());", "await Task.WhenAll(Load());")]
    [InlineData("Thread.Sleep(10);", "await Task.Delay(10, ct);")]
    [InlineData("await Task.Delay(5);", "await Task.Delay(5, ct);")]
    [InlineData("await Read();", "await Read(stop: ct);")]
    [InlineData("await Read(2);", "await Read(2, ct);")]
    public async Task Fix_says_what_the_message_says_and_compiles(string statement, string fixedStatement)
    {
        var (fixedCode, left) = await FixAsync(InFlow(statement));

        Assert.Equal(InFlow(fixedStatement), fixedCode);
        Assert.Empty(left);
    }

    [Theory]
    [InlineData("List<int> items = [1]; items.ForEach(x => Fetch(x));")]
    [InlineData("Action later = () => Fetch(1);")]
    [InlineData("Action later = () => Thread.Sleep(1);")]
    public async Task Where_no_await_may_stand_no_fix_is_offered(string statement)
    {
        var (code, left) = await FixAsync(InFlow(statement));

        Assert.Equal(InFlow(statement), code);
        Assert.NotEmpty(left);
    }

    private static async Task<(string Code, List<string> Left)> FixAsync(string source)
    {
        using var workspace = new AdhocWorkspace();
        var snippet = Snippet.Compile(source);
        var project = workspace.AddProject(ProjectInfo.Create(ProjectId.CreateNewId(), VersionStamp.Default, "snippet", "snippet", LanguageNames.CSharp)
            .WithMetadataReferences(snippet.Compilation.References)
            .WithParseOptions(snippet.Compilation.SyntaxTrees.First().Options)
            .WithCompilationOptions(snippet.Compilation.Options));
        foreach (var tree in snippet.Compilation.SyntaxTrees.Where(tree => tree.FilePath == "Usings.cs"))
            project = project.AddDocument("Usings.cs", await tree.GetTextAsync()).Project;
        var document = project.AddDocument("Program.cs", SourceText.From(source));
        var compilation = (await document.Project.GetCompilationAsync())!;
        var found = (await compilation.WithAnalyzers(Snippet.Analyzers).GetAnalyzerDiagnosticsAsync()).Where(d => d.Severity >= DiagnosticSeverity.Warning).ToList();
        Assert.NotEmpty(found);
        List<CodeAction> actions = [];
        foreach (var fix in Fixes.Where(fix => fix.FixableDiagnosticIds.Contains(found[0].Id)))
            await fix.RegisterCodeFixesAsync(new CodeFixContext(document, found[0], (action, _) => actions.Add(action), CancellationToken.None));
        if (actions is not [var only])
            return (source, [.. found.Select(d => d.Id)]);
        var operations = await only.GetOperationsAsync(CancellationToken.None);
        var changed = Assert.Single(operations.OfType<ApplyChangesOperation>()).ChangedSolution.GetDocument(document.Id)!;
        var code = (await changed.GetTextAsync()).ToString();
        return (code, await Snippet.Compile(code).DiagnosticsAsync());
    }

    private static string InFlow(string statement) => $$"""
        static class C
        {
            [Flow] static async Task Go(CancellationToken ct)
            {
                {{statement}}
                await Task.Yield();
            }

            [Task] static async Task<int> Fetch(int x) { await Task.Yield(); return x; }
            [Task] static void Note() { }
            static async Task<string> Load() { await Task.Yield(); return ""; }
            static async Task Read(int times = 1, CancellationToken stop = default) => await Task.Delay(times, stop);
        }
        """;
}
