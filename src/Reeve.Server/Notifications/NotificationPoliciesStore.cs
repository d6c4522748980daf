using Reeve.Protocol;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Notifications;
using Reeve.Server.Filters;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.Notifications;

/// <summary>The notification policies' SQL.</summary>
internal sealed class NotificationPoliciesStore(TimeProvider clock)
{
    internal static readonly Refusal NotFound = Refusal.NotFound("Flow run notification policy not found");

    private const string Columns = "p.id, p.created, p.updated, p.is_active, p.state_names, p.tags, p.block_document_id, p.message_template";

    internal async ValueTask<Outcome<FlowRunNotificationPolicy>> CreateAsync(Session session, FlowRunNotificationPolicyCreate policy)
    {
        if (await LacksBlockAsync(session, policy.BlockDocumentId).ConfigureAwait(false) is { } lacks)
            return lacks;
        var now = clock.Now();
        var id = Ids.New(now);
        await session.ExecuteAsync(
            """
            insert into flow_run_notification_policy (id, created, updated, is_active, state_names, tags, block_document_id, message_template)
            values (@id, @now, @now, @active, @states, @tags, @block, @message)
            """,
            ("id", id), ("now", now), ("active", policy.IsActive), ("states", SqlValue.Json(policy.StateNames)), ("tags", SqlValue.Json(policy.Tags)),
            ("block", policy.BlockDocumentId), ("message", policy.MessageTemplate)).ConfigureAwait(false);
        return (await ReadAsync(session, id).ConfigureAwait(false))!;
    }

    internal static ValueTask<FlowRunNotificationPolicy?> ReadAsync(Session session, Guid id) =>
        session.QueryFirstAsync($"select {Columns} from flow_run_notification_policy p where p.id = @id", Read, ("id", id));

    internal static ValueTask<List<FlowRunNotificationPolicy>> FilterAsync(Session session, Query query)
    {
        var on = new Conditions(session.Dialect);
        var where = Conditions.Where(Criteria.Of(on, "p.is_active", query.FlowRunNotificationPolicyFilter?.IsActive));
        return session.QueryAsync($"select {Columns} from flow_run_notification_policy p {where} order by p.id {Page.Sql(query)}", Read, on.Parameters);
    }

    internal async ValueTask<Refusal?> UpdateAsync(Session session, Guid id, FlowRunNotificationPolicyUpdate update)
    {
        if (await ReadAsync(session, id).ConfigureAwait(false) is not { } known)
            return NotFound;
        var block = update.BlockDocumentId.Or(known.BlockDocumentId) ?? known.BlockDocumentId;
        if (block != known.BlockDocumentId && await LacksBlockAsync(session, block).ConfigureAwait(false) is { } lacks)
            return lacks;
        await session.ExecuteAsync(
            """
            update flow_run_notification_policy set updated = @now, is_active = @active, state_names = @states, tags = @tags, block_document_id = @block,
                message_template = @message
            where id = @id
            """,
            ("now", clock.Now()), ("active", update.IsActive.Or(known.IsActive) ?? known.IsActive), ("states", SqlValue.Json(update.StateNames.Or(known.StateNames) ?? known.StateNames)),
            ("tags", SqlValue.Json(update.Tags.Or(known.Tags) ?? known.Tags)), ("block", block), ("message", update.MessageTemplate.Or(known.MessageTemplate)), ("id", id)).ConfigureAwait(false);
        return null;
    }

    internal static async ValueTask<Refusal?> DeleteAsync(Session session, Guid id) =>
        await session.ExecuteAsync("delete from flow_run_notification_policy where id = @id", ("id", id)).ConfigureAwait(false) == 1 ? null : NotFound;

    private static async ValueTask<Refusal?> LacksBlockAsync(Session session, Guid block) =>
        await session.ScalarAsync("select count(*) from block_document where id = @id", ("id", block)).ConfigureAwait(false) == 0
            ? Refusal.Conflict($"There is no block document {block}.")
            : null;

    private static FlowRunNotificationPolicy Read(Row row) => new()
    {
        Id = row.Id(0),
        Created = row.Time(1),
        Updated = row.Time(2),
        IsActive = row.Flag(3),
        StateNames = row.Json<IReadOnlyList<string>>(4),
        Tags = row.Json<IReadOnlyList<string>>(5),
        BlockDocumentId = row.Id(6),
        MessageTemplate = row.TextOrNull(7),
    };
}
