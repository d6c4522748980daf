using System.CommandLine;
using System.Text.Json;
using Reeve.Cli.Output;
using Reeve.Protocol;
using Reeve.Protocol.Deployments;

namespace Reeve.Cli.Commands.Deployments;

using Deployment = Protocol.Deployments.Deployment;

/// <summary>A command about the schedules of one deployment.</summary>
internal abstract class ScheduleCommand : CliCommand
{
    private readonly Argument<string> _name = new("DEPLOYMENT") { Description = "The deployment: FLOW/DEPLOYMENT or its id" };

    protected ScheduleCommand(string name, string description)
        : base(name, description) => Arguments.Add(_name);

    public sealed override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var (deployment, fullName) = await Lookup.DeploymentAsync(session.Client, parse.GetRequiredValue(_name), ct);
        await RunAsync(deployment, fullName, parse, session, ct);
        return ExitCodes.Done;
    }

    protected abstract Task RunAsync(Deployment deployment, string fullName, ParseResult parse, CliSession session, CancellationToken ct);

    /// <summary>The schedule by its id or slug.</summary>
    protected static DeploymentSchedule Find(Deployment deployment, string fullName, string wanted) =>
        deployment.Schedules.FirstOrDefault(s => s.Slug == wanted || (Guid.TryParse(wanted, out var id) && s.Id == id))
        ?? throw new CliException($"'{fullName}' has no schedule '{wanted}'", $"{Reeve.Settings.CommandName.Text} deployment schedule ls {fullName} shows them");

    /// <summary>The schedule in words.</summary>
    protected static string Words(JsonElement schedule) => schedule.TryGetProperty("cron", out var cron) ? $"cron: {cron}"
        : schedule.TryGetProperty("interval", out var interval) ? $"interval: {interval} s" : $"rrule: {schedule.GetProperty("rrule")}";
}

internal sealed class ScheduleLsCommand : ScheduleCommand
{
    private readonly OutputOption _output = new();

    public ScheduleLsCommand()
        : base("ls", "List a deployment's schedules") => Options.Add(_output);

    protected override Task RunAsync(Deployment deployment, string fullName, ParseResult parse, CliSession session, CancellationToken ct)
    {
        if (_output.IsJson(parse))
        {
            JsonOutput.Write(deployment.Schedules.ToList(), session.Terminal.Out);
            return Task.CompletedTask;
        }
        var table = new TextTable("ID", "Slug", "Schedule", "Time zone", "Active");
        foreach (var schedule in deployment.Schedules)
            table.Add(schedule.Id.ToString(), schedule.Slug, Words(schedule.Schedule), schedule.Schedule.TryGetProperty("timezone", out var zone) ? zone.ToString() : null, schedule.Active ? "yes" : "no");
        table.Write(session.Terminal.Out, $"'{fullName}' has no schedules.");
        return Task.CompletedTask;
    }
}

/// <summary><c>pause</c> and <c>resume</c>.</summary>
internal sealed class ScheduleSwitchCommand : ScheduleCommand
{
    private readonly bool _active;
    private readonly Argument<string?> _schedule = new("SCHEDULE") { Description = "The schedule's id or slug", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _all = new("--all") { Description = "All schedules of the deployment" };

    public ScheduleSwitchCommand(bool active)
        : base(active ? "resume" : "pause", active ? "Have a schedule make runs again" : "Have a schedule make no more runs")
    {
        _active = active;
        Arguments.Add(_schedule);
        Options.Add(_all);
    }

    protected override async Task RunAsync(Deployment deployment, string fullName, ParseResult parse, CliSession session, CancellationToken ct)
    {
        var wanted = parse.GetValue(_schedule);
        if (wanted is null != parse.GetValue(_all))
            throw new CliException("which schedule? Its id or slug, or --all", exitCode: ExitCodes.Usage);
        foreach (var schedule in wanted is null ? deployment.Schedules : [Find(deployment, fullName, wanted)])
        {
            await session.Client.UpdateScheduleAsync(deployment.Id, schedule.Id, new DeploymentScheduleUpdate { Active = _active }, ct);
            session.Terminal.Out.WriteLine($"{(_active ? "Resumed" : "Paused")} the schedule {Words(schedule.Schedule)} of '{fullName}'.");
        }
    }
}

internal sealed class ScheduleDeleteCommand : ScheduleCommand
{
    private readonly Argument<string> _schedule = new("SCHEDULE") { Description = "The schedule's id or slug" };
    private readonly Option<bool> _yes = new("--accept-yes", "--assume-yes", "-y") { Description = "Do not ask; it never asks, the option is there for scripts" };

    public ScheduleDeleteCommand()
        : base("delete", "Delete a schedule and the runs it made ahead")
    {
        Arguments.Add(_schedule);
        Options.Add(_yes);
    }

    protected override async Task RunAsync(Deployment deployment, string fullName, ParseResult parse, CliSession session, CancellationToken ct)
    {
        var schedule = Find(deployment, fullName, parse.GetRequiredValue(_schedule));
        await session.Client.DeleteScheduleAsync(deployment.Id, schedule.Id, ct);
        session.Terminal.Out.WriteLine($"Deleted the schedule {Words(schedule.Schedule)} of '{fullName}'.");
    }
}

internal sealed class ScheduleClearCommand : ScheduleCommand
{
    private readonly Option<bool> _yes = new("--accept-yes", "--assume-yes", "-y") { Description = "Do not ask; it never asks, the option is there for scripts" };

    public ScheduleClearCommand()
        : base("clear", "Delete all schedules of a deployment") => Options.Add(_yes);

    protected override async Task RunAsync(Deployment deployment, string fullName, ParseResult parse, CliSession session, CancellationToken ct)
    {
        await session.Client.UpdateDeploymentAsync(deployment.Id, new DeploymentUpdate { Schedules = new Protocol.Json.Optional<IReadOnlyList<DeploymentScheduleUpdate>>([]) }, ct);
        session.Terminal.Out.WriteLine($"Deleted every schedule of '{fullName}' ({deployment.Schedules.Count}).");
    }
}
