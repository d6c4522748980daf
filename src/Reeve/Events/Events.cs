using System.Text.Json;
using Reeve.Engine;
using Reeve.Protocol;
using Reeve.Protocol.Events;

namespace Reeve;

/// <summary>Events of the author's own: automations and the console see them beside those of runs.</summary>
public static class Events
{
    /// <summary>
    /// Tells of an event. Within a run it goes out in order, in batches, at the latest when the run ends, and is related to the run, its flow, deployment, work pool and tags;
    /// this waits only while the queue of 10,000 is full. Outside of a run it returns when the server has stored the event.
    /// </summary>
    /// <param name="name">What happened, such as "order.created".</param>
    /// <param name="resource">What it happened to: a stable id such as "shop.order.4711".</param>
    /// <param name="payload">More about it, anything whose JSON form is an object; null: nothing.</param>
    /// <param name="labels">More labels of the resource; null: none.</param>
    /// <param name="related">Other resources; null: only those of the run.</param>
    /// <param name="follows">The id of the event that this one follows, for triggers that ask for an order; null: none.</param>
    /// <param name="ct">Cancels the waiting.</param>
    /// <returns>The event's id.</returns>
    /// <exception cref="ArgumentException">The name or the resource is empty, or the payload's JSON is no object.</exception>
    /// <exception cref="Reeve.Client.ApiException">Outside of a run: the API refuses the event or does not answer.</exception>
    public static async Task<Guid> EmitAsync(
        string name,
        string resource,
        object? payload = null,
        IReadOnlyDictionary<string, string>? labels = null,
        IReadOnlyList<RelatedResource>? related = null,
        Guid? follows = null,
        CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(resource);
        var here = Surroundings.Current;
        var now = here.Time.GetUtcNow();
        var happened = new Event
        {
            Id = Ids.New(now),
            Occurred = now,
            Name = name,
            Resource = new Dictionary<string, string>(labels ?? new Dictionary<string, string>()) { ["prefect.resource.id"] = resource },
            Related = [.. (related ?? []).Select(one => one.Labels()), .. RunResources.Of(here)],
            Payload = Payload(payload),
            Follows = follows,
        };
        using var either = here.Linked(ct);
        await (here.IsRun ? here.Session.Events.WriteAsync(happened, either.Token) : here.Client.CreateEventsAsync([happened], either.Token));
        return happened.Id;
    }

    private static JsonElement Payload(object? payload)
    {
        if (payload is null)
            return WireJson.EmptyObject;
        var json = AuthorJson.Element(writer => ParameterJson.Write(writer, payload));
        return json.ValueKind == JsonValueKind.Object
            ? json
            : throw new ArgumentException($"The payload of an event is an object such as new {{ Amount = 3 }}; this is {ParameterJson.Quote(json)}.", nameof(payload));
    }
}

/// <summary>A resource that an event has to do with, beside the one it happened to.</summary>
/// <param name="Id">Its stable id, such as "shop.customer.7".</param>
/// <param name="Role">What it is to the event, such as "customer".</param>
/// <param name="Name">Its name for people; null: none.</param>
public sealed record RelatedResource(string Id, string Role, string? Name = null)
{
    internal IReadOnlyDictionary<string, string> Labels()
    {
        var labels = new Dictionary<string, string> { ["prefect.resource.id"] = Id, ["prefect.resource.role"] = Role };
        if (Name is not null)
            labels["prefect.resource.name"] = Name;
        return labels;
    }
}
