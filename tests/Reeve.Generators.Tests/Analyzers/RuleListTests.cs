using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Reeve.Generators.Fixes;

namespace Reeve.Generators.Tests.Analyzers;

/// <summary>One list of rules: docs/analyzers.md says what the code says.</summary>
public sealed partial class RuleListTests
{
    private static readonly List<DiagnosticDescriptor> Rules =
    [
        .. typeof(MisuseAnalyzer).Assembly.GetTypes()
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(field => field.FieldType == typeof(DiagnosticDescriptor))
            .Select(field => (DiagnosticDescriptor)field.GetValue(null)!)
            .OrderBy(rule => rule.Id, StringComparer.Ordinal),
    ];

    private static readonly string Page = File.ReadAllText(Path.Combine(Root(), "docs", "analyzers.md"));

    [Fact]
    public void Table_of_the_page_is_the_list_of_the_code() => Assert.Equal(
        Rules.Select(rule => $"{rule.Id} {rule.DefaultSeverity} {rule.Title}"),
        Row().Matches(Page).Select(row => $"{row.Groups["id"].Value} {row.Groups["severity"].Value} {row.Groups["title"].Value}"));

    [Fact]
    public void Every_rule_has_its_section_and_points_to_it()
    {
        foreach (var rule in Rules)
        {
            Assert.Contains($"\n## {rule.Id}\n", Page, StringComparison.Ordinal);
            Assert.Equal("docs/analyzers.md#" + rule.Id.ToLowerInvariant(), rule.HelpLinkUri);
        }
    }

    [Fact]
    public void Every_rule_is_supported_by_an_analyzer_or_told_by_the_generator() => Assert.Equal(
        Rules.Select(rule => rule.Id).Except(["REEVE003"]),
        Snippet.Analyzers.SelectMany(analyzer => analyzer.SupportedDiagnostics).Select(rule => rule.Id).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void Page_names_the_rules_that_have_a_fix() => Assert.Equal(
        typeof(RunFix).Assembly.GetTypes().Where(type => !type.IsAbstract && typeof(CodeFixProvider).IsAssignableFrom(type))
            .SelectMany(type => ((CodeFixProvider)Activator.CreateInstance(type)!).FixableDiagnosticIds).Distinct().Order(StringComparer.Ordinal),
        Row().Matches(Page).Where(row => row.Groups["fix"].Value.StartsWith("yes", StringComparison.Ordinal)).Select(row => row.Groups["id"].Value));

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Reeve.slnx")))
            folder = folder.Parent!;
        return folder.FullName;
    }

    [GeneratedRegex(@"^\| \[(?<id>REEVE\d+)\]\(#reeve\d+\) \| (?<severity>\w+) \| (?<title>.+?) \| (?<fix>.*?) ?\|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Row();
}
