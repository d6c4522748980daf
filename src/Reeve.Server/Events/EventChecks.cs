using System.Globalization;
using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Events;

namespace Reeve.Server.Events;

/// <summary>What an event must be beyond its JSON shape; the bounds are those of the real servers.</summary>
internal static class EventChecks
{
    internal const int LongestName = 1024;
    internal const int MostRelated = 100;
    internal const int MostLabels = 500;

    /// <summary>Every fault of an event; <paramref name="place"/> is where it stands in its message.</summary>
    internal static List<Fault> Faults(Event happened, params string[] place)
    {
        List<Fault> faults = [];
        void Add(string message, params string[] at) => faults.Add(new([.. place, .. at], message, "value_error"));
        void Check(IReadOnlyDictionary<string, string> resource, string label, params string[] at)
        {
            if (string.IsNullOrEmpty(resource.GetValueOrDefault(label)))
                Add(resource.ContainsKey(label) ? $"The {label} label must be non-empty" : $"Resources must include the {label} label", at);
            if (resource.Count > MostLabels)
                Add(string.Create(CultureInfo.InvariantCulture, $"The maximum number of labels per resource is {MostLabels}"), at);
        }

        if (happened.Name.Length > LongestName)
            Add(string.Create(CultureInfo.InvariantCulture, $"Event name must be at most {LongestName} characters"), "event");
        Check(happened.Resource, EventMatcher.ResourceId, "resource");
        if (happened.Related.Count > MostRelated)
            Add(string.Create(CultureInfo.InvariantCulture, $"The maximum number of related resources is {MostRelated}"), "related");
        for (var i = 0; i < happened.Related.Count; i++)
        {
            var at = i.ToString(CultureInfo.InvariantCulture);
            Check(happened.Related[i], EventMatcher.ResourceId, "related", at);
            if (string.IsNullOrEmpty(happened.Related[i].GetValueOrDefault(EventMatcher.Role)))
                Add($"Related resources must include the {EventMatcher.Role} label", "related", at);
        }
        if (happened.Payload.ValueKind != JsonValueKind.Object)
            Add("Input should be a valid dictionary", "payload");
        return faults;
    }
}
