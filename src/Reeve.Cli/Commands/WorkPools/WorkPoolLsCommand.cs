using System.CommandLine;
using System.Globalization;
using Reeve.Cli.Output;
using Reeve.Protocol.Filters;
using Reeve.Settings;

namespace Reeve.Cli.Commands.WorkPools;

internal sealed class WorkPoolLsCommand : CliCommand
{
    private readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "Show descriptions" };
    private readonly OutputOption _output = new();

    public WorkPoolLsCommand()
        : base("ls", "List the work pools")
    {
        Options.Add(_verbose);
        Options.Add(_output);
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var pools = await session.Client.FindWorkPoolsAsync(new Query { Limit = 200 }, ct);
        if (_output.IsJson(parse))
        {
            JsonOutput.Write(pools, session.Terminal.Out);
            return ExitCodes.Done;
        }

        var verbose = parse.GetValue(_verbose);
        var table = verbose ? new TextTable("Name", "Type", "Status", "Limit", "ID", "Description") : new TextTable("Name", "Type", "Status", "Limit", "ID");
        foreach (var pool in pools)
        {
            string?[] cells = [pool.Name, pool.Type, pool.IsPaused ? "PAUSED" : pool.Status, pool.ConcurrencyLimit?.ToString(CultureInfo.InvariantCulture) ?? "none", pool.Id.ToString()];
            table.Add(verbose ? [.. cells, pool.Description] : cells);
        }

        table.Write(session.Terminal.Out, $"There are no work pools. Make one: {CommandName.Text} work-pool create NAME --type process");
        return ExitCodes.Done;
    }
}
