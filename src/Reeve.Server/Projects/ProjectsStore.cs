using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Projects;
using Reeve.Server.Automations;
using Reeve.Server.Deployments;
using Reeve.Server.Storage;

namespace Reeve.Server.Projects;

/// <summary>The SQL of what project files have applied.</summary>
internal sealed class ProjectsStore(DeploymentsStore deployments, TimeProvider clock)
{
    internal static string Resource(Guid deployment) => $"prefect.deployment.{deployment}";

    internal ValueTask<StoredProject?> FindAsync(Session session, string name, string environment) => session.QueryFirstAsync(
        "select id, version, applied, last_apply, record, answer from project where name = @name and environment = @environment",
        static row => new StoredProject(row.Id(0), row.Long(1), row.Time(2), row.Id(3), row.ElementOrNull(4), row.Element(5)),
        ("name", name), ("environment", environment));

    /// <summary>Everything that a plan is made from.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="name">The project.</param>
    /// <param name="query">What is asked for.</param>
    /// <param name="keep">Whether others are to be kept off the deployments until the transaction ends.</param>
    internal async ValueTask<ProjectState> StateAsync(Session session, string name, ProjectQuery query, bool keep = false)
    {
        var project = await FindAsync(session, name, query.Environment).ConfigureAwait(false);
        var names = await NamesAsync(session, project?.Id, query.Names).ConfigureAwait(false);
        if (keep)
            foreach (var id in names.Keys.Order())
                await session.LockAsync("deployment", id).ConfigureAwait(false);
        List<Guid> ids = [.. names.Keys];
        var owners = (await session.QueryAsync(
            $"select pd.deployment_id, p.name, p.environment, pd.applied from project_deployment pd join project p on p.id = pd.project_id where {session.Dialect.AnyId("pd.deployment_id", "ids")}",
            static row => (Id: row.Id(0), Project: row.Text(1), Environment: row.Text(2), Applied: row.Element(3)), ("ids", ids)).ConfigureAwait(false)).ToDictionary(owner => owner.Id);
        var automations = (await AutomationsStore.OwnedByAsync(session, [.. ids.Select(Resource)]).ConfigureAwait(false)).ToLookup(owned => owned.Owner, owned => owned.Automation);
        var found = await deployments.ReadAsync(session, ids).ConfigureAwait(false);
        var states = found.OrderBy(deployment => names[deployment.Id], StringComparer.Ordinal).ThenBy(deployment => deployment.Name, StringComparer.Ordinal).Select(deployment =>
        {
            var isOwned = owners.TryGetValue(deployment.Id, out var owner);
            return new ProjectDeploymentState
            {
                FlowName = names[deployment.Id],
                Deployment = deployment,
                Automations = [.. automations[Resource(deployment.Id)]],
                Project = isOwned ? owner.Project : null,
                Environment = isOwned ? owner.Environment : null,
                Applied = isOwned ? owner.Applied : null,
            };
        }).ToList();
        return new ProjectState
        {
            Name = name,
            Environment = query.Environment,
            Fingerprint = Fingerprint(project, states),
            Applied = project?.Applied,
            Record = project?.Record,
            Deployments = states,
            Environments = await session.QueryAsync("select environment from project where name = @name order by environment", static row => row.Text(0), ("name", name)).ConfigureAwait(false),
        };
    }

    /// <summary>Notes what was applied; the row is made with the first apply.</summary>
    internal async ValueTask<Guid> SaveAsync(Session session, string name, ProjectApply apply)
    {
        var now = clock.Now();
        await session.ExecuteAsync(
            """
            insert into project (id, name, environment, version, applied, last_apply, record, answer) values (@id, @name, @environment, 1, @now, @apply, @record, @answer)
            on conflict (name, environment) do update set version = project.version + 1, applied = excluded.applied, last_apply = excluded.last_apply, record = excluded.record,
                answer = excluded.answer
            """,
            ("id", Ids.New(now)), ("name", name), ("environment", apply.Environment), ("now", now), ("apply", apply.Id), ("record", apply.Record),
            ("answer", WireJson.EmptyObject)).ConfigureAwait(false);
        return (await FindAsync(session, name, apply.Environment).ConfigureAwait(false))!.Id;
    }

    internal static void Post(Session session, Guid project, ProjectApplied answer) => session.Post(
        "update project set answer = @answer where id = @id", ("answer", SqlValue.Json(answer)), ("id", project));

    internal static void Own(Session session, Guid project, Guid deployment, JsonElement applied) => session.Post(
        """
        insert into project_deployment (deployment_id, project_id, applied) values (@deployment, @project, @applied)
        on conflict (deployment_id) do update set project_id = excluded.project_id, applied = excluded.applied
        """,
        ("deployment", deployment), ("project", project), ("applied", applied));

    /// <summary>The flow's name by the id of each deployment that is the project's or asked for.</summary>
    private static async ValueTask<Dictionary<Guid, string>> NamesAsync(Session session, Guid? project, IReadOnlyList<string> asked)
    {
        var wanted = asked.ToHashSet(StringComparer.Ordinal);
        var parts = asked.Select(name => name.Split('/', 2)).Where(name => name.Length == 2).ToList();
        var named = await session.QueryAsync(
            $"select d.id, f.name, d.name from deployment d join flow f on f.id = d.flow_id where {session.Dialect.AnyText("f.name", "flows")} and {session.Dialect.AnyText("d.name", "names")}",
            static row => (Id: row.Id(0), Flow: row.Text(1), Name: row.Text(2)),
            ("flows", parts.Select(name => name[0]).Distinct().ToArray()), ("names", parts.Select(name => name[1]).Distinct().ToArray())).ConfigureAwait(false);
        var owned = project is null ? [] : await session.QueryAsync(
            "select d.id, f.name from project_deployment pd join deployment d on d.id = pd.deployment_id join flow f on f.id = d.flow_id where pd.project_id = @project",
            static row => (Id: row.Id(0), Flow: row.Text(1)), ("project", project)).ConfigureAwait(false);
        return named.Where(found => wanted.Contains($"{found.Flow}/{found.Name}")).Select(found => (found.Id, found.Flow)).Concat(owned).DistinctBy(found => found.Id)
            .ToDictionary(found => found.Id, found => found.Flow);
    }

    // What people and other applies change shows in the times of change; of a deployment's limit, in its number.
    private static string Fingerprint(StoredProject? project, List<ProjectDeploymentState> states)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Add(Guid id, long number)
        {
            Span<byte> bytes = stackalloc byte[24];
            id.TryWriteBytes(bytes);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], number);
            hash.AppendData(bytes);
        }
        Add(project?.Id ?? Guid.Empty, project?.Version ?? 0);
        foreach (var state in states.OrderBy(state => state.Deployment.Id))
        {
            Add(state.Deployment.Id, state.Deployment.Updated.UtcTicks);
            foreach (var schedule in state.Deployment.Schedules.OrderBy(schedule => schedule.Id))
                Add(schedule.Id, schedule.Updated.UtcTicks);
            foreach (var automation in state.Automations.OrderBy(automation => automation.Id))
                Add(automation.Id, automation.Updated.UtcTicks);
            if (state.Deployment.GlobalConcurrencyLimit is { } limit)
                Add(limit.Id, limit.Limit);
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{state.Project}\0{state.Environment}\0")));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset()[..16]);
    }
}

/// <summary>A row of <c>project</c>.</summary>
internal sealed record StoredProject(Guid Id, long Version, DateTimeOffset Applied, Guid LastApply, JsonElement? Record, JsonElement Answer);
