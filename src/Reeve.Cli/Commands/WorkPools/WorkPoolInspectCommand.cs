using System.CommandLine;
using Reeve.Cli.Output;
using Reeve.Protocol.Filters;
using Reeve.Settings;

namespace Reeve.Cli.Commands.WorkPools;

internal sealed class WorkPoolInspectCommand : CliCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "The pool" };
    private readonly OutputOption _output = new();

    public WorkPoolInspectCommand()
        : base("inspect", "Show a work pool, its queues and its workers")
    {
        Arguments.Add(_name);
        Options.Add(_output);
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var pool = await Lookup.WorkPoolAsync(session.Client, parse.GetRequiredValue(_name), ct);
        var output = session.Terminal.Out;
        JsonOutput.Write(pool, output);
        if (_output.IsJson(parse))
            return ExitCodes.Done;
        var queues = new TextTable("Queue", "Priority", "Status");
        foreach (var queue in await session.Client.FindWorkQueuesAsync(pool.Name, new Query(), ct))
            queues.Add(queue.Name, $"{queue.Priority}", queue.IsPaused ? "PAUSED" : queue.Status);
        output.WriteLine();
        queues.Write(output, "No queues.");
        var workers = new TextTable("Worker", "Status", "Last heard of");
        foreach (var worker in await session.Client.FindWorkersAsync(pool.Name, new Query(), ct))
            workers.Add(worker.Name, worker.Status, Ago.Of(worker.LastHeartbeatTime, session.Time));
        output.WriteLine();
        workers.Write(output, $"No workers. Start one: {CommandName.Text} worker start --pool {pool.Name}");
        return ExitCodes.Done;
    }
}
