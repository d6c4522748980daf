using System.CommandLine;
using Reeve.Protocol.WorkPools;

namespace Reeve.Cli.Commands.WorkPools;

/// <summary>A command about one work queue, named by its name and pool or by its id.</summary>
internal abstract class WorkQueueCommand : CliCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "The queue's name, or its id" };

    private readonly Option<string?> _pool = new("--pool", "-p") { Description = $"The queue's work pool; default: {WorkQueues.AgentPool}", HelpName = "POOL" };

    protected WorkQueueCommand(string name, string description)
        : base(name, description)
    {
        Arguments.Add(_name);
        Options.Add(_pool);
    }

    public sealed override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var queue = await WorkQueues.FindAsync(session.Client, parse.GetRequiredValue(_name), parse.GetValue(_pool), ct);
        await RunAsync(queue, parse, session, ct);
        return ExitCodes.Done;
    }

    protected abstract Task RunAsync(WorkQueue queue, ParseResult parse, CliSession session, CancellationToken ct);
}
