using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Runs;

namespace Reeve.Server.TaskRuns;

/// <summary>A task run to be stored.</summary>
internal sealed record NewTaskRun
{
    internal required Guid Id { get; init; }

    internal required string Name { get; init; }

    internal required string TaskKey { get; init; }

    internal required string DynamicKey { get; init; }

    internal Guid? FlowRunId { get; init; }

    /// <summary>The first state; null means Pending.</summary>
    internal StateCreate? State { get; init; }

    internal string? CacheKey { get; init; }

    internal DateTimeOffset? CacheExpiration { get; init; }

    internal string? TaskVersion { get; init; }

    internal TaskRunPolicy Policy { get; init; } = new();

    internal IReadOnlyList<string> Tags { get; init; } = [];

    internal JsonElement Labels { get; init; } = WireJson.EmptyObject;

    internal JsonElement TaskInputs { get; init; } = WireJson.EmptyObject;
}
