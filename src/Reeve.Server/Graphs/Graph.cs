using System.Text.Json;
using System.Text.Json.Serialization;
using Reeve.Protocol.Runs;

namespace Reeve.Server.Graphs;

/// <summary>The answer of <c>/flow_runs/{id}/graph-v2</c>.</summary>
internal sealed record Graph(
    DateTimeOffset? StartTime, DateTimeOffset? EndTime, List<Guid> RootNodeIds, [property: JsonConverter(typeof(NodesConverter))] List<GraphNode> Nodes,
    List<GraphArtifact> Artifacts, List<GraphState> States);

/// <summary>A task run, or the flow run behind one.</summary>
internal sealed record GraphNode(
    string Kind, Guid Id, string Label, StateType? StateType, DateTimeOffset StartTime, DateTimeOffset? EndTime,
    List<GraphEdge> Parents, List<GraphEdge> Children, List<GraphEdge> Encapsulating, List<GraphArtifact> Artifacts);

internal sealed record GraphEdge(Guid Id);

internal sealed record GraphState(Guid Id, DateTimeOffset Timestamp, StateType Type, string Name);

internal sealed record GraphArtifact(Guid Id, DateTimeOffset Created, string? Key, string? Type, bool IsLatest, JsonElement? Data);

/// <summary>A task run in the answer of <c>/flow_runs/{id}/graph</c>.</summary>
internal sealed record Dependency(
    Guid Id, string Name, List<DependencyInput> UpstreamDependencies, State? State, DateTimeOffset? ExpectedStartTime, DateTimeOffset? StartTime, DateTimeOffset? EndTime,
    double TotalRunTime, double EstimatedRunTime, bool UntrackableResult);

internal sealed record DependencyInput(Guid Id)
{
    public string InputType { get; } = "task_run";
}

/// <summary>On the wire a node is a pair of its id and itself.</summary>
internal sealed class NodesConverter : JsonConverter<List<GraphNode>>
{
    public override List<GraphNode> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException("Graphs are only answered.");

    public override void Write(Utf8JsonWriter writer, List<GraphNode> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var node in value)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(node.Id);
            JsonSerializer.Serialize(writer, node, options);
            writer.WriteEndArray();
        }
        writer.WriteEndArray();
    }
}
