using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Protocol;

namespace Reeve.Server.Orchestration;

/// <summary>Labels of a run: those of what it belongs to, the ids of that, then its own, which win.</summary>
internal static class RunLabels
{
    internal static JsonElement OfFlowRun(Guid flowId, Guid? deploymentId, JsonElement own) => Merge(
        WireJson.Parse(deploymentId is { } deployment
            ? $$"""{"prefect.flow.id":"{{flowId}}","prefect.deployment.id":"{{deployment}}"}"""
            : $$"""{"prefect.flow.id":"{{flowId}}"}"""),
        own);

    internal static JsonElement OfTaskRun(Guid flowRunId, JsonElement flowRunLabels, JsonElement own) =>
        Merge(Merge(flowRunLabels, WireJson.Parse($$"""{"prefect.flow-run.id":"{{flowRunId}}"}""")), own);

    /// <summary>The later ones win.</summary>
    internal static JsonElement Merge(JsonElement earlier, JsonElement later)
    {
        if (earlier.ValueKind != JsonValueKind.Object || !earlier.EnumerateObject().Any())
            return later;
        if (later.ValueKind != JsonValueKind.Object || !later.EnumerateObject().Any())
            return earlier;
        var labels = new JsonObject();
        foreach (var part in (JsonElement[])[earlier, later])
            if (part.ValueKind == JsonValueKind.Object)
                foreach (var label in part.EnumerateObject())
                    labels[label.Name] = JsonNode.Parse(label.Value.GetRawText());
        return WireJson.Parse(labels.ToJsonString());
    }
}
