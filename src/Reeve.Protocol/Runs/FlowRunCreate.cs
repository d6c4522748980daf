using System.Text.Json;
using Reeve.Protocol.Json;

namespace Reeve.Protocol.Runs;

/// <summary>The body of <c>POST /flow_runs/</c>.</summary>
public sealed record FlowRunCreate
{
    /// <summary>The first state; null means Pending.</summary>
    public StateCreate? State { get; init; }

    /// <summary>The run's name; null or empty: the server makes one.</summary>
    public string? Name { get; init; }

    /// <summary>The flow.</summary>
    public required Guid FlowId { get; init; }

    /// <summary>The deployment that it is a run of.</summary>
    public Guid? DeploymentId { get; init; }

    /// <summary>The version of the flow's code.</summary>
    public string? FlowVersion { get; init; }

    /// <summary>Parameters by name.</summary>
    public JsonElement? Parameters { get; init; }

    /// <summary>Free data.</summary>
    public JsonElement? Context { get; init; }

    /// <summary>For a subflow: the task run that stands for it.</summary>
    public Guid? ParentTaskRunId { get; init; }

    /// <summary>The infrastructure block of an agent's deployment.</summary>
    public Guid? InfrastructureDocumentId { get; init; }

    /// <summary>Retries.</summary>
    public FlowRunPolicy? EmpiricalPolicy { get; init; }

    /// <summary>Tags.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Labels.</summary>
    public JsonElement? Labels { get; init; }

    /// <summary>Unique within the flow.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>The work pool to run in.</summary>
    public string? WorkPoolName { get; init; }

    /// <summary>The work queue to run in.</summary>
    public string? WorkQueueName { get; init; }

    /// <summary>Values for the work pool's job template.</summary>
    public JsonElement? JobVariables { get; init; }
}

/// <summary>The body of <c>PATCH /flow_runs/{id}</c>.</summary>
public sealed record FlowRunUpdate
{
    /// <summary>The new name.</summary>
    public Optional<string> Name { get; init; }

    /// <summary>The version of the flow's code.</summary>
    public Optional<string> FlowVersion { get; init; }

    /// <summary>The parameters.</summary>
    public Optional<JsonElement> Parameters { get; init; }

    /// <summary>Retries.</summary>
    public Optional<FlowRunPolicy> EmpiricalPolicy { get; init; }

    /// <summary>Tags.</summary>
    public Optional<IReadOnlyList<string>> Tags { get; init; }

    /// <summary>What identifies the run's infrastructure.</summary>
    public Optional<string> InfrastructurePid { get; init; }

    /// <summary>Values for the work pool's job template.</summary>
    public Optional<JsonElement?> JobVariables { get; init; }
}

/// <summary>The body of <c>POST /deployments/{id}/create_flow_run</c>.</summary>
public sealed record DeploymentFlowRunCreate
{
    /// <summary>The first state; null means Scheduled now.</summary>
    public StateCreate? State { get; init; }

    /// <summary>The run's name; null or empty: the server makes one.</summary>
    public string? Name { get; init; }

    /// <summary>Parameters that replace the deployment's, by name.</summary>
    public JsonElement? Parameters { get; init; }

    /// <summary>Whether the parameters are checked against the schema; null: as the deployment says.</summary>
    public bool? EnforceParameterSchema { get; init; }

    /// <summary>Free data.</summary>
    public JsonElement? Context { get; init; }

    /// <summary>The infrastructure block of an agent's deployment.</summary>
    public Guid? InfrastructureDocumentId { get; init; }

    /// <summary>Retries.</summary>
    public FlowRunPolicy? EmpiricalPolicy { get; init; }

    /// <summary>Tags, added to the deployment's.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Unique within the flow.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Labels, added to the deployment's.</summary>
    public JsonElement? Labels { get; init; }

    /// <summary>For a subflow: the task run that stands for it.</summary>
    public Guid? ParentTaskRunId { get; init; }

    /// <summary>Another queue of the deployment's pool.</summary>
    public string? WorkQueueName { get; init; }

    /// <summary>Values for the job template, over the deployment's.</summary>
    public JsonElement? JobVariables { get; init; }
}
