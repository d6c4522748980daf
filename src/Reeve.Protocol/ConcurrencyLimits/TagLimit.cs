namespace Reeve.Protocol.ConcurrencyLimits;

/// <summary>A limit on task runs by their tag. The same limit is served as the global limit "tag:&lt;tag&gt;".</summary>
public sealed record TagLimit
{
    /// <summary>The limit's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset Updated { get; init; }

    /// <summary>The tag.</summary>
    public required string Tag { get; init; }

    /// <summary>How many task runs with the tag may run at once.</summary>
    public required int ConcurrencyLimit { get; init; }

    /// <summary>The task runs that hold slots.</summary>
    public IReadOnlyList<Guid> ActiveSlots { get; set; } = [];
}

/// <summary>The body of <c>POST /concurrency_limits/</c>: limits a tag, or changes its limit.</summary>
public sealed record TagLimitCreate
{
    /// <summary>The tag.</summary>
    public required string Tag { get; init; }

    /// <summary>How many task runs with the tag may run at once; 0: none, they are aborted.</summary>
    public required int ConcurrencyLimit { get; init; }
}

/// <summary>The body of <c>POST /concurrency_limits/tag/{tag}/reset</c>.</summary>
public sealed record TagLimitReset
{
    /// <summary>The task runs that hold slots afterwards; null: none.</summary>
    public IReadOnlyList<Guid>? SlotOverride { get; init; }
}

/// <summary>The body of <c>POST /concurrency_limits/increment</c> and <c>decrement</c>.</summary>
public sealed record TagSlots
{
    /// <summary>The tags; those without a limit do not matter.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>The task run that takes or gives back its slots.</summary>
    public required Guid TaskRunId { get; init; }
}
