using System.CommandLine;
using System.Globalization;
using Reeve.Settings;

namespace Reeve.Cli.Commands.Server.Database;

/// <summary>What the database's commands share: which database it is, that no server holds it, and the question before what cannot be undone.</summary>
internal abstract class DatabaseCommand(string name, string description) : CliCommand(name, description)
{
    protected Option<bool> Yes { get; } = new("--yes", "-y") { Description = "Do not ask" };

    protected static string ConnectionOf(CliSession session) => session.Settings.DatabaseConnectionUrl;

    /// <summary>The database as it may be shown: a connection may hold a password.</summary>
    protected static string NameOf(CliSession session) =>
        ConnectionOf(session).StartsWith("postgres", StringComparison.OrdinalIgnoreCase) || ConnectionOf(session).Contains("host=", StringComparison.OrdinalIgnoreCase)
            ? "the PostgreSQL database of the settings"
            : ConnectionOf(session);

    /// <exception cref="CliException">A server of this home runs.</exception>
    protected static void RefuseWhileServed(CliSession session)
    {
        if (ServerFile.FindRunning(session.Settings.Home) is { } running)
            throw new CliException($"the server at {running.Address} (process {running.Pid.ToString(CultureInfo.InvariantCulture)}) uses the database", $"stop it first: {CommandName.Text} server stop");
    }

    /// <summary>Asks, unless told not to.</summary>
    /// <exception cref="CliException">Nobody is there to be asked.</exception>
    protected bool IsConfirmed(string question, ParseResult parse, CliSession session)
    {
        if (parse.GetValue(Yes))
            return true;
        if (!session.MayAsk)
            throw new CliException("this needs a yes, and nobody can be asked", "give --yes", ExitCodes.Usage);
        if (session.Terminal.Confirm(question))
            return true;
        session.Terminal.Error.WriteLine("Nothing was changed.");
        return false;
    }
}
