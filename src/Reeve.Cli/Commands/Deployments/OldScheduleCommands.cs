using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Protocol;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Schedules;

namespace Reeve.Cli.Commands.Deployments;

using Deployment = Protocol.Deployments.Deployment;

/// <summary><c>set-schedule</c>: the first name of <c>schedule create --replace</c>, from when a deployment had one schedule.</summary>
internal sealed class SetScheduleCommand : ScheduleCommand
{
    private readonly Option<double?> _interval = new("--interval") { Description = "Every so many seconds", HelpName = "SECONDS" };
    private readonly Option<string?> _anchor = new("--anchor-date") { Description = "A moment at which the interval fires", HelpName = "TIME" };
    private readonly Option<string?> _cron = new("--cron") { Description = "A cron expression", HelpName = "EXPRESSION" };
    private readonly Option<string?> _dayOr = new("--day_or") { Description = "Whether day of month or day of week suffices (true), or both must fit (false)", HelpName = "BOOLEAN" };
    private readonly Option<string?> _rrule = new("--rrule") { Description = "A recurrence rule, or JSON with rrule and timezone", HelpName = "RULE" };
    private readonly Option<string?> _zone = new("--timezone") { Description = "An IANA time zone, such as Europe/Berlin", HelpName = "ZONE" };
    private readonly Option<bool> _none = new("--no-schedule") { Description = "Take the schedules away" };

    public SetScheduleCommand()
        : base("set-schedule", "Give a deployment this schedule and no other; the older name of 'deployment schedule create --replace'")
    {
        foreach (var option in (ReadOnlySpan<Option>)[_interval, _anchor, _cron, _dayOr, _rrule, _zone, _none])
            Options.Add(option);
    }

    public override IReadOnlyList<Example> Examples => [new("reeve deployment set-schedule hello/dev --cron \"0 3 * * *\""), new("reeve deployment set-schedule hello/dev --no-schedule")];

    protected override async Task RunAsync(Deployment deployment, string fullName, ParseResult parse, CliSession session, CancellationToken ct)
    {
        var schedule = Schedule(parse);
        if (parse.GetValue(_none) == schedule is not null)
            throw new CliException("a schedule is one of --cron, --interval and --rrule; --no-schedule takes all away", exitCode: ExitCodes.Usage);
        IReadOnlyList<DeploymentScheduleUpdate> all = schedule is { } rule ? [new DeploymentScheduleUpdate { Schedule = rule, Active = true }] : [];
        await session.Client.UpdateDeploymentAsync(deployment.Id, new DeploymentUpdate { Schedules = new Protocol.Json.Optional<IReadOnlyList<DeploymentScheduleUpdate>>(all) }, ct);
        session.Terminal.Out.WriteLine(schedule is { } set ? $"Updated deployment schedule of '{fullName}': {Words(set)}." : $"'{fullName}' has no schedule now.");
    }

    private JsonElement? Schedule(ParseResult parse)
    {
        var map = new JsonObject();
        if (parse.GetValue(_cron) is { } cron)
            map["cron"] = cron;
        if (parse.GetValue(_interval) is { } interval)
            map["interval"] = JsonNode.Parse(interval.ToString("R", CultureInfo.InvariantCulture));
        if (parse.GetValue(_rrule) is { } rrule)
            foreach (var (key, value) in rrule.TrimStart().StartsWith('{') ? JsonObject.Create(JsonFiles.ParseObject(rrule, "--rrule"))! : new JsonObject { ["rrule"] = rrule })
                map[key] = value?.DeepClone();
        var kinds = map.Count(field => field.Key is "cron" or "interval" or "rrule");
        foreach (var (name, option) in (ReadOnlySpan<(string, Option<string?>)>)[("anchor_date", _anchor), ("timezone", _zone)])
            if (parse.GetValue(option) is { } text)
                map[name] = text;
        if (parse.GetValue(_dayOr) is { } dayOr)
            map["day_or"] = bool.TryParse(dayOr, out var or) ? or : throw new CliException($"--day_or '{dayOr}' is neither true nor false", exitCode: ExitCodes.Usage);
        if (map.Count == 0)
            return null;
        if (kinds != 1)
            throw new CliException("a schedule is one of --cron, --interval and --rrule", exitCode: ExitCodes.Usage);
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

/// <summary><c>pause-schedule</c> and <c>resume-schedule</c>: the first names of <c>schedule pause --all</c> and <c>schedule resume --all</c>.</summary>
internal sealed class OldScheduleSwitchCommand(bool active)
    : ScheduleCommand(active ? "resume-schedule" : "pause-schedule", active ? "Have the schedules of a deployment make runs again; the older name of 'deployment schedule resume --all'" : "Have the schedules of a deployment make no more runs; the older name of 'deployment schedule pause --all'")
{
    protected override async Task RunAsync(Deployment deployment, string fullName, ParseResult parse, CliSession session, CancellationToken ct)
    {
        if (deployment.Schedules.Count == 0)
            throw new CliException($"'{fullName}' has no schedule");
        foreach (var schedule in deployment.Schedules)
            await session.Client.UpdateScheduleAsync(deployment.Id, schedule.Id, new DeploymentScheduleUpdate { Active = active }, ct);
        session.Terminal.Out.WriteLine($"{(active ? "Resumed" : "Paused")} schedule of deployment '{fullName}'.");
    }
}
