using System.CommandLine;
using System.Globalization;
using Reeve.Cli.Output;
using Reeve.Protocol.Filters;
using Reeve.Settings;

namespace Reeve.Cli.Commands.WorkPools;

internal sealed class WorkQueueLsCommand : CliCommand
{
    private readonly Option<string?> _pool = new("--pool", "-p") { Description = "Only those of this work pool", HelpName = "POOL" };
    private readonly Option<string?> _match = new("--match", "--work-queue-prefix", "-m") { Description = "Only those whose name begins so", HelpName = "TEXT" };
    private readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "Show descriptions and when they were last asked for runs" };
    private readonly OutputOption _output = new();

    public WorkQueueLsCommand()
        : base("ls", "List the work queues")
    {
        foreach (var option in (ReadOnlySpan<Option>)[_pool, _match, _verbose, _output])
            Options.Add(option);
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var query = new Query { Limit = 200 };
        var queues = parse.GetValue(_pool) is { } pool
            ? await session.Client.FindWorkQueuesAsync((await Lookup.WorkPoolAsync(session.Client, pool, ct)).Name, query, ct)
            : await session.Client.FindWorkQueuesAsync(query, ct);
        if (parse.GetValue(_match) is { } start)
            queues = queues.FindAll(queue => queue.Name.StartsWith(start, StringComparison.Ordinal));
        if (_output.IsJson(parse))
        {
            JsonOutput.Write(queues, session.Terminal.Out);
            return ExitCodes.Done;
        }

        var verbose = parse.GetValue(_verbose);
        string[] headers = ["Name", "Pool", "Priority", "Limit", "Status", "ID"];
        var table = new TextTable(verbose ? [.. headers, "Last asked", "Description"] : headers);
        foreach (var queue in queues)
        {
            string?[] cells = [queue.Name, queue.WorkPoolName, $"{queue.Priority}", queue.ConcurrencyLimit?.ToString(CultureInfo.InvariantCulture) ?? "none", queue.Status, queue.Id.ToString()];
            table.Add(verbose ? [.. cells, queue.LastPolled is null ? "never" : Ago.Of(queue.LastPolled, session.Time), queue.Description] : cells);
        }

        table.Write(session.Terminal.Out, $"There are no work queues. Make one: {CommandName.Text} work-queue create NAME --pool POOL");
        return ExitCodes.Done;
    }
}
