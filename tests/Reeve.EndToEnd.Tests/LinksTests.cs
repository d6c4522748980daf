using System.Text.RegularExpressions;
using Reeve.EndToEnd.Tests.Stage;

namespace Reeve.EndToEnd.Tests;

/// <summary>Whoever follows a link of a page gets there: every relative link of every Markdown file names a file that is there, and a heading that it has.</summary>
public sealed partial class LinksTests
{
    private static readonly string[] Passed = ["bin", "obj", "node_modules", "artifacts", ".git", "TestResults"];

    [Fact]
    public void Every_relative_link_of_a_page_leads_to_a_file_and_a_heading()
    {
        var pages = Pages(Repository.Root).ToList();
        Assert.Contains(Path.Combine(Repository.Root, "docs", "guides", "steps.md"), pages);

        var broken = pages.SelectMany(page => Links(File.ReadAllText(page)).Select(link => (Page: page, Link: link, Fault: Fault(page, link))))
            .Where(link => link.Fault is not null)
            .Select(link => $"{Path.GetRelativePath(Repository.Root, link.Page)}: ({link.Link}) {link.Fault}");
        Assert.Empty(broken);
    }

    [Theory]
    [InlineData("docs/guides/none.md", "there is no such file")]
    [InlineData("CONTRIBUTING.md#no-such-heading", "the page has no such heading")]
    [InlineData("CONTRIBUTING.md", null)]
    public void Link_is_judged_from_the_folder_of_its_page(string link, string? fault) => Assert.Equal(fault, Fault(Path.Combine(Repository.Root, "README.md"), link));

    [Fact]
    public void The_front_page_leads_to_every_guide()
    {
        var reached = new HashSet<string> { Path.Combine(Repository.Root, "README.md") };
        for (var open = new Queue<string>(reached); open.TryDequeue(out var page);)
        {
            foreach (var next in Links(File.ReadAllText(page)).Select(link => Target(page, link)).SelectMany(Leads).Where(reached.Add))
                open.Enqueue(next);
        }
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories).Except(reached).Select(page => Path.GetRelativePath(Repository.Root, page)));
    }

    // A link to a folder shows what is in it.
    private static IEnumerable<string> Leads(string target) =>
        Directory.Exists(target) ? Directory.EnumerateFiles(target, "*.md") : target.EndsWith(".md", StringComparison.Ordinal) && File.Exists(target) ? [target] : [];

    private static string? Fault(string page, string link)
    {
        var target = Target(page, link);
        if (!File.Exists(target) && !Directory.Exists(target))
            return "there is no such file";
        return link.Split('#') is [_, { Length: > 0 } heading] && target.EndsWith(".md", StringComparison.Ordinal) && !Headings(File.ReadAllText(target)).Contains(heading)
            ? "the page has no such heading" : null;
    }

    private static string Target(string page, string link) =>
        link.Split('#')[0] is { Length: > 0 } path ? Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page)!, Uri.UnescapeDataString(path))) : page;

    private static IEnumerable<string> Links(string text) =>
        Link().Matches(Code().Replace(text, "")).Select(match => match.Groups[1].Value).Where(link => !link.Contains(':', StringComparison.Ordinal));

    // As the hosts of git make an anchor of a heading.
    private static HashSet<string> Headings(string text) =>
        [.. Heading().Matches(text).Select(match => Other().Replace(match.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'))];

    private static IEnumerable<string> Pages(string folder) => Directory.EnumerateFiles(folder, "*.md")
        .Concat(Directory.EnumerateDirectories(folder).Where(below => !Passed.Contains(Path.GetFileName(below))).SelectMany(Pages));

    [GeneratedRegex(@"\]\(([^()\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^```.*?^```|`[^`\n]+`", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Code();

    [GeneratedRegex("^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Other();
}
