using System.Text.Json;
using Reeve.Protocol.Runs;

namespace Reeve.Server.Graphs;

/// <summary>A task run as the graph needs it, with the flow run that it stands for.</summary>
internal sealed record GraphTask(
    Guid TaskRunId, Guid? FlowRunId, string Label, StateType? StateType, DateTimeOffset StartTime, DateTimeOffset? EndTime, JsonElement Inputs)
{
    internal Guid NodeId => FlowRunId ?? TaskRunId;
}

/// <summary>Finds the edges: an argument that was another run's result makes that run a parent; what stands under "__parents__" encloses the run.</summary>
internal static class FlowRunGraph
{
    private const string Enclosing = "__parents__";

    internal static List<GraphNode> Nodes(IReadOnlyList<GraphTask> tasks, Func<Guid, List<GraphArtifact>> artifactsOf)
    {
        Dictionary<Guid, GraphTask> known = [];
        foreach (var task in tasks)
            known[task.TaskRunId] = known[task.NodeId] = task;
        Dictionary<Guid, HashSet<GraphTask>> parents = [], children = [], enclosing = [];
        foreach (var task in tasks)
        {
            foreach (var (id, encloses) in Inputs(task.Inputs))
            {
                if (!known.TryGetValue(id, out var other))
                    continue;
                Add(encloses ? enclosing : parents, task.NodeId, other);
                if (!encloses)
                    Add(children, other.NodeId, task);
            }
        }
        return
        [
            .. tasks.OrderBy(task => task.StartTime).ThenBy(task => task.EndTime ?? DateTimeOffset.MaxValue).ThenBy(task => task.NodeId).Select(task => new GraphNode(
                task.FlowRunId is null ? "task-run" : "flow-run", task.NodeId, task.Label, task.StateType, task.StartTime, task.EndTime,
                Edges(parents, task), Edges(children, task), Edges(enclosing, task), artifactsOf(task.TaskRunId))),
        ];
    }

    /// <summary>The ids that a task run's inputs name.</summary>
    internal static IEnumerable<(Guid Id, bool Encloses)> Inputs(JsonElement inputs, string? type = null)
    {
        if (inputs.ValueKind != JsonValueKind.Object)
            yield break;
        foreach (var argument in inputs.EnumerateObject())
        {
            if (argument.Value.ValueKind != JsonValueKind.Array)
                continue;
            foreach (var input in argument.Value.EnumerateArray())
            {
                if (input.ValueKind == JsonValueKind.Object && input.TryGetProperty("id", out var text) && text.ValueKind == JsonValueKind.String && text.TryGetGuid(out var id)
                    && (type is null || !input.TryGetProperty("input_type", out var kind) || kind.ValueEquals(type)))
                {
                    yield return (id, argument.NameEquals(Enclosing));
                }
            }
        }
    }

    private static void Add(Dictionary<Guid, HashSet<GraphTask>> edges, Guid node, GraphTask other)
    {
        if (!edges.TryGetValue(node, out var others))
            edges[node] = others = [];
        others.Add(other);
    }

    private static List<GraphEdge> Edges(Dictionary<Guid, HashSet<GraphTask>> edges, GraphTask task) =>
        edges.TryGetValue(task.NodeId, out var others) ? [.. others.OrderBy(other => other.StartTime).ThenBy(other => other.NodeId).Select(other => new GraphEdge(other.NodeId))] : [];
}
