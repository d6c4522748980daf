using System.CommandLine;
using Reeve.Protocol.WorkPools;

namespace Reeve.Cli.Commands.WorkPools;

internal sealed class WorkQueueDeleteCommand() : WorkQueueCommand("delete", "Delete a work queue")
{
    protected override async Task RunAsync(WorkQueue queue, ParseResult parse, CliSession session, CancellationToken ct)
    {
        await session.Client.DeleteWorkQueueAsync(queue.Id, ct);
        session.Terminal.Out.WriteLine($"Deleted work queue '{queue.Name}'.");
    }
}
