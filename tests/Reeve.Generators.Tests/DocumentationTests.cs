using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;

namespace Reeve.Generators.Tests;

/// <summary>
/// What the guides for authors show compiles: every block marked csharp of README.md, docs/authoring and the guide to custom steps, with the generator and the analyzers of the package. A block that begins with
/// a using directive or a directive of a file-based program is a program, every other one the inside of a class.
/// </summary>
public sealed partial class DocumentationTests
{
    /// <summary>What a project of the SDK has beside the global usings of file-based programs, and what the pages need not say again.</summary>
    private const string Usings = "using System.IO;\nusing System.Net;\nusing System.Net.Http;\n";

    private static readonly MetadataReference[] Extensions =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("Microsoft.Extensions.", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    public static TheoryData<string> Pages =>
        ["README.md", "docs/guides/custom-steps.md", .. Directory.GetFiles(Path.Combine(Root(), "docs", "authoring"), "*.md").Select(path => Path.GetRelativePath(Root(), path).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Examples_of_a_page_compile_without_a_warning(string page)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Root(), page), TestContext.Current.CancellationToken);
        var faults = new List<string>();
        foreach (Match example in Examples().Matches(text))
        {
            var line = text.AsSpan(0, example.Index).Count('\n') + 1;
            faults.AddRange((await Compile(example.Groups[1].Value).DiagnosticsAsync()).Where(IsAFault).Select(fault => $"{page}:{line}: {fault}"));
        }

        Assert.Empty(faults);
    }

    [Theory]
    [InlineData("[Flow] public static Task Broken() => Artifacts.NoSuchThing();")]
    [InlineData("#:package Reeve@1.0.0\nusing Reeve;\n\nawait Artifacts.NoSuchThing();")]
    [InlineData("using Reeve;\n\npublic static class Program { [Flow] public static Task Broken() => Artifacts.NoSuchThing(); }")]
    public async Task Example_that_does_not_compile_is_found(string example) => Assert.Contains("CS0117", Assert.Single(await Compile(example).DiagnosticsAsync()), StringComparison.Ordinal);

    [Fact]
    public void Pages_with_examples_are_found() => Assert.Contains("docs/authoring/README.md", Pages.Select(page => (string)page.Data));

    // a step in a file of its own is called from a project file, by its name
    private static bool IsAFault(string diagnostic) => !diagnostic.StartsWith("CS8321:", StringComparison.Ordinal);

    private static Snippet Compile(string example)
    {
        var isProgram = example.StartsWith("#:", StringComparison.Ordinal) || example.StartsWith("using ", StringComparison.Ordinal);
        if (!isProgram)
            return Snippet.Compile($"{Usings}public static class Example\n{{\n{example}\n}}", references: Extensions);
        var source = Usings + string.Join('\n', example.Split('\n').Where(line => !line.StartsWith("#:", StringComparison.Ordinal)));
        var kind = Statements().IsMatch(example) ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary;
        return Snippet.Compile(source, kind: kind, references: Extensions);
    }

    private static string Root()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Reeve.slnx")))
            at = at.Parent;
        return at?.FullName ?? throw new InvalidOperationException($"No repository around {AppContext.BaseDirectory}");
    }

    [GeneratedRegex("^```csharp\\r?\\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Examples();

    /// <summary>A line at the margin that begins no declaration: a statement of a program without Main.</summary>
    [GeneratedRegex("^((?:return )?await |var |Console\\.)", RegexOptions.Multiline)]
    private static partial Regex Statements();
}
