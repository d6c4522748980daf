namespace Reeve.Protocol.ConcurrencyLimits;

/// <summary>The body of <c>POST /v2/concurrency_limits/increment</c> and <c>increment-with-lease</c>: takes slots of all named limits, or of none.</summary>
public sealed record SlotsTake
{
    /// <summary>How many slots of each limit, at least 1.</summary>
    public required int Slots { get; init; }

    /// <summary>The limits, at least one. A limit that is not there holds nothing back.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>"concurrency", or "rate_limit": then every limit must have a decay.</summary>
    public string Mode { get; set; } = "concurrency";

    /// <summary>Whether limits that are not there are made, inactive. Only the 2.x line does it; null: it does.</summary>
    public bool? CreateIfMissing { get; init; }

    /// <summary>For how long the slots are held without a renewal, in seconds, from 60 to 86,400. Only with a lease.</summary>
    public double LeaseDuration { get; set; } = 300;

    /// <summary>Who holds the slots. Only with a lease.</summary>
    public SlotHolder? Holder { get; init; }
}

/// <summary>The body of <c>POST /v2/concurrency_limits/decrement</c>: gives back slots that were taken without a lease.</summary>
public sealed record SlotsGiveBack
{
    /// <summary>How many slots of each limit, at least 1.</summary>
    public required int Slots { get; init; }

    /// <summary>The limits, at least one.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>For how long they were held, in seconds.</summary>
    public double? OccupancySeconds { get; init; }

    /// <summary>Whether limits that are not there are made; see <see cref="SlotsTake.CreateIfMissing"/>.</summary>
    public bool? CreateIfMissing { get; init; }
}

/// <summary>Who holds slots.</summary>
/// <param name="Type">"flow_run", "task_run" or "deployment".</param>
/// <param name="Id">Its id.</param>
public sealed record SlotHolder(string Type, Guid Id);

/// <summary>The body of <c>POST /v2/concurrency_limits/decrement-with-lease</c>.</summary>
/// <param name="LeaseId">The lease whose slots are given back.</param>
public sealed record SlotLeaseEnd(Guid LeaseId);

/// <summary>The body of <c>POST /v2/concurrency_limits/leases/{lease_id}/renew</c>.</summary>
public sealed record SlotLeaseRenewal
{
    /// <summary>Seconds from now, from 60 to 86,400.</summary>
    public double LeaseDuration { get; set; } = 300;
}

/// <summary>A limit of which slots were taken or given back.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Limit">How many slots it has.</param>
public sealed record TakenLimit(Guid Id, string Name, int Limit);

/// <summary>The answer of <c>POST /v2/concurrency_limits/increment-with-lease</c>.</summary>
/// <param name="LeaseId">Renewed while the slots are needed, and then given back.</param>
/// <param name="Limits">The limits that were found.</param>
public sealed record SlotLease(Guid LeaseId, IReadOnlyList<TakenLimit> Limits);
