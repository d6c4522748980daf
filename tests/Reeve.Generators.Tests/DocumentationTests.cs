using System.Text.RegularExpressions;

namespace Reeve.Generators.Tests;

/// <summary>
/// What the guides for authors show compiles. On the pages of docs/authoring that say <c>examples: compiled by the tests</c>, every block marked csharp is taken as the inside of a
/// class, with the generator and the analyzers of the package.
/// </summary>
public sealed partial class DocumentationTests
{
    public static TheoryData<string> Pages => [.. Directory.GetFiles(Folder(), "*.md").Where(path => File.ReadAllText(path).Contains("<!-- examples: compiled by the tests -->", StringComparison.Ordinal)).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Examples_of_a_page_compile_without_a_warning(string page)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Folder(), page), TestContext.Current.CancellationToken);
        var faults = new List<string>();
        foreach (Match example in Examples().Matches(text))
        {
            var line = text.AsSpan(0, example.Index).Count('\n') + 1;
            var snippet = Snippet.Compile($"using System.IO;\nusing System.Net.Http;\npublic static class Example\n{{\n{example.Groups[1].Value}\n}}");
            faults.AddRange((await snippet.DiagnosticsAsync()).Select(fault => $"{page}:{line}: {fault}"));
        }

        Assert.Empty(faults);
    }

    [Fact]
    public async Task Example_that_does_not_compile_is_found() =>
        Assert.NotEmpty(await Snippet.Compile("public static class Example { [Flow] public static Task Broken() => Artifacts.NoSuchThing(); }").DiagnosticsAsync());

    private static string Folder()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Reeve.slnx")))
            at = at.Parent;
        return Path.Combine(at?.FullName ?? throw new InvalidOperationException($"No repository around {AppContext.BaseDirectory}"), "docs", "authoring");
    }

    [GeneratedRegex("^```csharp\\r?\\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Examples();
}
