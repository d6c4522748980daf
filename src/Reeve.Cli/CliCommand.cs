using System.CommandLine;

namespace Reeve.Cli;

/// <summary>A command that does something. The others, <see cref="CommandGroup"/>, only hold commands.</summary>
internal abstract class CliCommand(string name, string description) : Command(name, description)
{
    /// <summary>Shown at the end of the help: the command line and what it does.</summary>
    public virtual IReadOnlyList<Example> Examples => [];

    /// <summary>The exit code of arguments that cannot be understood.</summary>
    public virtual int UsageExitCode => ExitCodes.Usage;

    /// <summary>Whether options that it does not declare are its own to judge: the fields of a block are known to the server only.</summary>
    public virtual bool TakesUnknownOptions => false;

    /// <returns>0: done, 1: it went wrong, 2: it was asked for wrongly.</returns>
    public abstract Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct);
}

/// <param name="Line">The command line.</param>
/// <param name="What">What it does; empty where the line says it.</param>
internal sealed record Example(string Line, string What = "");

/// <summary>A command that only holds commands.</summary>
internal sealed class CommandGroup(string name, string description) : Command(name, description);
