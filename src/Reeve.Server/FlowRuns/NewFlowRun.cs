using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Runs;

namespace Reeve.Server.FlowRuns;

/// <summary>A flow run to be stored: of a client, a deployment or a schedule.</summary>
internal sealed record NewFlowRun
{
    internal required Guid Id { get; init; }

    internal required string Name { get; init; }

    internal required Guid FlowId { get; init; }

    /// <summary>The first state; null means Pending.</summary>
    internal StateCreate? State { get; init; }

    internal string? FlowVersion { get; init; }

    internal Guid? DeploymentId { get; init; }

    internal string? DeploymentVersion { get; init; }

    internal Guid? WorkQueueId { get; init; }

    internal string? WorkQueueName { get; init; }

    internal JsonElement Parameters { get; init; } = WireJson.EmptyObject;

    internal JsonElement Context { get; init; } = WireJson.EmptyObject;

    internal JsonElement JobVariables { get; init; } = WireJson.EmptyObject;

    internal FlowRunPolicy Policy { get; init; } = new();

    internal IReadOnlyList<string> Tags { get; init; } = [];

    internal JsonElement Labels { get; init; } = WireJson.EmptyObject;

    internal CreatedBy? CreatedBy { get; init; }

    /// <summary>Unique within the flow.</summary>
    internal string? IdempotencyKey { get; init; }

    /// <summary>With <see cref="ScheduledFor"/>: each fire time of a schedule makes one run.</summary>
    internal Guid? ScheduleId { get; init; }

    internal DateTimeOffset? ScheduledFor { get; init; }

    internal bool AutoScheduled { get; init; }

    internal Guid? ParentTaskRunId { get; init; }

    internal Guid? InfrastructureDocumentId { get; init; }
}
