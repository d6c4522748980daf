using System.CommandLine;
using System.Text.RegularExpressions;

namespace Reeve.Cli.Tests;

/// <summary>Whatever a message or a page tells people to type is there: the command, what is below it, and its options.</summary>
public sealed partial class NamedCommandsTests
{
    private static string Root([System.Runtime.CompilerServices.CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));

    [Fact]
    public void Every_command_that_a_message_names_exists()
    {
        var named = Directory.EnumerateFiles(Path.Combine(Root(), "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(file => InMessages().Matches(File.ReadAllText(file)).Select(match => (File: file, Line: match.Groups[1].Value))).ToList();
        Assert.True(named.Count > 50, $"{named.Count} were found");
        Assert.Equal("", string.Join("\n", Faults(named)));
    }

    [Fact]
    public void Every_command_that_a_page_shows_exists()
    {
        var named = Directory.EnumerateFiles(Path.Combine(Root(), "docs"), "*.md", SearchOption.AllDirectories).Append(Path.Combine(Root(), "README.md"))
            .SelectMany(file => InPages().Matches(File.ReadAllText(file)).Select(match => (File: file, Line: match.Groups[1].Value))).ToList();
        Assert.True(named.Count > 100, $"{named.Count} were found");
        Assert.Equal("", string.Join("\n", Faults(named)));
    }

    [Theory]
    [InlineData("work-pool create local --type process", null)]
    [InlineData("work-pol create local", "there is no command 'work-pol'")]
    [InlineData("work-pool mak local", "'work-pool' has no command 'mak'")]
    [InlineData("work-pool create local --kind process", "'work-pool create' has no option '--kind'")]
    public void A_line_is_judged_by_the_tree(string line, string? fault) => Assert.Equal(fault, Fault(line));

    private static IEnumerable<string> Faults(IEnumerable<(string File, string Line)> named) =>
        named.Select(one => (one, Fault: Fault(one.Line))).Where(one => one.Fault is not null).Select(one => $"{Path.GetRelativePath(Root(), one.one.File)}: {one.one.Line}: {one.Fault}");

    private static string? Fault(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is not [var first, ..] || !Word().IsMatch(first))
            return null; // an option of the root, a value put in, an ellipsis
        var branch = CommandTree.Branches.FirstOrDefault(one => one.Name == first || one.Alias == first);
        if (branch is null)
            return $"there is no command '{first}'";
        Command command = branch.Build();
        var path = first;
        foreach (var word in words.Skip(1))
        {
            if (command.Subcommands.Count == 0 || !Word().IsMatch(word))
                break;
            if (command.Subcommands.FirstOrDefault(below => below.Name == word || below.Aliases.Contains(word)) is not { } below)
                return $"'{path}' has no command '{word}'";
            (command, path) = (below, $"{path} {word}");
        }
        var isOpen = !command.TreatUnmatchedTokensAsErrors;
        foreach (var word in words.TakeWhile(word => word is not ("--" or "|" or "||" or "&&" or ">" or "#")))
            if (Option().Match(word) is { Success: true, Value: not "--help" } option && !isOpen && command.Subcommands.Count == 0
                && !command.Options.Any(one => one.Name == option.Value || one.Aliases.Contains(option.Value)))
                return $"'{path}' has no option '{option.Value}'";
        return null;
    }

    [GeneratedRegex("""\{CommandName\.Text\} ([^'"\\;\n`]+)""")]
    private static partial Regex InMessages();

    [GeneratedRegex(@"(?:^\$? ?|`|(?<=; )|- run: )(?:\./)?(?:reeve|prefect) ([^`\n]+)", RegexOptions.Multiline)]
    private static partial Regex InPages();

    [GeneratedRegex("^[a-z][a-z-]*$")]
    private static partial Regex Word();

    [GeneratedRegex("^--[a-z][a-z-]+")]
    private static partial Regex Option();
}
