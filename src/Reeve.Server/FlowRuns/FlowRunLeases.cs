using Reeve.Protocol.Leases;
using Reeve.Server.Storage;

namespace Reeve.Server.FlowRuns;

/// <summary>Who works on a flow run. A lease has one row per run; a new holder takes the row over with the next attempt and a new token.</summary>
internal static class FlowRunLeases
{
    internal const int Shortest = 5;
    internal const int Longest = 3600;

    /// <summary>Makes the owner the run's holder, whoever held it before. The caller has made sure that it may (a claim, or a lease that is not held).</summary>
    internal static async ValueTask<Lease> GrantAsync(Session session, Guid flowRunId, string owner, int seconds, DateTimeOffset now)
    {
        var length = Math.Clamp(seconds, Shortest, Longest);
        var (token, expires) = (Guid.NewGuid(), now.AddSeconds(length));
        var attempt = await session.QueryFirstAsync(
            "update flow_run set attempt = attempt + 1 where id = @id returning attempt", static row => row.Int(0), ("id", flowRunId)).ConfigureAwait(false);
        await session.ExecuteAsync(
            """
            insert into flow_run_lease (flow_run_id, token, attempt, owner, length, granted, renewed, renewed_by, expires)
            values (@id, @token, @attempt, @owner, @length, @now, @now, @owner, @expires)
            on conflict (flow_run_id) do update set token = excluded.token, attempt = excluded.attempt, owner = excluded.owner, length = excluded.length,
                granted = excluded.granted, renewed = excluded.renewed, renewed_by = excluded.renewed_by, expires = excluded.expires, released = null
            """,
            ("id", flowRunId), ("token", token), ("attempt", attempt), ("owner", owner), ("length", (double)length), ("now", now), ("expires", expires)).ConfigureAwait(false);
        return new() { FlowRunId = flowRunId, Attempt = attempt, Token = token, Owner = owner, Expires = expires };
    }

    internal static ValueTask<StoredLease?> ReadAsync(Session session, Guid flowRunId) => session.QueryFirstAsync(
        $"select {StoredLease.Columns} from flow_run_lease l where l.flow_run_id = @id", static row => StoredLease.ReadOrNull(row, 0), ("id", flowRunId));

    /// <summary>Why a write with this token is refused; null where it may go on, as one without a token may.</summary>
    internal static async ValueTask<string?> FenceAsync(Session session, Guid? flowRunId, Guid? token) =>
        token is { } own && flowRunId is { } run && await ReadAsync(session, run).ConfigureAwait(false) is { } held && held.Token != own ? held.Superseding : null;

    /// <summary>Whether the token is that of the flow run which called this one.</summary>
    internal static async ValueTask<bool> IsOfParentAsync(Session session, Guid flowRunId, Guid? token) => token is { } own && await session.ScalarAsync(
        """
        select 1 from flow_run fr join task_run tr on tr.id = fr.parent_task_run_id join flow_run_lease l on l.flow_run_id = tr.flow_run_id
        where fr.id = @id and l.token = @token and l.released is null
        """,
        ("id", flowRunId), ("token", own)).ConfigureAwait(false) == 1;

    /// <summary>The run ended or gave up its process: its silence no longer means anything.</summary>
    internal static ValueTask<int> ReleaseAsync(Session session, Guid flowRunId, DateTimeOffset now) =>
        session.ExecuteAsync("update flow_run_lease set released = @now where flow_run_id = @id and released is null", ("now", now), ("id", flowRunId));

    /// <summary>Keeps leases alive. A lease that expired but was not yet judged goes on: its processes were heard from after all.</summary>
    internal static async ValueTask<LeaseRenewalResult> RenewAsync(Session session, LeaseRenewal renewal, DateTimeOffset now)
    {
        List<Guid> renewed = [], cancelling = [];
        List<LostLease> lost = [];
        var length = Math.Clamp(renewal.LeaseSeconds, Shortest, Longest);
        foreach (var lease in renewal.Leases)
        {
            var row = await session.QueryFirstAsync(
                $"select fr.state_type, fr.state_name, {StoredLease.Columns} from flow_run fr left join flow_run_lease l on l.flow_run_id = fr.id where fr.id = @id",
                static row => (State: row.TextOrNull(0), Name: row.TextOrNull(1), Held: StoredLease.ReadOrNull(row, 2), Found: true),
                ("id", lease.FlowRunId)).ConfigureAwait(false);
            if (WhyLost(row.Found, row.Name, row.Held, lease.Token) is { } reason)
            {
                lost.Add(new(lease.FlowRunId, reason));
                continue;
            }
            await session.ExecuteAsync(
                "update flow_run_lease set renewed = @now, renewed_by = @by, length = @length, expires = @expires where flow_run_id = @id and token = @token",
                ("now", now), ("by", renewal.By), ("length", (double)length), ("expires", now.AddSeconds(length)), ("id", lease.FlowRunId), ("token", lease.Token)).ConfigureAwait(false);
            renewed.Add(lease.FlowRunId);
            if (row.State == "CANCELLING")
                cancelling.Add(lease.FlowRunId);
        }
        return new(renewed, cancelling, lost);
    }

    private static string? WhyLost(bool found, string? state, StoredLease? held, Guid token) => held switch
    {
        _ when !found => "run deleted",
        null => "nobody holds the run",
        _ when held.Token != token => $"taken by attempt {held.Attempt} ({held.Owner})",
        { Released: not null } => $"run left by its process, now {state}",
        _ => null,
    };
}
