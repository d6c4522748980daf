using System.CommandLine;
using Reeve.Protocol.WorkPools;

namespace Reeve.Cli.Commands.WorkPools;

internal sealed class WorkQueueLimitCommand : WorkQueueCommand
{
    private readonly Argument<int> _limit = new("LIMIT") { Description = "How many" };

    public WorkQueueLimitCommand()
        : base("set-concurrency-limit", "Limit how many runs of a work queue may be active at once") => Arguments.Add(_limit);

    protected override async Task RunAsync(WorkQueue queue, ParseResult parse, CliSession session, CancellationToken ct)
    {
        var limit = parse.GetValue(_limit);
        if (limit < 0)
            throw new CliException($"a limit of {limit} makes no sense; 0 or more", exitCode: ExitCodes.Usage);
        await session.Client.UpdateWorkQueueAsync(queue.Id, new WorkQueueUpdate { ConcurrencyLimit = limit }, ct);
        session.Terminal.Out.WriteLine($"Work queue '{queue.Name}' is limited to {limit}.");
    }
}
