using System.Text.Json;
using Reeve.Protocol.Events;

namespace Reeve.Server.Events;

/// <summary>Whether an event meets a filter, without a look at the database.</summary>
internal static class EventMatcher
{
    internal const string ResourceId = "prefect.resource.id";
    internal const string Role = "prefect.resource.role";

    internal static bool Matches(this EventFilter filter, Event happened) =>
        (filter.Occurred?.Since is not { } since || happened.Occurred >= since)
        && (filter.Occurred?.Until is not { } until || happened.Occurred <= until)
        && Name(filter.Event, happened.Name)
        && (filter.Resource is not { } wanted || Resource(wanted.Id, wanted.IdPrefix, wanted.Labels, happened.Resource))
        && (filter.Related ?? []).All(wanted => IsEmpty(wanted) || happened.Related.Any(related => Related(wanted, related)))
        && (filter.AnyResource ?? []).All(wanted =>
            Resource(wanted.Id, wanted.IdPrefix, wanted.Labels, happened.Resource) || happened.Related.Any(related => Resource(wanted.Id, wanted.IdPrefix, wanted.Labels, related)))
        && (filter.Id?.Id is not { Count: > 0 } ids || ids.Contains(happened.Id))
        && Text(filter.Text?.Query, happened);

    private static bool Name(EventNameFilter? filter, string name) => filter is null
        || (StartsWith(filter.Prefix, name)
            && (filter.ExcludePrefix is null or [] || !StartsWith(filter.ExcludePrefix, name))
            && OneOf(filter.Name, name)
            && (filter.ExcludeName is null or [] || !OneOf(filter.ExcludeName, name)));

    private static bool Resource(IReadOnlyList<string>? ids, IReadOnlyList<string>? prefixes, LabelPatterns? labels, IReadOnlyDictionary<string, string> resource) =>
        OneOf(ids, Label(resource, ResourceId)) && StartsWith(prefixes, Label(resource, ResourceId)) && Labels(labels, resource);

    private static bool Related(EventRelatedFilter filter, IReadOnlyDictionary<string, string> resource) =>
        OneOf(filter.Id, Label(resource, ResourceId))
        && OneOf(filter.Role, Label(resource, Role))
        && (filter.ResourcesInRoles is null or [] || filter.ResourcesInRoles.Any(pair => pair is [var id, var role] && id == Label(resource, ResourceId) && role == Label(resource, Role)))
        && Labels(filter.Labels, resource);

    private static bool IsEmpty(EventRelatedFilter filter) =>
        filter is { Id: null or [], Role: null or [], ResourcesInRoles: null or [], Labels: null or { Count: 0 } };

    private static bool Labels(LabelPatterns? wanted, IReadOnlyDictionary<string, string> resource) =>
        wanted is null || wanted.All(pair => resource.TryGetValue(pair.Key, out var value) && pair.Value.Any(pattern => LabelPatterns.Meets(pattern, value)));

    private static bool OneOf(IReadOnlyList<string>? wanted, string value) => wanted is null or [] || wanted.Contains(value);

    private static bool StartsWith(IReadOnlyList<string>? prefixes, string value) => prefixes is null or [] || prefixes.Any(prefix => value.StartsWith(prefix, StringComparison.Ordinal));

    private static bool Text(string? query, Event happened) => string.IsNullOrWhiteSpace(query) || TextQuery.Parse(query).Meets(term =>
        Holds(happened.Name, term)
        || happened.Resource.Values.Any(value => Holds(value, term))
        || happened.Related.Any(related => related.Values.Any(value => Holds(value, term)))
        || Holds(happened.Payload, term));

    private static bool Holds(JsonElement payload, string term) => payload.ValueKind switch
    {
        JsonValueKind.Object => payload.EnumerateObject().Any(member => Holds(member.Name, term) || Holds(member.Value, term)),
        JsonValueKind.Array => payload.EnumerateArray().Any(item => Holds(item, term)),
        JsonValueKind.Undefined or JsonValueKind.Null => false,
        _ => Holds(payload.ToString(), term),
    };

    private static bool Holds(string text, string term) => text.Contains(term, StringComparison.OrdinalIgnoreCase);

    private static string Label(IReadOnlyDictionary<string, string> resource, string name) => resource.GetValueOrDefault(name, "");
}
