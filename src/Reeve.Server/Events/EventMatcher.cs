using System.Text.Json;
using Reeve.Protocol.Events;

namespace Reeve.Server.Events;

/// <summary>Whether an event meets a filter.</summary>
internal static class EventMatcher
{
    internal const string ResourceId = "prefect.resource.id";
    private const string Role = "prefect.resource.role";

    internal static bool Matches(this EventFilter filter, Event happened) =>
        (filter.Occurred?.Since is not { } since || happened.Occurred >= since)
        && (filter.Occurred?.Until is not { } until || happened.Occurred <= until)
        && Name(filter.Event, happened.Name)
        && (filter.Resource is null || Resource(filter.Resource, happened.Resource))
        && (filter.Related ?? []).All(wanted => happened.Related.Any(related => Related(wanted, related)))
        && (filter.AnyResource ?? []).All(wanted => Resource(wanted, happened.Resource) || happened.Related.Any(related => Resource(wanted, related)))
        && (filter.Id?.Id is not { Count: > 0 } ids || ids.Contains(happened.Id))
        && Text(filter.Text?.Query, happened);

    private static bool Name(EventNameFilter? filter, string name) => filter is null
        || ((filter.Prefix is null || filter.Prefix.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
            && (filter.ExcludePrefix is null || !filter.ExcludePrefix.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
            && (filter.Name is null || filter.Name.Contains(name))
            && (filter.ExcludeName is null || !filter.ExcludeName.Contains(name)));

    private static bool Resource(EventResourceFilter filter, IReadOnlyDictionary<string, string> resource) =>
        (filter.Id is null || filter.Id.Contains(Label(resource, ResourceId)))
        && (filter.IdPrefix is null || filter.IdPrefix.Any(prefix => Label(resource, ResourceId).StartsWith(prefix, StringComparison.Ordinal)))
        && Labels(filter.Labels, resource);

    private static bool Related(EventRelatedFilter filter, IReadOnlyDictionary<string, string> resource) =>
        (filter.Id is null || filter.Id.Contains(Label(resource, ResourceId)))
        && (filter.Role is null || filter.Role.Contains(Label(resource, Role)))
        && (filter.ResourcesInRoles is null || filter.ResourcesInRoles.Any(pair => pair is [var id, var role] && id == Label(resource, ResourceId) && role == Label(resource, Role)))
        && Labels(filter.Labels, resource);

    private static bool Labels(Dictionary<string, JsonElement>? wanted, IReadOnlyDictionary<string, string> resource) =>
        wanted is null || wanted.All(pair => resource.TryGetValue(pair.Key, out var value) && Value(pair.Value, value));

    private static bool Value(JsonElement wanted, string value)
    {
        var patterns = wanted.ValueKind == JsonValueKind.Array ? wanted.EnumerateArray().Select(item => item.ToString()).ToList() : [wanted.ToString()];
        var positive = patterns.Where(pattern => !pattern.StartsWith('!')).ToList();
        return (positive.Count == 0 || positive.Any(pattern => Pattern(pattern, value)))
            && !patterns.Where(pattern => pattern.StartsWith('!')).Any(pattern => Pattern(pattern[1..], value));
    }

    private static bool Pattern(string pattern, string value) =>
        pattern.EndsWith('*') ? value.StartsWith(pattern[..^1], StringComparison.Ordinal) : value == pattern;

    private static bool Text(string? query, Event happened)
    {
        if (string.IsNullOrWhiteSpace(query))
            return true;
        var words = query.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var plain = words.Where(word => word[0] is not ('-' or '!' or '+')).ToList();
        return (plain.Count == 0 || plain.Any(word => Holds(happened, word)))
            && words.Where(word => word[0] == '+').All(word => Holds(happened, word[1..]))
            && !words.Where(word => word[0] is '-' or '!').Any(word => Holds(happened, word[1..]));
    }

    private static bool Holds(Event happened, string word) =>
        happened.Name.Contains(word, StringComparison.OrdinalIgnoreCase)
        || happened.Resource.Values.Any(value => value.Contains(word, StringComparison.OrdinalIgnoreCase))
        || happened.Related.Any(related => related.Values.Any(value => value.Contains(word, StringComparison.OrdinalIgnoreCase)))
        || happened.Payload.ToString().Contains(word, StringComparison.OrdinalIgnoreCase);

    private static string Label(IReadOnlyDictionary<string, string> resource, string name) => resource.GetValueOrDefault(name, "");
}
