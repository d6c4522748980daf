using System.CommandLine;
using System.Globalization;
using Reeve.Cli.Output;
using Reeve.Protocol.Filters;
using Reeve.Settings;

namespace Reeve.Cli.Commands.WorkPools;

internal sealed class WorkQueueLsCommand : CliCommand
{
    private readonly Option<string?> _pool = new("--pool", "-p") { Description = "Only those of this work pool", HelpName = "POOL" };
    private readonly OutputOption _output = new();

    public WorkQueueLsCommand()
        : base("ls", "List the work queues")
    {
        Options.Add(_pool);
        Options.Add(_output);
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var query = new Query { Limit = 200 };
        var queues = parse.GetValue(_pool) is { } pool
            ? await session.Client.FindWorkQueuesAsync((await Lookup.WorkPoolAsync(session.Client, pool, ct)).Name, query, ct)
            : await session.Client.FindWorkQueuesAsync(query, ct);
        if (_output.IsJson(parse))
        {
            JsonOutput.Write(queues, session.Terminal.Out);
            return ExitCodes.Done;
        }
        var table = new TextTable("Name", "Pool", "Priority", "Limit", "Status", "ID");
        foreach (var queue in queues)
            table.Add(queue.Name, queue.WorkPoolName, $"{queue.Priority}", queue.ConcurrencyLimit?.ToString(CultureInfo.InvariantCulture) ?? "none", queue.Status, queue.Id.ToString());
        table.Write(session.Terminal.Out, $"There are no work queues. Make one: {CommandName.Text} work-queue create NAME --pool POOL");
        return ExitCodes.Done;
    }
}
