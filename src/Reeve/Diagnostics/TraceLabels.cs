using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Protocol;

namespace Reeve.Diagnostics;

/// <summary>The trace context in the labels of a run, where other clients of the protocol keep it too: whoever runs it, wherever, continues the trace of who made it.</summary>
internal static class TraceLabels
{
    public const string TraceParent = "__OTEL_TRACEPARENT";

    /// <summary>The labels with the current context in them; unchanged where there is none, or one is given.</summary>
    public static JsonElement? With(JsonElement? labels)
    {
        if (Activity.Current is not { IdFormat: ActivityIdFormat.W3C, Id: { } id })
            return labels;
        var merged = labels is { ValueKind: JsonValueKind.Object } given ? JsonObject.Create(given)! : [];
        if (!merged.TryAdd(TraceParent, id))
            return labels;
        return WireJson.Parse(merged.ToJsonString());
    }

    /// <summary>The context that a run was made in; the default when nobody traced it.</summary>
    public static ActivityContext ParentOf(JsonElement labels) =>
        labels.ValueKind == JsonValueKind.Object && labels.TryGetProperty(TraceParent, out var text) && text.ValueKind == JsonValueKind.String
        && ActivityContext.TryParse(text.GetString(), null, isRemote: true, out var context)
            ? context
            : default;
}
