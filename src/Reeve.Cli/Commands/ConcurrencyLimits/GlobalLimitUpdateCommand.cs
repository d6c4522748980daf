using System.CommandLine;
using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Protocol.Json;

namespace Reeve.Cli.Commands.ConcurrencyLimits;

internal sealed class GlobalLimitUpdateCommand : CliCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "The limit's name or id" };
    private readonly Option<bool> _enable = new("--enable") { Description = "Hold back what is over the limit" };
    private readonly Option<bool> _disable = new("--disable") { Description = "Hold back nothing" };
    private readonly Option<int?> _limit = new("--limit", "-l") { Description = "How many slots there are", HelpName = "N" };
    private readonly Option<int?> _slots = new("--active-slots") { Description = "How many slots are taken: holders are added or removed", HelpName = "N" };
    private readonly Option<double?> _decay = new("--slot-decay-per-second") { Description = "How many taken slots become free by themselves each second", HelpName = "N" };

    public GlobalLimitUpdateCommand()
        : base("update", "Change a global concurrency limit")
    {
        Arguments.Add(_name);
        foreach (var option in (ReadOnlySpan<Option>)[_enable, _disable, _limit, _slots, _decay])
            Options.Add(option);
    }

    public override IReadOnlyList<Example> Examples => [new("reeve gcl update database --limit 10"), new("reeve gcl update calls --disable")];

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var (enable, disable) = (parse.GetValue(_enable), parse.GetValue(_disable));
        if (enable && disable)
            throw new CliException("a limit cannot be enabled and disabled at once", exitCode: ExitCodes.Usage);
        var update = new GlobalLimitUpdate
        {
            Active = enable ? true : disable ? new Optional<bool?>(false) : default,
            Limit = parse.GetValue(_limit) is { } limit ? new Optional<int?>(limit) : default,
            ActiveSlots = parse.GetValue(_slots) is { } slots ? new Optional<int?>(slots) : default,
            SlotDecayPerSecond = parse.GetValue(_decay) is { } decay ? new Optional<double?>(decay) : default,
        };
        if (update == new GlobalLimitUpdate())
            throw new CliException("nothing is to be changed", "give --limit, --enable, --disable, --active-slots or --slot-decay-per-second", ExitCodes.Usage);
        var known = await LimitLookup.GlobalAsync(session.Client, parse.GetRequiredValue(_name), ct);
        await session.Client.UpdateGlobalLimitAsync(known.Name, update, ct);
        session.Terminal.Out.WriteLine($"Updated global concurrency limit with name '{known.Name}'.");
        return ExitCodes.Done;
    }
}
