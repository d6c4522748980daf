namespace Reeve.Protocol.Logs;

/// <summary>A stored log line.</summary>
public sealed record Log
{
    /// <summary>The line's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>When the line was stored.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>The same as <see cref="Created"/>: lines do not change.</summary>
    public required DateTimeOffset Updated { get; init; }

    /// <summary>The logger, such as "prefect.flow_runs".</summary>
    public required string Name { get; init; }

    /// <summary>10 debug, 20 info, 30 warning, 40 error, 50 critical.</summary>
    public required int Level { get; init; }

    /// <summary>The text.</summary>
    public required string Message { get; init; }

    /// <summary>When the line was written by its program.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>The flow run it belongs to.</summary>
    public Guid? FlowRunId { get; init; }

    /// <summary>The task run it belongs to.</summary>
    public Guid? TaskRunId { get; init; }
}

/// <summary>A log line that a client sends; <c>POST /logs/</c> takes a list of them.</summary>
public sealed record LogCreate
{
    /// <summary>The logger.</summary>
    public required string Name { get; init; }

    /// <summary>10 debug, 20 info, 30 warning, 40 error, 50 critical.</summary>
    public required int Level { get; init; }

    /// <summary>The text.</summary>
    public required string Message { get; init; }

    /// <summary>When the line was written.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>The flow run it belongs to.</summary>
    public Guid? FlowRunId { get; init; }

    /// <summary>The task run it belongs to.</summary>
    public Guid? TaskRunId { get; init; }
}
