using System.CommandLine;
using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Settings;

namespace Reeve.Cli.Commands.ConcurrencyLimits;

internal sealed class GlobalLimitCreateCommand : CliCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "The limit's name" };
    private readonly Option<int> _limit = new("--limit", "-l") { Description = "How many slots there are", HelpName = "N", Required = true };
    private readonly Option<bool> _disable = new("--disable") { Description = "Make it inactive: it holds nothing back yet" };
    private readonly Option<int> _slots = new("--active-slots") { Description = "How many slots are taken from the start", HelpName = "N" };
    private readonly Option<double> _decay = new("--slot-decay-per-second") { Description = "How many taken slots become free by themselves each second", HelpName = "N" };

    public GlobalLimitCreateCommand()
        : base("create", "Make a global concurrency limit")
    {
        Arguments.Add(_name);
        foreach (var option in (ReadOnlySpan<Option>)[_limit, _disable, _slots, _decay])
            Options.Add(option);
    }

    public override IReadOnlyList<Example> Examples =>
        [new("reeve global-concurrency-limit create database --limit 10"), new("reeve gcl create calls --limit 5 --slot-decay-per-second 0.5", "a rate: 30 a minute, 5 at once")];

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var name = parse.GetRequiredValue(_name);
        if (await session.Client.FindGlobalLimitAsync(name, ct) is not null)
            throw new CliException($"there is a global concurrency limit '{name}' already", $"{CommandName.Text} global-concurrency-limit update changes it");
        var made = await session.Client.CreateGlobalLimitAsync(
            new GlobalLimitCreate
            {
                Name = name,
                Limit = parse.GetRequiredValue(_limit),
                Active = !parse.GetValue(_disable),
                ActiveSlots = parse.GetValue(_slots),
                SlotDecayPerSecond = parse.GetValue(_decay),
            },
            ct);
        session.Terminal.Out.WriteLine($"Created global concurrency limit with name '{made.Name}' and ID '{made.Id}'.");
        return ExitCodes.Done;
    }
}
