using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Protocol;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Schedules;

namespace Reeve.Cli.Commands.Deployments;

using Deployment = Protocol.Deployments.Deployment;

internal sealed class ScheduleCreateCommand : ScheduleCommand
{
    private readonly Option<double?> _interval = new("--interval") { Description = "Every so many seconds", HelpName = "SECONDS" };
    private readonly Option<string?> _anchor = new("--anchor-date") { Description = "A moment at which the interval fires, such as 2030-01-31T09:00:00Z", HelpName = "TIME" };
    private readonly Option<string?> _cron = new("--cron") { Description = "A cron expression", HelpName = "EXPRESSION" };
    private readonly Option<string?> _dayOr = new("--day_or") { Description = "Whether day of month or day of week suffices (true), or both must fit (false)", HelpName = "BOOLEAN" };
    private readonly Option<string?> _rrule = new("--rrule") { Description = "A recurrence rule, such as FREQ=DAILY;BYHOUR=9", HelpName = "RULE" };
    private readonly Option<string?> _zone = new("--timezone") { Description = "An IANA time zone, such as Europe/Berlin; default: UTC", HelpName = "ZONE" };
    private readonly Option<string?> _slug = new("--slug") { Description = "Names it within the deployment", HelpName = "SLUG" };
    private readonly Option<bool> _inactive = new("--inactive") { Description = "It makes no runs until it is resumed" };
    private readonly Option<bool> _active = new("--active") { Description = "It makes runs at once (the default)" };
    private readonly Option<bool> _replace = new("--replace") { Description = "Delete the deployment's other schedules" };

    // Scripts give it; nothing is asked here.
    private readonly Option<bool> _yes = new("--accept-yes", "-y") { Hidden = true };

    public ScheduleCreateCommand()
        : base("create", "Add a schedule to a deployment")
    {
        foreach (var option in (ReadOnlySpan<Option>)[_interval, _anchor, _cron, _dayOr, _rrule, _zone, _slug, _inactive, _active, _replace, _yes])
            Options.Add(option);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("reeve deployment schedule create etl/nightly --cron \"0 2 * * *\" --timezone Europe/Berlin"),
        new("reeve deployment schedule create etl/nightly --interval 3600 --replace"),
    ];

    protected override async Task RunAsync(Deployment deployment, string fullName, ParseResult parse, CliSession session, CancellationToken ct)
    {
        var schedule = Schedule(parse);
        var wanted = new DeploymentScheduleCreate { Schedule = schedule, Active = !parse.GetValue(_inactive), Slug = parse.GetValue(_slug) };
        if (parse.GetValue(_replace))
        {
            var only = new DeploymentScheduleUpdate { Schedule = schedule, Active = wanted.Active, Slug = wanted.Slug is { } slug ? slug : default(Protocol.Json.Optional<string>) };
            await session.Client.UpdateDeploymentAsync(deployment.Id, new DeploymentUpdate { Schedules = new Protocol.Json.Optional<IReadOnlyList<DeploymentScheduleUpdate>>([only]) }, ct);
        }
        else
        {
            await session.Client.AddSchedulesAsync(deployment.Id, [wanted], ct);
        }
        session.Terminal.Out.WriteLine($"Added the schedule {Words(schedule)} to '{fullName}'.");
    }

    private JsonElement Schedule(ParseResult parse)
    {
        var map = new JsonObject();
        if (parse.GetValue(_cron) is { } cron)
            map["cron"] = cron;
        if (parse.GetValue(_interval) is { } interval)
            map["interval"] = interval;
        if (parse.GetValue(_rrule) is { } rrule)
            map["rrule"] = rrule;
        if (map.Count != 1)
            throw new CliException("a schedule needs one of --cron, --interval and --rrule", exitCode: ExitCodes.Usage);
        foreach (var (name, option) in (ReadOnlySpan<(string, Option<string?>)>)[("anchor_date", _anchor), ("timezone", _zone)])
            if (parse.GetValue(option) is { } text)
                map[name] = text;
        if (parse.GetValue(_dayOr) is { } dayOr)
            map["day_or"] = bool.TryParse(dayOr, out var or) ? or : throw new CliException($"--day_or '{dayOr}' is neither true nor false", exitCode: ExitCodes.Usage);
        try
        {
            return FireTimes.Normalise(WireJson.Parse(map.ToJsonString()));
        }
        catch (ScheduleFormatException fault)
        {
            throw new CliException($"the schedule cannot be: {fault.Message}", exitCode: ExitCodes.Usage);
        }
    }
}
