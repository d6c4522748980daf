using System.CommandLine;
using Reeve.Protocol.ConcurrencyLimits;

namespace Reeve.Cli.Commands.ConcurrencyLimits;

/// <summary>"enable" and "disable".</summary>
internal sealed class GlobalLimitSwitchCommand : CliCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "The limit's name or id" };
    private readonly bool _enable;

    public GlobalLimitSwitchCommand(bool enable)
        : base(enable ? "enable" : "disable", enable ? "Let a global concurrency limit hold back what is over it" : "Let a global concurrency limit hold back nothing")
    {
        _enable = enable;
        Arguments.Add(_name);
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var limit = await LimitLookup.GlobalAsync(session.Client, parse.GetRequiredValue(_name), ct);
        var done = _enable ? "enabled" : "disabled";
        if (limit.Active == _enable)
            throw new CliException($"the global concurrency limit '{limit.Name}' is {done} already");
        await session.Client.UpdateGlobalLimitAsync(limit.Name, new GlobalLimitUpdate { Active = _enable }, ct);
        session.Terminal.Out.WriteLine($"{(_enable ? "Enabled" : "Disabled")} global concurrency limit with name '{limit.Name}'.");
        return ExitCodes.Done;
    }
}
