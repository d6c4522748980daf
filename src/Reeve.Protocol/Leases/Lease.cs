namespace Reeve.Protocol.Leases;

/// <summary>The right to work on a flow run, until it expires. Its token goes with every write as the header <c>X-Reeve-Lease</c>.</summary>
public sealed record Lease
{
    /// <summary>The header that carries the token.</summary>
    public const string Header = "X-Reeve-Lease";

    /// <summary>The flow run.</summary>
    public required Guid FlowRunId { get; init; }

    /// <summary>1 for the first holder, one more for each later one.</summary>
    public required int Attempt { get; init; }

    /// <summary>The fencing token.</summary>
    public required Guid Token { get; init; }

    /// <summary>Who holds it, for people: "worker nightly-1", "hello.cs on host".</summary>
    public required string Owner { get; init; }

    /// <summary>When it lapses unless renewed.</summary>
    public required DateTimeOffset Expires { get; init; }
}

/// <summary>The body of <c>POST /flow_runs/{id}/lease</c>: a program run by hand takes its run.</summary>
/// <param name="Owner">Who, for people.</param>
/// <param name="LeaseSeconds">How many seconds it holds without renewal, 5 to 3600.</param>
public sealed record LeaseAcquire(string Owner, int LeaseSeconds = 60);

/// <summary>The body of <c>POST /flow_runs/leases/renew</c>.</summary>
/// <param name="Leases">The leases.</param>
/// <param name="By">Who asks: "worker", "executor" or "engine"; kept as evidence.</param>
/// <param name="LeaseSeconds">The new length from now in seconds, 5 to 3600.</param>
public sealed record LeaseRenewal(IReadOnlyList<LeaseReference> Leases, string By, int LeaseSeconds = 60);

/// <summary>Names a lease.</summary>
/// <param name="FlowRunId">The flow run.</param>
/// <param name="Token">The token.</param>
public sealed record LeaseReference(Guid FlowRunId, Guid Token);

/// <summary>The answer to a <see cref="LeaseRenewal"/>.</summary>
/// <param name="Renewed">Runs whose lease goes on.</param>
/// <param name="Cancelling">Those of them that are to be stopped.</param>
/// <param name="Lost">Leases that are no longer theirs, with the reason.</param>
public sealed record LeaseRenewalResult(IReadOnlyList<Guid> Renewed, IReadOnlyList<Guid> Cancelling, IReadOnlyList<LostLease> Lost);

/// <summary>A lease that is no longer the caller's.</summary>
/// <param name="FlowRunId">The flow run.</param>
/// <param name="Reason">Why: taken by attempt N, run ended as …, run deleted.</param>
public sealed record LostLease(Guid FlowRunId, string Reason);

/// <summary>The body of <c>POST /work_pools/{name}/claim</c>. With the header <c>Prefer: wait=N</c> the answer waits up to N seconds for work.</summary>
public sealed record Claim
{
    /// <summary>The worker's name, unique in its pool.</summary>
    public required string WorkerName { get; init; }

    /// <summary>At most so many runs.</summary>
    public int Limit { get; set; } = 1;

    /// <summary>Only from these queues; null or empty: all.</summary>
    public IReadOnlyList<string>? WorkQueueNames { get; init; }

    /// <summary>Also runs that are due within so many seconds.</summary>
    public double PrefetchSeconds { get; init; }

    /// <summary>How many seconds each lease holds without renewal.</summary>
    public int LeaseSeconds { get; set; } = 60;
}

/// <summary>A run that was handed to a worker.</summary>
/// <param name="FlowRun">The run, now Pending.</param>
/// <param name="Lease">The worker's lease on it.</param>
public sealed record ClaimedFlowRun(Runs.FlowRun FlowRun, Lease Lease);
