using Reeve.Protocol;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Logs;
using Reeve.Server.Filters;
using Reeve.Server.Storage;

namespace Reeve.Server.Logs;

/// <summary>The log lines' SQL.</summary>
internal sealed class LogsStore(TimeProvider clock)
{
    /// <summary>Signalled after each commit that added lines.</summary>
    internal const string Topic = "logs";

    private const string Columns = "l.id, l.created, l.name, l.level, l.message, l.timestamp, l.flow_run_id, l.task_run_id";

    private static readonly Dictionary<string, string> Orders = new(StringComparer.Ordinal)
    {
        ["TIMESTAMP_ASC"] = "l.timestamp, l.id",
        ["TIMESTAMP_DESC"] = "l.timestamp desc, l.id desc",
    };

    internal async ValueTask AddAsync(Session session, IReadOnlyList<LogCreate> lines)
    {
        if (ReferenceEquals(session.Dialect, Dialect.PostgreSql))
            await AddTogetherAsync(session, lines).ConfigureAwait(false);
        else
            await AddEachAsync(session, lines).ConfigureAwait(false);
        session.Wake(Topic);
    }

    // SQLite is called, not asked: one prepared statement, bound again for each line, costs less than a long one
    private async ValueTask AddEachAsync(Session session, IReadOnlyList<LogCreate> lines)
    {
        var now = clock.Now();
        foreach (var line in lines)
        {
            await session.ExecuteAsync(
                """
                insert into log (id, created, name, level, message, timestamp, flow_run_id, task_run_id)
                values (@id, @now, @name, @level, @message, @timestamp, @flow_run, @task_run)
                """,
                ("id", Ids.New(now)), ("now", now), ("name", line.Name), ("level", line.Level), ("message", line.Message), ("timestamp", line.Timestamp),
                ("flow_run", line.FlowRunId), ("task_run", line.TaskRunId)).ConfigureAwait(false);
        }
    }

    // one statement and one round trip for all
    private async ValueTask AddTogetherAsync(Session session, IReadOnlyList<LogCreate> lines)
    {
        var now = clock.Now();
        await session.ExecuteAsync(
            """
            insert into log (id, created, name, level, message, timestamp, flow_run_id, task_run_id)
            select l.id, @now, l.name, l.level, l.message, l.timestamp, l.flow_run, l.task_run
            from unnest(@ids, @names, @levels, @messages, @timestamps, @flow_runs, @task_runs) l(id, name, level, message, timestamp, flow_run, task_run)
            """,
            ("now", now), ("ids", SqlValue.Column([.. lines.Select(_ => (Guid?)Ids.New(now))])), ("names", lines.Select(line => line.Name).ToArray()),
            ("levels", SqlValue.Column([.. lines.Select(line => (long)line.Level)])), ("messages", lines.Select(line => line.Message).ToArray()),
            ("timestamps", SqlValue.Column([.. lines.Select(line => line.Timestamp.Cut())])), ("flow_runs", SqlValue.Column([.. lines.Select(line => line.FlowRunId)])),
            ("task_runs", SqlValue.Column([.. lines.Select(line => line.TaskRunId)]))).ConfigureAwait(false);
    }

    internal ValueTask<List<Log>> FilterAsync(Session session, Query query)
    {
        var on = new Conditions(session.Dialect);
        return session.QueryAsync(
            $"select {Columns} from log l {Conditions.Where(Of(on, query.Logs))} {Page.Order(query.Sort, "TIMESTAMP_ASC", Orders)} {Page.Sql(query)}", Read, on.Parameters);
    }

    /// <summary>Lines stored from a moment on, in the order in which they were stored; for followers, who know the last lines they have.</summary>
    internal ValueTask<List<Log>> SinceAsync(Session session, LogFilter? filter, DateTimeOffset since, int most)
    {
        var on = new Conditions(session.Dialect);
        // ids begin with the time they were made, and are in order without an index of their own
        var criteria = Conditions.Where(Of(on, filter), $"l.id >= @{on.Bind(Ids.First(since))}", $"l.created >= @{on.Bind(since)}");
        return session.QueryAsync($"select {Columns} from log l {criteria} order by l.created, l.timestamp, l.id limit @{on.Bind(most)}", Read, on.Parameters);
    }

    /// <summary>The lines of a flow run that follow a line, in the order of their times.</summary>
    internal ValueTask<List<Log>> AfterAsync(Session session, Guid flowRunId, Log? line, int most) => session.QueryAsync(
        $"select {Columns} from log l where l.flow_run_id = @run and (l.timestamp, l.id) > (@time, @id) order by l.timestamp, l.id limit @most",
        Read,
        ("run", flowRunId), ("time", line?.Timestamp ?? DateTimeOffset.UnixEpoch), ("id", line?.Id ?? Guid.Empty), ("most", most));

    private static string? Of(Conditions on, LogFilter? filter) => filter is null ? null : Conditions.Join(
        filter.Operator,
        Criteria.Of(on, "l.level", filter.Level),
        Criteria.Of(on, "l.timestamp", filter.Timestamp),
        Criteria.Of(on, "l.flow_run_id", filter.FlowRunId),
        Criteria.Of(on, "l.task_run_id", filter.TaskRunId),
        TextCriteria.Of(on, ["l.message", "l.name"], filter.Text?.Query));

    private static Log Read(Row row) => new()
    {
        Id = row.Id(0),
        Created = row.Time(1),
        Updated = row.Time(1),
        Name = row.Text(2),
        Level = row.Int(3),
        Message = row.Text(4),
        Timestamp = row.Time(5),
        FlowRunId = row.IdOrNull(6),
        TaskRunId = row.IdOrNull(7),
    };
}
