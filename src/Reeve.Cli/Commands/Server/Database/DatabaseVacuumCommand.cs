using System.CommandLine;
using Reeve.Server.Storage;

namespace Reeve.Cli.Commands.Server.Database;

internal sealed class DatabaseVacuumCommand : DatabaseCommand
{
    public DatabaseVacuumCommand()
        : base("vacuum", "Give the space of deleted rows back to the disk; tables are locked meanwhile") => Options.Add(Yes);

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        RefuseWhileServed(session);
        await using var upkeep = await DatabaseUpkeep.OpenAsync(ConnectionOf(session), ct);
        await upkeep.VacuumAsync(ct);
        session.Terminal.Out.WriteLine("The database is as small as it can be.");
        return ExitCodes.Done;
    }
}
