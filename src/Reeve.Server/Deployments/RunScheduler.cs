using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Reeve.Protocol;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Runs;
using Reeve.Protocol.Schedules;
using Reeve.Server.FlowRuns;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.Deployments;

/// <summary>
/// Makes Scheduled runs ahead of their time, each fire time of each schedule once: the pair is a unique key. It goes round now and then, and at once when a
/// schedule or its deployment has changed.
/// </summary>
internal sealed partial class RunScheduler(
    Database database, DeploymentsStore deployments, FlowRunsStore runs, SchedulingOptions scheduling, TimeProvider clock, ILogger<RunScheduler> log)
    : PeriodicService(scheduling.Every, clock, log)
{
    internal override async Task RunOnceAsync(CancellationToken cancellation)
    {
        List<Guid> batch;
        var after = Guid.Empty;
        do
        {
            var from = after;
            batch = await database.ReadAsync(session => DueAsync(session, from), cancellation).ConfigureAwait(false);
            await EachAsync(batch, deployment => ScheduleAsync(deployment, ScheduleHorizon.Standard(Clock.GetUtcNow(), scheduling), cancellation)).ConfigureAwait(false);
            after = batch.LastOrDefault();
        }
        while (batch.Count == scheduling.DeploymentsAtOnce);
    }

    private ValueTask<List<Guid>> DueAsync(Session session, Guid after) => session.QueryAsync(
        """
        select distinct s.deployment_id from deployment_schedule s join deployment d on d.id = s.deployment_id
        where s.active = @yes and d.paused = @no and s.deployment_id > @after order by s.deployment_id limit @most
        """,
        static row => row.Id(0),
        ("yes", true), ("no", false), ("after", after), ("most", scheduling.DeploymentsAtOnce));

    /// <summary>Makes the runs of one deployment; those that are there already stay as they are.</summary>
    internal async Task ScheduleAsync(Guid deploymentId, ScheduleHorizon horizon, CancellationToken cancellation)
    {
        var missing = await database.ReadAsync(session => MissingAsync(session, deploymentId, horizon), cancellation).ConfigureAwait(false);
        if (missing is [])
            return;
        await database.WriteAsync(
            async session =>
            {
                await AutoScheduledRuns.LockAsync(session, deploymentId).ConfigureAwait(false);
                // it may have been paused or changed since it was read: then its change has woken the next round
                if (await deployments.ReadAsync(session, deploymentId).ConfigureAwait(false) is not { Paused: false } deployment)
                    return;
                foreach (var (schedule, times, fire) in missing)
                    if (deployment.Schedules.Any(s => s.Id == schedule.Id && s.Active && s.Updated == schedule.Updated))
                        await runs.CreateAsync(session, RunOf(deployment, schedule, times, fire)).ConfigureAwait(false);
            },
            cancellation).ConfigureAwait(false);
    }

    private async ValueTask<List<(DeploymentSchedule Schedule, FireTimes Times, DateTimeOffset Fire)>> MissingAsync(Session session, Guid deploymentId, ScheduleHorizon horizon)
    {
        List<(DeploymentSchedule Schedule, FireTimes Times, DateTimeOffset Fire)> missing = [];
        if (await deployments.ReadAsync(session, deploymentId).ConfigureAwait(false) is not { Paused: false } deployment)
            return missing;
        foreach (var schedule in deployment.Schedules.Where(s => s.Active))
        {
            if (Read(schedule) is not { } times)
                continue;
            HashSet<DateTimeOffset> known = [.. await session.QueryAsync(
                "select scheduled_for from flow_run where schedule_id = @schedule and scheduled_for >= @start",
                static row => row.Time(0), ("schedule", schedule.Id), ("start", horizon.Start.Cut())).ConfigureAwait(false)];
            missing.AddRange(horizon.Pick(times.From(horizon.Start), schedule.MaxScheduledRuns)
                .Select(fire => fire.Cut()).Where(fire => !known.Contains(fire)).Select(fire => (schedule, times, fire)));
        }
        return missing;
    }

    // checked when it was given: only an older or newer program, or other time zone data, can make it unreadable
    private FireTimes? Read(DeploymentSchedule schedule)
    {
        try
        {
            return FireTimes.Read(schedule.Schedule);
        }
        catch (ScheduleFormatException fault)
        {
            Unreadable(schedule.Id, fault.Message);
            return null;
        }
    }

    private NewFlowRun RunOf(Deployment deployment, DeploymentSchedule schedule, FireTimes times, DateTimeOffset fire) => new()
    {
        Id = Ids.New(Clock.GetUtcNow()),
        Name = RunNames.Next(),
        FlowId = deployment.FlowId,
        State = new StateCreate { Type = StateType.Scheduled, Message = "Flow run scheduled", StateDetails = new StateDetails { ScheduledTime = fire } },
        DeploymentId = deployment.Id,
        DeploymentVersion = deployment.Version,
        WorkQueueId = deployment.WorkQueueId,
        WorkQueueName = deployment.WorkQueueName,
        Parameters = Parameters(deployment, schedule),
        Tags = [.. deployment.Tags.Prepend("auto-scheduled").Distinct()],
        Labels = DeploymentRunLabels.Of(deployment),
        IdempotencyKey = string.Create(CultureInfo.InvariantCulture, $"scheduled {deployment.Id} {schedule.Id} {TimeZoneInfo.ConvertTime(fire, times.Zone):yyyy-MM-dd HH:mm:sszzz}"),
        ScheduleId = schedule.Id,
        ScheduledFor = fire,
        AutoScheduled = true,
        InfrastructureDocumentId = deployment.InfrastructureDocumentId,
        CreatedBy = new CreatedBy(schedule.Id, "SCHEDULE", times.Kind),
    };

    private static JsonElement Parameters(Deployment deployment, DeploymentSchedule schedule)
    {
        if (!schedule.Parameters.EnumerateObject().Any())
            return deployment.Parameters;
        var merged = JsonObject.Create(deployment.Parameters)!;
        foreach (var member in schedule.Parameters.EnumerateObject())
            merged[member.Name] = JsonNode.Parse(member.Value.GetRawText());
        return merged.Deserialize(WireJson.TypeInfo<JsonElement>());
    }

    protected override async Task WaitAsync(CancellationToken cancellation) =>
        await database.Wakeups.WaitAsync(database.Wakeups.Next(AutoScheduledRuns.Changed), scheduling.Every, cancellation).ConfigureAwait(false);

    [LoggerMessage(LogLevel.Error, "Schedule {Id} cannot be read and makes no runs: {Fault}")]
    private partial void Unreadable(Guid id, string fault);
}
