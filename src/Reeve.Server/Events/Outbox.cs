using Reeve.Server.Storage;

namespace Reeve.Server.Events;

/// <summary>
/// The table of events. A row is written in the transaction of what it tells of; sockets, automations and the console are fed from here, by
/// position, and catch up after a restart.
/// </summary>
internal static class Outbox
{
    /// <summary>Signalled after each commit that added events.</summary>
    internal const string Topic = "events";

    private const string Insert = """
        insert into event (id, occurred, received, name, resource_id, body)
        values (@id, @occurred, @received, @name, @resource_id, @body) on conflict (id) do nothing
        """;

    /// <summary>Adds an event whose id is new.</summary>
    internal static void Add(Session session, OutboxEvent added)
    {
        session.Post(Insert, Values(added));
        session.Wake(Topic);
    }

    /// <summary>Adds an event unless its id is known; returns whether it was new.</summary>
    internal static async ValueTask<bool> AddAsync(Session session, OutboxEvent added)
    {
        var rows = await session.ExecuteAsync(Insert, Values(added)).ConfigureAwait(false);
        if (rows == 1)
            session.Wake(Topic);
        return rows == 1;
    }

    private static (string Name, SqlValue Value)[] Values(in OutboxEvent added) =>
    [
        ("id", added.Id), ("occurred", added.Occurred), ("received", added.Received), ("name", added.Name), ("resource_id", added.ResourceId), ("body", SqlValue.Utf8Json(added.Body)),
    ];
}

/// <summary>An event as stored: what is searched, and the whole as it goes on the wire.</summary>
internal readonly record struct OutboxEvent(Guid Id, DateTimeOffset Occurred, DateTimeOffset Received, string Name, string ResourceId, byte[] Body);
