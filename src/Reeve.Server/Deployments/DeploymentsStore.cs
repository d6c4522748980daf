using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;
using Reeve.Server.ConcurrencyLimits;
using Reeve.Server.Filters;
using Reeve.Server.Storage;
using Reeve.Server.WorkPools;

namespace Reeve.Server.Deployments;

/// <summary>The deployments' SQL.</summary>
internal sealed class DeploymentsStore(SchedulesStore schedules, WorkerHealthOptions health, TimeProvider clock)
{
    private const string Columns = """
        d.id, d.created, d.updated, d.name, d.version, d.description, d.flow_id, d.paused, d.concurrency_limit, d.concurrency_options, d.job_variables, d.parameters,
        d.tags, d.labels, d.work_queue_name, d.work_queue_id, p.name, d.last_polled, q.last_polled, d.parameter_openapi_schema, d.enforce_parameter_schema, d.path,
        d.pull_steps, d.entrypoint, d.manifest_path, d.storage_document_id, d.infrastructure_document_id, d.created_by, d.updated_by,
        d.version_info,
        """ + LimitRows.Columns;

    private const string From = "from deployment d left join work_queue q on q.id = d.work_queue_id left join work_pool p on p.id = q.work_pool_id left join concurrency_limit c on c.id = d.concurrency_limit_id";

    private static readonly Dictionary<string, string> Orders = new(StringComparer.Ordinal)
    {
        ["CREATED_DESC"] = "d.created desc, d.id desc",
        ["UPDATED_DESC"] = "d.updated desc, d.id desc",
        ["NAME_ASC"] = "d.name, d.id",
        ["NAME_DESC"] = "d.name desc, d.id",
        // no route names an order and the wire has none: as they were made
        [""] = "d.created, d.id",
    };

    internal async ValueTask<Deployment?> ReadAsync(Session session, Guid id) =>
        await WithSchedulesAsync(session, await session.QueryFirstAsync($"select {Columns} {From} where d.id = @id", Read, Now(("id", id))).ConfigureAwait(false)).ConfigureAwait(false);

    internal async ValueTask<Deployment?> ReadByNameAsync(Session session, string flow, string name) =>
        await WithSchedulesAsync(session, await session.QueryFirstAsync(
            $"select {Columns} {From} join flow f on f.id = d.flow_id where f.name = @flow and d.name = @name", Read, Now(("flow", flow), ("name", name))).ConfigureAwait(false)).ConfigureAwait(false);

    /// <summary>Those of the ids that are there, in no order.</summary>
    internal async ValueTask<List<Deployment>> ReadAsync(Session session, List<Guid> ids)
    {
        var found = await session.QueryAsync($"select {Columns} {From} where {session.Dialect.AnyId("d.id", "ids")}", Read, Now(("ids", ids))).ConfigureAwait(false);
        var all = await schedules.OfAsync(session, ids).ConfigureAwait(false);
        return found.ConvertAll(deployment => With(deployment, [.. all[deployment.Id]]));
    }

    internal ValueTask<Guid?> FindAsync(Session session, Guid flowId, string name) =>
        session.QueryFirstAsync("select id from deployment where flow_id = @flow and name = @name", static row => (Guid?)row.Id(0), ("flow", flowId), ("name", name));

    internal async ValueTask<List<Deployment>> FilterAsync(Session session, Query query)
    {
        var on = new Conditions(session.Dialect);
        var found = await session.QueryAsync(
            $"select {Columns} {From} {Where(on, query)} {Page.Order(query.Sort, "", Orders)} {Page.Sql(query)}", Read, Now(on.Parameters)).ConfigureAwait(false);
        var all = await schedules.OfAsync(session, found.ConvertAll(d => d.Id)).ConfigureAwait(false);
        return found.ConvertAll(deployment => With(deployment, [.. all[deployment.Id]]));
    }

    internal ValueTask<long> CountAsync(Session session, Query query)
    {
        var on = new Conditions(session.Dialect);
        return session.ScalarAsync($"select count(*) {From} {Where(on, query)}", on.Parameters);
    }

    /// <summary>Stores a deployment as it stands, new or known by its id; its schedules are stored by <see cref="SchedulesStore"/>.</summary>
    internal async ValueTask SaveAsync(Session session, Deployment deployment, string? manifestPath = null) =>
        await session.ExecuteAsync(
            """
            insert into deployment (id, created, updated, name, version, description, flow_id, paused, concurrency_limit, concurrency_options, job_variables, parameters, tags, labels,
                work_queue_id, work_queue_name, parameter_openapi_schema, enforce_parameter_schema, path, pull_steps, entrypoint, manifest_path, storage_document_id,
                infrastructure_document_id, created_by, updated_by, version_info)
            values (@id, @created, @now, @name, @version, @description, @flow, @paused, @limit, @options, @job, @parameters, @tags, @labels,
                @queue, @queue_name, @schema, @enforce, @path, @steps, @entrypoint, @manifest, @storage,
                @infrastructure, @created_by, @updated_by, @version_info)
            on conflict (id) do update set updated = excluded.updated, version = excluded.version, description = excluded.description, paused = excluded.paused,
                concurrency_limit = excluded.concurrency_limit, concurrency_options = excluded.concurrency_options, job_variables = excluded.job_variables,
                parameters = excluded.parameters, tags = excluded.tags, labels = excluded.labels, work_queue_id = excluded.work_queue_id, work_queue_name = excluded.work_queue_name,
                parameter_openapi_schema = excluded.parameter_openapi_schema, enforce_parameter_schema = excluded.enforce_parameter_schema, path = excluded.path,
                pull_steps = excluded.pull_steps, entrypoint = excluded.entrypoint, manifest_path = excluded.manifest_path, storage_document_id = excluded.storage_document_id,
                infrastructure_document_id = excluded.infrastructure_document_id, updated_by = excluded.updated_by, version_info = excluded.version_info
            """,
            ("id", deployment.Id), ("created", deployment.Created), ("now", clock.Now()), ("name", deployment.Name), ("version", deployment.Version), ("description", deployment.Description),
            ("flow", deployment.FlowId), ("paused", deployment.Paused), ("limit", deployment.ConcurrencyLimit), ("options", SqlValue.Json(deployment.ConcurrencyOptions)), ("job", deployment.JobVariables),
            ("parameters", deployment.Parameters), ("tags", SqlValue.Json(deployment.Tags)), ("labels", deployment.Labels), ("queue", deployment.WorkQueueId),
            ("queue_name", deployment.WorkQueueName), ("schema", deployment.ParameterOpenapiSchema), ("enforce", deployment.EnforceParameterSchema), ("path", deployment.Path),
            ("steps", deployment.PullSteps), ("entrypoint", deployment.Entrypoint), ("manifest", manifestPath ?? deployment.ManifestPath), ("storage", deployment.StorageDocumentId),
            ("infrastructure", deployment.InfrastructureDocumentId), ("created_by", SqlValue.Json(deployment.CreatedBy)), ("updated_by", SqlValue.Json(deployment.UpdatedBy)),
            ("version_info", SqlValue.Json(deployment.VersionInfo))).ConfigureAwait(false);

    internal async ValueTask SetPausedAsync(Session session, Guid id, bool paused) =>
        await session.ExecuteAsync("update deployment set paused = @paused, updated = @now where id = @id", ("paused", paused), ("now", clock.Now()), ("id", id)).ConfigureAwait(false);

    internal async ValueTask DeleteAsync(Session session, Guid id) =>
        await session.ExecuteAsync("delete from deployment where id = @id", ("id", id)).ConfigureAwait(false);

    /// <summary>Notes that a runner asked for these deployments, at most once a second.</summary>
    internal async ValueTask NotePollAsync(Database database, Guid[] ids, CancellationToken cancellation)
    {
        var now = clock.Now();
        var stale = await database.ReadAsync(
            session => session.ScalarAsync(
                $"select count(*) from deployment where {session.Dialect.AnyId("id", "ids")} and (last_polled is null or last_polled < @since)",
                ("ids", ids), ("since", now - TimeSpan.FromSeconds(1))),
            cancellation).ConfigureAwait(false);
        if (stale > 0)
        {
            await database.WriteAsync(
                async session => await session.ExecuteAsync(
                    $"update deployment set last_polled = @now where {session.Dialect.AnyId("id", "ids")}", ("now", now), ("ids", ids)).ConfigureAwait(false),
                cancellation).ConfigureAwait(false);
        }
    }

    private static string Where(Conditions on, Query query) => Conditions.Where(
        WorkCriteria.Of(on, "d", query.Deployments),
        Exists(RunCriteria.Of(on, "f", query.Flows), "flow f where f.id = d.flow_id"),
        Exists(RunCriteria.Of(on, "fr", query.FlowRuns), "flow_run fr where fr.deployment_id = d.id"),
        Exists(RunCriteria.Of(on, "tr", query.TaskRuns), "flow_run fr2 join task_run tr on tr.flow_run_id = fr2.id where fr2.deployment_id = d.id"),
        WorkCriteria.Of(on, "p", query.WorkPools),
        WorkCriteria.Of(on, "q", query.WorkPoolQueues));

    private static string? Exists(string? criteria, string from) => criteria is null ? null : $"exists (select 1 from {from} and {criteria})";

    private async ValueTask<Deployment?> WithSchedulesAsync(Session session, Deployment? deployment) =>
        deployment is null ? null : With(deployment, [.. (await schedules.OfAsync(session, [deployment.Id]).ConfigureAwait(false))[deployment.Id]]);

    private static Deployment With(Deployment deployment, List<DeploymentSchedule> schedules) =>
        deployment with { Schedules = schedules, Schedule = schedules is [var first, ..] ? first.Schedule : null };

    // what is used of a limit depends on the time
    private (string, SqlValue)[] Now(params ReadOnlySpan<(string Name, SqlValue Value)> parameters)
    {
        var now = clock.Now();
        return [.. parameters, ("now", now), ("seconds", LimitRows.Seconds(now))];
    }

    private Deployment Read(Row row)
    {
        DateTimeOffset? polled = (row.TimeOrNull(17), row.TimeOrNull(18)) switch
        {
            (null, var queue) => queue,
            (var own, null) => own,
            ({ } own, { } queue) => own > queue ? own : queue,
        };
        return new()
        {
            Id = row.Id(0),
            Created = row.Time(1),
            Updated = row.Time(2),
            Name = row.Text(3),
            Version = row.TextOrNull(4),
            Description = row.TextOrNull(5),
            FlowId = row.Id(6),
            Paused = row.Flag(7),
            IsScheduleActive = !row.Flag(7),
            ConcurrencyLimit = row.IsNull(30) ? null : row.Int(34),
            ConcurrencyOptions = row.JsonOrNull<ConcurrencyOptions>(9),
            GlobalConcurrencyLimit = row.IsNull(30) ? null : LimitRows.Read(row, 30),
            JobVariables = row.Element(10),
            InfraOverrides = row.Element(10),
            Parameters = row.Element(11),
            Tags = row.Json<IReadOnlyList<string>>(12),
            Labels = row.Element(13),
            WorkQueueName = row.TextOrNull(14),
            WorkQueueId = row.IdOrNull(15),
            WorkPoolName = row.TextOrNull(16),
            LastPolled = polled,
            ParameterOpenapiSchema = row.ElementOrNull(19),
            EnforceParameterSchema = row.Flag(20),
            Path = row.TextOrNull(21),
            PullSteps = row.ElementOrNull(22),
            Entrypoint = row.TextOrNull(23),
            ManifestPath = row.TextOrNull(24),
            StorageDocumentId = row.IdOrNull(25),
            InfrastructureDocumentId = row.IdOrNull(26),
            CreatedBy = row.JsonOrNull<CreatedBy>(27),
            UpdatedBy = row.JsonOrNull<CreatedBy>(28),
            VersionInfo = row.JsonOrNull<VersionInfo>(29),
            Status = polled >= clock.Now() - health.DeploymentReady ? "READY" : "NOT_READY",
        };
    }
}
