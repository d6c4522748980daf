using System.CommandLine;
using System.CommandLine.Parsing;
using System.Runtime.CompilerServices;
using Reeve.Settings;

namespace Reeve.Cli;

/// <summary>From arguments to an exit code: parses, answers help and faults of usage, runs the command, turns its exceptions into text.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args, CliSession session, CancellationToken ct)
    {
        var terminal = session.Terminal;
        if (args is ["--version"] or ["-v"])
        {
            terminal.Out.WriteLine(ProductVersion.Text);
            return ExitCodes.Done;
        }

        if (args is [] or ["--help"] or ["-h"])
        {
            HelpText.WriteRoot(terminal.Out);
            return ExitCodes.Done;
        }

        return await ParseAndRunAsync(args, session, ct);
    }

    // Not inlined: the parser's assembly is loaded only when this method is.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<int> ParseAndRunAsync(string[] args, CliSession session, CancellationToken ct)
    {
        var globals = new GlobalOptions();
        var parse = CommandTree.Build(globals, args).Parse(args, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        var terminal = session.Terminal;
        if (parse.GetValue(globals.Version))
        {
            terminal.Out.WriteLine(ProductVersion.Text);
            return ExitCodes.Done;
        }

        if (parse.GetValue(globals.Help) || parse.CommandResult.Command is not CliCommand command)
            return ShowHelp(parse, globals, terminal);
        if (UsageFaults(parse) is { Count: > 0 } faults)
            return ShowFaults(faults, parse, terminal);
        session.ProfileName = parse.GetValue(globals.Profile);
        session.Prompt = parse.GetValue(globals.NoPrompt) ? false : parse.GetValue(globals.Prompt) ? true : null;
        try
        {
            return await command.RunAsync(parse, session, ct);
        }
        catch (Exception e)
        {
            return FaultText.Write(e, session, ct);
        }
    }

    private static int ShowHelp(ParseResult parse, GlobalOptions globals, Terminal terminal)
    {
        var command = parse.CommandResult.Command;
        var stray = parse.UnmatchedTokens;
        if (!parse.GetValue(globals.Help) && stray.Count > 0)
        {
            var faults = new List<string> { UnknownCommand(command, stray[0]) };
            return ShowFaults(faults, parse, terminal);
        }

        HelpText.Write(command, terminal.Out);
        return ExitCodes.Done;
    }

    private static List<string> UsageFaults(ParseResult parse)
    {
        var unmatched = parse.CommandResult.Command is CliCommand { TakesUnknownOptions: true } ? [] : parse.UnmatchedTokens;
        var faults = unmatched
            .Select(token => token.StartsWith('-') ? UnknownOption(parse.CommandResult.Command, token) : $"'{token}' was not expected")
            .ToList();
        // The parser names a stray token as a fault of its own; the texts above say more.
        faults.AddRange(parse.Errors.Where(e => !parse.UnmatchedTokens.Any(t => e.Message.Contains($"'{t}'", StringComparison.Ordinal))).Select(e => e.Message.TrimEnd('.')));
        return faults;
    }

    private static int ShowFaults(List<string> faults, ParseResult parse, Terminal terminal)
    {
        foreach (var fault in faults)
            terminal.Error.WriteLine("Error: " + fault);
        terminal.Error.WriteLine($"Help: {CommandName.Text}{HelpText.PathOf(parse.CommandResult.Command)["reeve".Length..]} --help");
        return parse.CommandResult.Command is CliCommand command ? command.UsageExitCode : ExitCodes.Usage;
    }

    private static string UnknownCommand(Command command, string name) =>
        Suggest(name.StartsWith('-') ? $"there is no option '{name}'" : $"there is no command '{HelpText.PathOf(command)} {name}'", name,
            command.Subcommands.Select(c => c.Name));

    private static string UnknownOption(Command command, string name) =>
        Suggest($"there is no option '{name}'", name, command.Options.SelectMany(o => o.Aliases.Append(o.Name)).Where(a => a.StartsWith("--", StringComparison.Ordinal)));

    private static string Suggest(string fault, string name, IEnumerable<string> candidates) =>
        Deployments.Projects.NearestName.Of(name, candidates) is { } nearest ? $"{fault}; did you mean '{nearest}'?" : fault;
}

/// <summary>The version of this program.</summary>
internal static class ProductVersion
{
    public static string Text { get; } = typeof(ProductVersion).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";
}
