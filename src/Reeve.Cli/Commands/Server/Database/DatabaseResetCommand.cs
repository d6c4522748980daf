using System.CommandLine;
using Reeve.Server.Storage;

namespace Reeve.Cli.Commands.Server.Database;

internal sealed class DatabaseResetCommand : DatabaseCommand
{
    public DatabaseResetCommand()
        : base("reset", "Delete everything that is stored and make the database anew") => Options.Add(Yes);

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        RefuseWhileServed(session);
        if (!IsConfirmed($"Delete everything in {NameOf(session)}: flows, runs, deployments, blocks, all?", parse, session))
            return ExitCodes.Fault;
        if (!DatabaseUpkeep.IsMissing(ConnectionOf(session)))
        {
            await using var upkeep = await DatabaseUpkeep.OpenAsync(ConnectionOf(session), ct);
            await upkeep.DropAsync(ct);
        }

        await DatabaseUpkeep.UpgradeAsync(ConnectionOf(session), session.Time, ct);
        session.Terminal.Out.WriteLine("The database is new and empty.");
        return ExitCodes.Done;
    }
}
