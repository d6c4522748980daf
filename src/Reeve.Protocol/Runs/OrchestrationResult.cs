using System.Text.Json.Serialization;
using Reeve.Protocol.Json;

namespace Reeve.Protocol.Runs;

/// <summary>The server's answer to a proposed state.</summary>
public sealed record OrchestrationResult
{
    /// <summary>The state that the run is now in, or that the client is to go on with; null for an abort or a wait without one.</summary>
    public required State? State { get; init; }

    /// <summary>Whether the proposal was taken.</summary>
    public required OrchestrationStatus Status { get; init; }

    /// <summary>Why, and for a wait how long.</summary>
    public required OrchestrationDetails Details { get; init; }
}

/// <summary>The kinds of answer to a proposed state.</summary>
[JsonConverter(typeof(UpperEnumConverter<OrchestrationStatus>))]
public enum OrchestrationStatus
{
    /// <summary>The state was stored as proposed.</summary>
    Accept,

    /// <summary>Another state holds instead; the client goes on with that one.</summary>
    Reject,

    /// <summary>The client stops; nothing was stored.</summary>
    Abort,

    /// <summary>The client proposes again after the delay; nothing was stored.</summary>
    Wait,
}

/// <summary>Details of an <see cref="OrchestrationResult"/>.</summary>
public sealed record OrchestrationDetails
{
    /// <summary>"accept_details", "reject_details", "abort_details" or "wait_details".</summary>
    public required string Type { get; init; }

    /// <summary>Why; not written for an accepted state.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>Whole seconds to wait; written only for a wait.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? DelaySeconds { get; init; }
}

/// <summary>The body of <c>POST …/set_state</c>.</summary>
/// <param name="State">The proposed state.</param>
/// <param name="Force">True to pass by the rules; terminal states can be left so.</param>
public sealed record SetState(StateCreate State, bool Force = false)
{
    /// <summary>When the run entered the state, for one that is told late because the server was away; null: now. A run that is over by now does not enter it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Entered { get; init; }
}

/// <summary>The body of <c>POST /flow_runs/{id}/resume</c>.</summary>
/// <param name="RunInput">What the run waits for; values of the form <c>{"__prefect_kind": …}</c> are filled in by the server.</param>
public sealed record FlowRunResume(Dictionary<string, System.Text.Json.JsonElement>? RunInput = null);
