using System.CommandLine;
using Reeve.Settings;

namespace Reeve.Cli.Commands.Server.Database;

/// <summary>Verbs that scripts for the Python server may use and that have no meaning here: they say so, and what to do.</summary>
internal sealed class ForwardOnlyCommand : CliCommand
{
    private readonly Argument<string[]> _rest = new("ARGUMENTS") { Arity = ArgumentArity.ZeroOrMore, Hidden = true };

    public ForwardOnlyCommand(string name, string description)
        : base(name, description)
    {
        Arguments.Add(_rest);
        Options.Add(new Option<bool>("--yes", "-y") { Hidden = true });
        Options.Add(new Option<bool>("--dry-run") { Hidden = true });
        Options.Add(new Option<bool>("--autogenerate") { Hidden = true });
        Options.Add(new Option<string?>("--revision", "-r") { Hidden = true });
        Options.Add(new Option<string?>("--message", "-m") { Hidden = true });
    }

    public override Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct) => throw new CliException(
        $"there is no '{Name}': migrations only go forward, and each program brings its own",
        $"to go back, restore a backup with the older program; to see where the database is: {CommandName.Text} server database check", ExitCodes.Usage);
}
