using System.CommandLine;

namespace Reeve.Cli;

/// <summary>Writes help: usage, what the command does, its parts in two columns, examples.</summary>
internal static class HelpText
{
    private const int Width = 118;

    /// <summary>The help of the root, without the parser: it is asked for most and must come at once.</summary>
    public static void WriteRoot(TextWriter output)
    {
        output.WriteLine("Reeve orchestrates workflows written in C# or Python.\n\nUsage: reeve [options] <command>\n");
        WriteRows("Commands", CommandTree.Branches.Select(b => (b.Name, b.Description)), output);
        WriteRows("Options (before the command)",
        [
            ("-p, --profile NAME", "Use this profile instead of the active one"),
            ("--prompt, --no-prompt", "Ask questions, or never ask; default: ask if a person is there"),
            ("-v, --version", "Show the version"),
            ("-h, --help", "Show this help; after a command: the command's"),
        ], output);
        WriteExamples(
        [
            new Example("reeve demo", "see everything work, in a folder of its own"),
            new Example("reeve server start", "the server, on 127.0.0.1:4200"),
            new Example("reeve worker start --pool local --type process", "runs what is deployed to the pool 'local'"),
        ], output);
    }

    public static void Write(Command command, TextWriter output)
    {
        if (command is RootCommand)
        {
            WriteRoot(output);
            return;
        }

        output.WriteLine($"{command.Description?.TrimEnd('.')}.\n\nUsage: {Usage(command)}\n");
        WriteRows("Commands", command.Subcommands.Where(c => !c.Hidden).Select(c => (c.Name, c.Description ?? "")), output);
        WriteRows("Arguments", command.Arguments.Where(a => !a.Hidden).Select(a => (a.HelpName ?? a.Name, a.Description ?? "")), output);
        WriteRows("Options", command.Options.Where(o => !o.Hidden).Select(o => (Label(o), Text(o))).Append((command.Options.Any(o => o.Aliases.Contains("-h")) ? "--help" : "-h, --help", "Show this help")), output);
        if (command is CliCommand { Examples.Count: > 0 } cli)
            WriteExamples(cli.Examples, output);
    }

    /// <summary>"reeve worker start".</summary>
    public static string PathOf(Command command)
    {
        var parent = command.Parents.OfType<Command>().FirstOrDefault();
        return parent is null ? "reeve" : $"{PathOf(parent)} {command.Name}";
    }

    private static string Usage(Command command)
    {
        var parts = new List<string> { PathOf(command) };
        if (command.Subcommands.Count > 0)
            parts.Add("<command>");
        foreach (var argument in command.Arguments.Where(a => !a.Hidden))
        {
            var name = argument.HelpName ?? argument.Name;
            var dots = argument.Arity.MaximumNumberOfValues > 1 ? "..." : "";
            parts.Add(argument.Arity.MinimumNumberOfValues == 0 ? $"[{name}{dots}]" : $"<{name}{dots}>");
        }

        parts.AddRange(command.Options.Where(o => o.Required).Select(o => $"{o.Name} {o.HelpName}"));
        if (command.Options.Any(o => !o.Required && !o.Hidden))
            parts.Add("[options]");
        return string.Join(' ', parts);
    }

    private static string Label(Option option)
    {
        var names = option.Aliases.Append(option.Name).OrderBy(n => n.Length).ThenBy(n => n, StringComparer.Ordinal);
        return string.Join(", ", names) + (option.ValueType == typeof(bool) || option.HelpName is null ? "" : " " + option.HelpName);
    }

    private static string Text(Option option) =>
        option.Required ? option.Description + " (required)" : option.Description ?? "";

    private static void WriteRows(string title, IEnumerable<(string Left, string Right)> rows, TextWriter output)
    {
        var list = rows.ToList();
        if (list.Count == 0)
            return;
        var left = Math.Min(34, list.Max(r => r.Left.Length)) + 2;
        output.WriteLine(title + ":");
        foreach (var row in list)
        {
            var head = row.Left.Length + 2 > left ? $"  {row.Left}\n{new string(' ', left + 2)}" : "  " + row.Left.PadRight(left);
            output.WriteLine((head + Wrap(row.Right, left + 2)).TrimEnd());
        }

        output.WriteLine();
    }

    private static string Wrap(string text, int indent)
    {
        var lines = new List<string> { "" };
        foreach (var word in text.Split(' '))
        {
            if (lines[^1].Length > 0 && lines[^1].Length + word.Length + 1 > Width - indent)
                lines.Add("");
            lines[^1] += lines[^1].Length == 0 ? word : " " + word;
        }

        return string.Join("\n" + new string(' ', indent), lines);
    }

    private static void WriteExamples(IReadOnlyList<Example> examples, TextWriter output)
    {
        output.WriteLine("Examples:");
        foreach (var example in examples)
        {
            if (example.What.Length > 0)
                output.WriteLine($"  # {example.What}");
            output.WriteLine($"  {example.Line}");
        }
    }
}
