using System.CommandLine;
using Reeve.Protocol.WorkPools;

namespace Reeve.Cli.Commands.WorkPools;

internal sealed class WorkQueueCreateCommand : CliCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "The queue's name" };
    private readonly Option<string?> _pool = new("--pool", "-p") { Description = $"The work pool; default: {WorkQueues.AgentPool}", HelpName = "POOL" };
    private readonly Option<int?> _limit = new("--limit", "-l") { Description = "How many runs may be active at once", HelpName = "N" };
    private readonly Option<int?> _priority = new("--priority", "-q") { Description = "Its place in line, 1 being the first; default: the first that is free", HelpName = "N" };

    public WorkQueueCreateCommand()
        : base("create", "Make a work queue")
    {
        Arguments.Add(_name);
        foreach (var option in (ReadOnlySpan<Option>)[_pool, _limit, _priority])
            Options.Add(option);
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var wanted = new WorkQueueCreate { Name = parse.GetRequiredValue(_name), ConcurrencyLimit = parse.GetValue(_limit), Priority = parse.GetValue(_priority) };
        var pool = parse.GetValue(_pool) is { } name ? (await Lookup.WorkPoolAsync(session.Client, name, ct)).Name : WorkQueues.AgentPool;
        var queue = await session.Client.CreateWorkQueueAsync(pool, wanted, ct);
        session.Terminal.Out.WriteLine($"Created work queue '{queue.Name}' in work pool '{pool}', priority {queue.Priority}.");
        return ExitCodes.Done;
    }
}
