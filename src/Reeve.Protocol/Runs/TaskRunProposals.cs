using System.Text.Json.Serialization;

namespace Reeve.Protocol.Runs;

/// <summary>The body of <c>POST /task_runs/bulk_set_state</c>: what a process proposes at once. Each proposal is judged by itself, those of one run in their order.</summary>
/// <param name="Proposals">1 to <see cref="Most"/> of them.</param>
public sealed record TaskRunProposals(IReadOnlyList<TaskRunProposal> Proposals)
{
    /// <summary>More proposals than this do not travel at once.</summary>
    public const int Most = 500;
}

/// <summary>A proposed state of a task run, which it may make as well.</summary>
public sealed record TaskRunProposal
{
    /// <summary>The run to make, if its id or key is not known yet; null: it is there.</summary>
    public TaskRunCreate? TaskRun { get; init; }

    /// <summary>The run; not looked at where <see cref="TaskRun"/> is given.</summary>
    public Guid? TaskRunId { get; init; }

    /// <summary>The proposed state; null: the run is only made.</summary>
    public StateCreate? State { get; init; }

    /// <summary>True to pass by the rules.</summary>
    public bool Force { get; init; }

    /// <summary>When the run entered the state, for one that is told late because the server was away; null: now. The task of a flow run that is over by now does not enter it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Entered { get; init; }
}

/// <summary>The answer of <c>POST /task_runs/bulk_set_state</c>.</summary>
/// <param name="Results">One for each proposal, in the order in which they were given.</param>
public sealed record TaskRunProposalsResult(IReadOnlyList<TaskRunProposalResult> Results);

/// <summary>What became of one proposal: a verdict, or the fault that kept it from being judged.</summary>
public sealed record TaskRunProposalResult
{
    /// <summary>The run; that of the key where it was known under another id than the proposed one.</summary>
    public Guid? TaskRunId { get; init; }

    /// <summary>The run's name; only where the proposal could have made the run.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    /// <summary>Whether the proposal was taken; null for a fault.</summary>
    public OrchestrationStatus? Status { get; init; }

    /// <summary>The state that the run is now in.</summary>
    public State? State { get; init; }

    /// <summary>Why, and for a wait how long; null for a fault.</summary>
    public OrchestrationDetails? Details { get; init; }

    /// <summary>Why the proposal was not judged; null where it was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TaskRunProposalFault? Fault { get; init; }
}

/// <summary>Why a proposal was not judged.</summary>
/// <param name="StatusCode">What the route for one run would have answered: 404, 409 or 422.</param>
/// <param name="Detail">A sentence.</param>
public sealed record TaskRunProposalFault(int StatusCode, string Detail);
