using System.Text.Json;
using Reeve.Protocol.Events;
using Reeve.Protocol.Runs;
using Reeve.Server.Hosting;

namespace Reeve.Server.Events;

/// <summary>A task run as its client tells of it in an event: 3.x clients orchestrate task runs themselves.</summary>
internal sealed record ClientTaskRun
{
    private const string RunPrefix = "prefect.task-run.";
    private const string FlowRunPrefix = "prefect.flow-run.";

    public string? Name { get; init; }

    public required string TaskKey { get; init; }

    public required string DynamicKey { get; init; }

    public string? CacheKey { get; init; }

    public DateTimeOffset? CacheExpiration { get; init; }

    public string? TaskVersion { get; init; }

    public TaskRunPolicy? EmpiricalPolicy { get; init; }

    public IReadOnlyList<string>? Tags { get; init; }

    public JsonElement? Labels { get; init; }

    public JsonElement? TaskInputs { get; init; }

    public int RunCount { get; init; }

    public int FlowRunRunCount { get; init; }

    public DateTimeOffset? ExpectedStartTime { get; init; }

    public DateTimeOffset? NextScheduledStartTime { get; init; }

    public DateTimeOffset? StartTime { get; init; }

    public DateTimeOffset? EndTime { get; init; }

    public double TotalRunTime { get; init; }

    /// <summary>True for an event that carries a task run's state of a client which orchestrates for itself.</summary>
    internal static bool Speaks(Event happened) =>
        happened.Name.StartsWith(RunPrefix, StringComparison.Ordinal)
        && happened.Resource.GetValueOrDefault("prefect.orchestration") == "client"
        && happened.Payload.ValueKind == JsonValueKind.Object && happened.Payload.TryGetProperty("task_run", out _) && happened.Payload.TryGetProperty("validated_state", out _);

    /// <summary>Reads the event; null where it is not told as it should be.</summary>
    internal static (Guid Id, Guid? FlowRunId, ClientTaskRun Run, State State)? Read(Event happened)
    {
        if (!TryId(happened.Resource, RunPrefix, out var id))
            return null;
        Guid? flowRunId = happened.Related.FirstOrDefault(related => related.GetValueOrDefault("prefect.resource.role") == "flow-run") is { } flowRun
            && TryId(flowRun, FlowRunPrefix, out var found) ? found : null;
        try
        {
            var run = WireRequests.Read<ClientTaskRun>(happened.Payload.GetProperty("task_run"));
            var told = WireRequests.Read<StateCreate>(happened.Payload.GetProperty("validated_state"));
            var state = new State
            {
                Id = happened.Id,
                Type = told.Type,
                Name = told.Name ?? told.Type.DefaultName(),
                Timestamp = happened.Occurred,
                Message = told.Message,
                Data = told.Data,
                StateDetails = (told.StateDetails ?? new()) with { FlowRunId = flowRunId, TaskRunId = id },
            };
            return (id, flowRunId, run, state);
        }
        catch (InvalidRequestException)
        {
            return null; // the event itself is kept all the same
        }
    }

    private static bool TryId(IReadOnlyDictionary<string, string> resource, string prefix, out Guid id)
    {
        id = default;
        return resource.TryGetValue(EventMatcher.ResourceId, out var text) && text.StartsWith(prefix, StringComparison.Ordinal) && Guid.TryParse(text.AsSpan(prefix.Length), out id);
    }
}
