using System.CommandLine;
using System.Globalization;
using Reeve.Cli.Output;
using Reeve.Protocol.Filters;
using Reeve.Settings;

namespace Reeve.Cli.Commands.ConcurrencyLimits;

internal sealed class GlobalLimitLsCommand : CliCommand
{
    private readonly OutputOption _output = new();

    public GlobalLimitLsCommand()
        : base("ls", "List the global concurrency limits") => Options.Add(_output);

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var limits = await session.Client.FindGlobalLimitsAsync(new Query { Limit = 200 }, ct);
        if (_output.IsJson(parse))
        {
            JsonOutput.Write(limits, session.Terminal.Out);
            return ExitCodes.Done;
        }

        var table = new TextTable("Name", "ID", "Active", "Limit", "Active slots", "Slot decay per second", "Updated");
        foreach (var limit in limits)
            table.Add(
                limit.Name, limit.Id.ToString(), limit.Active ? "yes" : "no", $"{limit.Limit}", $"{limit.ActiveSlots}",
                limit.SlotDecayPerSecond.ToString(CultureInfo.InvariantCulture), Ago.Of(limit.Updated, session.Time));
        table.Write(session.Terminal.Out, $"There are no global concurrency limits. Make one: {CommandName.Text} global-concurrency-limit create NAME --limit N");
        return ExitCodes.Done;
    }
}
