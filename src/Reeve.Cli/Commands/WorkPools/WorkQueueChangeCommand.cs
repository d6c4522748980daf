using System.CommandLine;
using Reeve.Protocol.WorkPools;

namespace Reeve.Cli.Commands.WorkPools;

/// <summary><c>pause</c>, <c>resume</c> and <c>clear-concurrency-limit</c>.</summary>
internal sealed class WorkQueueChangeCommand : WorkQueueCommand
{
    private readonly WorkQueueUpdate _change;
    private readonly string _done;

    private WorkQueueChangeCommand(string name, string description, WorkQueueUpdate change, string done)
        : base(name, description) => (_change, _done) = (change, done);

    public static WorkQueueChangeCommand Pause() => new("pause", "Hand out no more runs of a work queue", new() { IsPaused = true }, "is paused now");

    public static WorkQueueChangeCommand Resume() => new("resume", "Hand out the runs of a paused work queue again", new() { IsPaused = false }, "is resumed");

    public static WorkQueueChangeCommand ClearLimit() =>
        new("clear-concurrency-limit", "Take the limit off a work queue", new() { ConcurrencyLimit = new Protocol.Json.Optional<int?>(null) }, "has no limit now");

    protected override async Task RunAsync(WorkQueue queue, ParseResult parse, CliSession session, CancellationToken ct)
    {
        await session.Client.UpdateWorkQueueAsync(queue.Id, _change, ct);
        session.Terminal.Out.WriteLine($"Work queue '{queue.Name}' {_done}.");
    }
}
