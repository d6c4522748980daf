using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Protocol;
using Reeve.Protocol.Deployments;

namespace Reeve.Server.Deployments;

/// <summary>The labels of a deployment's run: where it comes from, then the deployment's own, then the caller's.</summary>
internal static class DeploymentRunLabels
{
    internal static JsonElement Of(Deployment deployment, JsonElement? own = null)
    {
        var labels = new JsonObject { ["prefect.flow.id"] = deployment.FlowId.ToString(), ["prefect.deployment.id"] = deployment.Id.ToString() };
        foreach (var added in (JsonElement?[])[deployment.Labels, own])
            if (added is { ValueKind: JsonValueKind.Object } given)
                foreach (var label in given.EnumerateObject())
                    labels[label.Name] = JsonNode.Parse(label.Value.GetRawText());
        return labels.Deserialize(WireJson.TypeInfo<JsonElement>());
    }
}
