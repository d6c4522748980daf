using System.CommandLine;
using Reeve.Server.Storage;

namespace Reeve.Cli.Commands.Server.Database;

internal sealed class DatabaseUpgradeCommand : DatabaseCommand
{
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Say what would run, and run nothing" };
    private readonly Option<string?> _revision = new("--revision", "-r") { Hidden = true };

    public DatabaseUpgradeCommand()
        : base("upgrade", "Bring the database to this program's version; the server does so by itself at its start")
    {
        foreach (var option in (ReadOnlySpan<Option>)[Yes, _dryRun, _revision])
            Options.Add(option);
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        if (parse.GetValue(_revision) is { } revision && revision != "head")
            throw new CliException($"the database cannot go to the revision '{revision}': migrations run in order up to this program's version", "leave --revision out", ExitCodes.Usage);
        var output = session.Terminal.Out;
        var pending = await PendingAsync(session, ct);
        if (pending is [])
        {
            output.WriteLine("The database is up to date.");
            return ExitCodes.Done;
        }

        foreach (var name in pending)
            output.WriteLine($"Pending: {name}");
        if (parse.GetValue(_dryRun))
            return ExitCodes.Done;
        RefuseWhileServed(session);
        if (!IsConfirmed($"Upgrade {NameOf(session)}? There is no way back but a backup", parse, session))
            return ExitCodes.Fault;
        await DatabaseUpkeep.UpgradeAsync(ConnectionOf(session), session.Time, ct);
        output.WriteLine("The database is up to date.");
        return ExitCodes.Done;
    }

    // an embedded database that is not there yet lacks every migration
    private static async Task<IReadOnlyList<string>> PendingAsync(CliSession session, CancellationToken ct)
    {
        if (DatabaseUpkeep.IsMissing(ConnectionOf(session)))
            return ["all: there is no database yet"];
        await using var upkeep = await DatabaseUpkeep.OpenAsync(ConnectionOf(session), ct);
        var report = await upkeep.CheckAsync(ct);
        return report.Faults is [] ? report.Pending : throw new CliException(string.Join("\n       ", report.Faults), "nothing was changed");
    }
}
