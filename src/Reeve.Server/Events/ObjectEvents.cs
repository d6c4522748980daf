using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Protocol;
using Reeve.Protocol.Events;
using Reeve.Server.Storage;

namespace Reeve.Server.Events;

/// <summary>Tells what became of stored things (created, updated, deleted), in the transaction that did it and in the words that triggers know.</summary>
internal static class ObjectEvents
{
    internal const string Created = "created";
    internal const string Updated = "updated";
    internal const string Deleted = "deleted";

    private const string Name = "prefect.resource.name";

    internal static void Tell(Session session, DateTimeOffset now, ObjectEvent told)
    {
        var resource = Labels(told.Kind, told.Id, told.Name, role: null);
        foreach (var (label, value) in told.Labels)
            resource[label] = value;
        var happened = new Event
        {
            Id = Ids.New(now),
            Occurred = now,
            Received = now,
            Name = $"prefect.{told.Kind}.{told.Action}",
            Resource = resource,
            Related = told.Related,
            Payload = told.Payload is null ? WireJson.EmptyObject : WireJson.Parse(told.Payload.ToJsonString()),
        };
        var body = JsonSerializer.SerializeToUtf8Bytes(happened, WireJson.TypeInfo<Event>());
        Outbox.Add(session, new OutboxEvent(happened.Id, now, now, happened.Name, resource[EventMatcher.ResourceId], body));
    }

    /// <summary>A related resource; the role is that of its kind unless another is named.</summary>
    internal static Dictionary<string, string> Related(string kind, Guid id, string? name = null, string? role = null) => Labels(kind, id, name, role ?? kind);

    /// <summary>What of the named fields is another value now; null where nothing is.</summary>
    internal static JsonObject? Changes<T>(T before, T after, IReadOnlyDictionary<string, Func<T, JsonNode?>> fields)
    {
        JsonObject updates = [];
        foreach (var (field, read) in fields)
        {
            var (from, to) = (read(before), read(after));
            if (!JsonNode.DeepEquals(from, to))
                updates[field] = new JsonObject { ["from"] = from, ["to"] = to };
        }
        return updates.Count == 0 ? null : new JsonObject { ["updated_fields"] = new JsonArray([.. updates.Select(update => (JsonNode)update.Key)]), ["updates"] = updates };
    }

    internal static JsonNode? Node(JsonElement? value) => value is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } given ? JsonNode.Parse(given.GetRawText()) : null;

    internal static JsonNode? Node<T>(T? value)
        where T : class => value is null ? null : JsonSerializer.SerializeToNode(value, WireJson.TypeInfo<T>());

    private static Dictionary<string, string> Labels(string kind, Guid id, string? name, string? role)
    {
        Dictionary<string, string> labels = new(StringComparer.Ordinal) { [EventMatcher.ResourceId] = $"prefect.{kind}.{id}" };
        if (name is not null)
            labels[Name] = name;
        if (role is not null)
            labels[EventMatcher.Role] = role;
        return labels;
    }
}

/// <summary>What is told: the kind of thing as events call it ("block-document"), what was done to it, and which one it was.</summary>
internal sealed record ObjectEvent(string Kind, string Action, Guid Id, string? Name)
{
    internal JsonObject? Payload { get; init; }

    internal IReadOnlyList<Dictionary<string, string>> Related { get; init; } = [];

    /// <summary>Labels of the resource besides its id and name.</summary>
    internal IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
