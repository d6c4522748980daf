using Reeve.Protocol;
using Reeve.Protocol.Runs;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.FlowRuns;

/// <summary>The SQL of what is said to runs.</summary>
internal sealed class FlowRunInputsStore(TimeProvider clock)
{
    internal static readonly Refusal NotFound = Refusal.NotFound("Flow run input not found");

    private const string Columns = "i.id, i.created, i.updated, i.flow_run_id, i.key, i.value, i.sender";

    /// <exception cref="StorageException">The flow run does not exist (a foreign key violation).</exception>
    internal async ValueTask<Refusal?> CreateAsync(Session session, Guid flowRunId, FlowRunInputCreate input) =>
        await InsertAsync(session, flowRunId, input, "do nothing").ConfigureAwait(false) == 1
            ? null
            : Refusal.Conflict($"The flow run has an input with the key '{input.Key}' already; delete it first, or use another key.");

    /// <summary>Writes an input whether its key is known or not.</summary>
    internal ValueTask<int> ReplaceAsync(Session session, Guid flowRunId, FlowRunInputCreate input) => InsertAsync(
        session, flowRunId, input, "(flow_run_id, key) do update set updated = excluded.updated, value = excluded.value, sender = excluded.sender");

    internal ValueTask<FlowRunInput?> ReadAsync(Session session, Guid flowRunId, string key) => session.QueryFirstAsync(
        $"select {Columns} from flow_run_input i where i.flow_run_id = @run and i.key = @key", Read, ("run", flowRunId), ("key", key));

    internal ValueTask<List<FlowRunInput>> FilterAsync(Session session, Guid flowRunId, FlowRunInputFilter filter) => session.QueryAsync(
        $"""
        select {Columns} from flow_run_input i
        where i.flow_run_id = @run and substr(i.key, 1, @length) = @prefix and not ({session.Dialect.AnyText("i.key", "known")})
        order by i.created, i.id limit @most
        """,
        Read,
        ("run", flowRunId), ("prefix", filter.Prefix), ("length", filter.Prefix.Length), ("known", (string[])[.. filter.ExcludeKeys ?? []]), ("most", filter.Limit));

    internal async ValueTask<Refusal?> DeleteAsync(Session session, Guid flowRunId, string key) =>
        await session.ExecuteAsync("delete from flow_run_input where flow_run_id = @run and key = @key", ("run", flowRunId), ("key", key)).ConfigureAwait(false) == 1
            ? null
            : NotFound;

    private ValueTask<int> InsertAsync(Session session, Guid flowRunId, FlowRunInputCreate input, string onConflict)
    {
        var now = clock.Now();
        return session.ExecuteAsync(
            $"""
            insert into flow_run_input (id, created, updated, flow_run_id, key, value, sender) values (@id, @now, @now, @run, @key, @value, @sender)
            on conflict {onConflict}
            """,
            ("id", Ids.New(now)), ("now", now), ("run", flowRunId), ("key", input.Key), ("value", input.Value), ("sender", input.Sender));
    }

    private static FlowRunInput Read(Row row) => new()
    {
        Id = row.Id(0),
        Created = row.Time(1),
        Updated = row.Time(2),
        FlowRunId = row.Id(3),
        Key = row.Text(4),
        Value = row.Text(5),
        Sender = row.TextOrNull(6),
    };
}
