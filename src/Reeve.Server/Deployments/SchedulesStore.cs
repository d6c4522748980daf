using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Deployments;
using Reeve.Server.Storage;

namespace Reeve.Server.Deployments;

/// <summary>The schedules' SQL.</summary>
internal sealed class SchedulesStore(TimeProvider clock)
{
    private const string Columns = "s.id, s.created, s.updated, s.deployment_id, s.schedule, s.active, s.max_scheduled_runs, s.parameters, s.slug, s.max_active_runs, s.catchup";

    internal async ValueTask<ILookup<Guid, DeploymentSchedule>> OfAsync(Session session, List<Guid> deployments) =>
        (await session.QueryAsync(
            $"select {Columns} from deployment_schedule s where {session.Dialect.AnyId("s.deployment_id", "ids")} order by s.updated desc, s.id desc", Read, ("ids", deployments)).ConfigureAwait(false))
        .ToLookup(schedule => schedule.DeploymentId!.Value);

    internal ValueTask<DeploymentSchedule?> ReadAsync(Session session, Guid deployment, Guid id) =>
        session.QueryFirstAsync($"select {Columns} from deployment_schedule s where s.deployment_id = @deployment and s.id = @id", Read, ("deployment", deployment), ("id", id));

    internal async ValueTask<DeploymentSchedule> InsertAsync(Session session, Guid deployment, DeploymentScheduleCreate schedule)
    {
        var now = clock.Now();
        var stored = new DeploymentSchedule
        {
            Id = Ids.New(now),
            Created = now,
            Updated = now,
            DeploymentId = deployment,
            Schedule = schedule.Schedule,
            Active = schedule.Active ?? true,
            MaxScheduledRuns = schedule.MaxScheduledRuns,
            Parameters = schedule.Parameters ?? WireJson.EmptyObject,
            Slug = schedule.Slug,
            MaxActiveRuns = schedule.MaxActiveRuns,
            Catchup = schedule.Catchup ?? false,
        };
        await session.ExecuteAsync(
            """
            insert into deployment_schedule (id, created, updated, deployment_id, schedule, active, max_scheduled_runs, parameters, slug, max_active_runs, catchup)
            values (@id, @now, @now, @deployment, @schedule, @active, @max, @parameters, @slug, @most_active, @catchup)
            """,
            ("id", stored.Id), ("now", now), ("deployment", deployment), ("schedule", stored.Schedule), ("active", stored.Active), ("max", stored.MaxScheduledRuns),
            ("parameters", stored.Parameters), ("slug", stored.Slug), ("most_active", stored.MaxActiveRuns), ("catchup", stored.Catchup)).ConfigureAwait(false);
        return stored;
    }

    internal async ValueTask UpdateAsync(Session session, DeploymentSchedule schedule) =>
        await session.ExecuteAsync(
            """
            update deployment_schedule set updated = @now, schedule = @schedule, active = @active, max_scheduled_runs = @max, parameters = @parameters, slug = @slug,
                max_active_runs = @most_active, catchup = @catchup
            where id = @id
            """,
            ("now", clock.Now()), ("schedule", schedule.Schedule), ("active", schedule.Active), ("max", schedule.MaxScheduledRuns), ("parameters", schedule.Parameters),
            ("slug", schedule.Slug), ("most_active", schedule.MaxActiveRuns), ("catchup", schedule.Catchup), ("id", schedule.Id)).ConfigureAwait(false);

    internal async ValueTask DeleteAsync(Session session, Guid id) => await session.ExecuteAsync("delete from deployment_schedule where id = @id", ("id", id)).ConfigureAwait(false);

    /// <summary>
    /// Makes the deployment's schedules these. One that is the same as before, by slug or else by its times, keeps its id, so that its fire times stay
    /// known and none is made twice.
    /// </summary>
    internal async ValueTask ReplaceAsync(Session session, Guid deployment, IReadOnlyList<DeploymentScheduleCreate> wanted)
    {
        var left = (await OfAsync(session, [deployment]).ConfigureAwait(false))[deployment].ToList();
        List<(DeploymentSchedule? Known, DeploymentScheduleCreate Wanted)> pairs = [];
        foreach (var schedule in wanted)
        {
            var same = (schedule.Replaces is { } place ? left.Find(old => old.Slug == place) : null) ?? left.Find(old => IsSame(old, schedule));
            if (same is not null)
                left.Remove(same);
            pairs.Add((same, schedule));
        }
        foreach (var old in left)
            await DeleteAsync(session, old.Id).ConfigureAwait(false);
        // slugs may go from one to another: all are free before the first is given
        await session.ExecuteAsync("update deployment_schedule set slug = null where deployment_id = @deployment", ("deployment", deployment)).ConfigureAwait(false);
        foreach (var (known, schedule) in pairs)
        {
            if (known is null)
                await InsertAsync(session, deployment, schedule).ConfigureAwait(false);
            else
                await UpdateAsync(session, Changed(known, schedule)).ConfigureAwait(false);
        }
    }

    private static DeploymentSchedule Changed(DeploymentSchedule known, DeploymentScheduleCreate wanted) => known with
    {
        Schedule = wanted.Schedule,
        Active = wanted.Active ?? true,
        MaxScheduledRuns = wanted.MaxScheduledRuns,
        Parameters = wanted.Parameters ?? WireJson.EmptyObject,
        Slug = wanted.Slug,
        MaxActiveRuns = wanted.MaxActiveRuns,
        Catchup = wanted.Catchup ?? false,
    };

    private static bool IsSame(DeploymentSchedule old, DeploymentScheduleCreate wanted) =>
        old.Slug is not null || wanted.Slug is not null || wanted.Replaces is not null
            ? old.Slug is not null && old.Slug == wanted.Slug
            : JsonElement.DeepEquals(old.Schedule, wanted.Schedule) && JsonElement.DeepEquals(old.Parameters, wanted.Parameters ?? WireJson.EmptyObject);

    private static DeploymentSchedule Read(Row row) => new()
    {
        Id = row.Id(0),
        Created = row.Time(1),
        Updated = row.Time(2),
        DeploymentId = row.Id(3),
        Schedule = row.Element(4),
        Active = row.Flag(5),
        MaxScheduledRuns = row.IntOrNull(6),
        Parameters = row.Element(7),
        Slug = row.TextOrNull(8),
        MaxActiveRuns = row.IntOrNull(9),
        Catchup = row.Flag(10),
    };
}
