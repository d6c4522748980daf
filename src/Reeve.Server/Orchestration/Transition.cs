using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Runs;
using Reeve.Server.ConcurrencyLimits;

namespace Reeve.Server.Orchestration;

/// <summary>Everything the rules may look at: the run as loaded, its present state, the proposed one, the time and a throw of the dice.</summary>
internal abstract record Transition
{
    // seconds; a hundred years, so that no delay leaves the calendar
    private const double LongestDelay = 100d * 365 * 86400;

    internal required Guid RunId { get; init; }

    internal required State? Initial { get; init; }

    internal required State Proposed { get; init; }

    internal required Projection Run { get; init; }

    internal required DateTimeOffset Now { get; init; }

    /// <summary>When a run that found no slot asks again.</summary>
    internal TimeSpan SlotWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Between 0 and 1; spreads retries.</summary>
    internal double Chance { get; init; }

    /// <summary>True where the present state carries a result that somebody may want to read again.</summary>
    internal bool HasStoredResult => Initial is { Type: StateType.Completed } && HoldsResult(Initial.Data) && Initial.Data!.Value.EnumerateObject().Any();

    /// <summary>A new state of this run, as the rules make them.</summary>
    internal State NewState(StateType type, string? name = null, string? message = null, JsonElement? data = null, DateTimeOffset? scheduledTime = null) => new()
    {
        Id = Ids.New(Now),
        Type = type,
        Name = name ?? type.DefaultName(),
        Timestamp = Proposed.Timestamp,
        Message = message,
        Data = data,
        StateDetails = new StateDetails
        {
            ScheduledTime = scheduledTime ?? (type == StateType.Scheduled ? Now : null),
            FlowRunId = Proposed.StateDetails.FlowRunId,
            TaskRunId = Proposed.StateDetails.TaskRunId,
        },
    };

    /// <summary>True for the data of a result of this type.</summary>
    internal static bool IsOfType(JsonElement data, string type) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty("type", out var own) && own.ValueKind == JsonValueKind.String && own.ValueEquals(type);

    /// <summary>The state in which a failed run waits for its next try. It keeps the proposal's transition id: a proposal whose answer was lost must be known again, or
    /// repeating it would end the run.</summary>
    internal State AwaitingRetry(double delaySeconds)
    {
        var state = NewState(StateType.Scheduled, "AwaitingRetry", Proposed.Message, Proposed.Data, Now.AddSeconds(Math.Clamp(delaySeconds, 0, LongestDelay)));
        return state with { StateDetails = state.StateDetails with { TransitionId = Proposed.StateDetails.TransitionId } };
    }

    internal Transition Amend(Func<StateDetails, StateDetails> details) => this with { Proposed = Proposed with { StateDetails = details(Proposed.StateDetails) } };

    internal Transition Rename(string name) => this with { Proposed = Proposed with { Name = name } };

    /// <summary>A result is described by an object; "unpersisted" describes one that was not kept.</summary>
    protected static bool HoldsResult(JsonElement? data) => data is { ValueKind: JsonValueKind.Object } element && !IsOfType(element, "unpersisted");
}

/// <summary>A proposed state of a flow run.</summary>
internal sealed record FlowRunTransition : Transition
{
    internal required FlowRunPolicy Policy { get; init; }

    internal Guid? DeploymentId { get; init; }

    internal Guid? ParentTaskRunId { get; init; }

    internal string? InfrastructurePid { get; init; }

    /// <summary>The limit of the run's deployment; loaded where the verdict may depend on it.</summary>
    internal DeploymentSlot? Slot { get; init; }

    /// <summary>What the rules decided about it.</summary>
    internal SlotUse SlotUse { get; init; }

    internal bool ProposesStoredResult => HoldsResult(Proposed.Data);
}

/// <summary>A proposed state of a task run.</summary>
internal sealed record TaskRunTransition : Transition
{
    internal required TaskRunPolicy Policy { get; init; }

    /// <summary>The run's flow run; null for a background task.</summary>
    internal EnclosingFlowRun? FlowRun { get; init; }

    /// <summary>True for what a task worker runs: a task of no flow run, or one that says that it was put off.</summary>
    internal bool IsBackground => FlowRun is null || Proposed.StateDetails.Deferred == true;

    /// <summary>True for a state that was entered while the server was away and may be told all the same (<see cref="LateStates"/>): its flow run may count as crashed by now.</summary>
    internal bool IsLate { get; init; }

    /// <summary>The flow run's run count when this run last started, or starts now.</summary>
    internal int FlowRunRunCount { get; init; }

    /// <summary>The limits of the run's tags; loaded where the run is to run.</summary>
    internal List<TagSlot> TagSlots { get; init; } = [];

    /// <summary>The completed state found under the proposal's cache key.</summary>
    internal State? Cached { get; init; }
}

/// <summary>What a task run's rules need of its flow run.</summary>
internal sealed record EnclosingFlowRun(Guid Id, StateType? StateType, int RunCount, DateTimeOffset? PauseTimeout, bool PauseReschedule);
