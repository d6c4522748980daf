using Reeve.Protocol.Runs;
using Reeve.Server.Storage;

namespace Reeve.Server.Orchestration;

/// <summary>Whom a flow run belongs to: told in its events.</summary>
internal sealed record RunFacts(NamedResource Flow, NamedResource? Deployment, NamedResource? WorkQueue, NamedResource? WorkPool, string? WorkPoolType, NamedResource? ParentTaskRun)
{
    /// <summary>Joins of the table <c>flow_run fr</c>, and what <see cref="Read"/> reads of them.</summary>
    internal const string Joins = """
        join flow f on f.id = fr.flow_id
        left join deployment d on d.id = fr.deployment_id
        left join work_queue wq on wq.id = fr.work_queue_id
        left join work_pool wp on wp.id = wq.work_pool_id
        left join task_run pt on pt.id = fr.parent_task_run_id
        """;

    internal const string Columns = "f.id, f.name, f.tags, d.id, d.name, d.tags, wq.id, wq.name, wp.id, wp.name, wp.type, pt.id, pt.name, pt.tags";

    internal const int ColumnCount = 14;

    internal static RunFacts Read(Row row, int at) => new(
        Resource(row, at, tags: true)!,
        Resource(row, at + 3, tags: true),
        Resource(row, at + 6, tags: false),
        Resource(row, at + 8, tags: false),
        row.TextOrNull(at + 10),
        Resource(row, at + 11, tags: true));

    private static NamedResource? Resource(Row row, int at, bool tags) =>
        row.IsNull(at) ? null : new(row.Id(at), row.Text(at + 1), tags ? row.Json<IReadOnlyList<string>>(at + 2) : []);
}

/// <summary>A thing with a name and tags.</summary>
internal sealed record NamedResource(Guid Id, string Name, IReadOnlyList<string> Tags);
