namespace Reeve.Protocol.Runs;

/// <summary>Something said to a flow run under a key, such as the answer that a paused run waits for.</summary>
public sealed record FlowRunInput
{
    /// <summary>The input's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>When it was written.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>The same: an input does not change.</summary>
    public DateTimeOffset? Updated { get; init; }

    /// <summary>The run.</summary>
    public required Guid FlowRunId { get; init; }

    /// <summary>Unique within the run: letters, digits and dashes.</summary>
    public required string Key { get; init; }

    /// <summary>A text, most often JSON.</summary>
    public required string Value { get; init; }

    /// <summary>Who said it, such as <c>prefect.flow-run.ID</c>.</summary>
    public string? Sender { get; init; }
}

/// <summary>The body of <c>POST /flow_runs/{id}/input</c>.</summary>
/// <param name="Key">Unique within the run: letters, digits and dashes.</param>
/// <param name="Value">A text, most often JSON.</param>
/// <param name="Sender">Who says it.</param>
public sealed record FlowRunInputCreate(string Key, string Value, string? Sender = null);

/// <summary>The body of <c>POST /flow_runs/{id}/input/filter</c>: the oldest first.</summary>
/// <param name="Prefix">What the keys begin with.</param>
/// <param name="Limit">At most so many.</param>
/// <param name="ExcludeKeys">Keys that are known already.</param>
public sealed record FlowRunInputFilter(string Prefix, int Limit = 1, IReadOnlyList<string>? ExcludeKeys = null);
