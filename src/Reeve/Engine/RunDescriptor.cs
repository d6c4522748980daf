using System.ComponentModel;

namespace Reeve.Engine;

/// <summary>What generated code says of a [Flow] or [Task] method.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract record RunDescriptor
{
    private protected RunDescriptor()
    {
    }

    /// <summary>The name of the flow or task.</summary>
    public required string Name { get; init; }

    /// <summary>The method's name.</summary>
    public required string Method { get; init; }

    /// <summary>The declaring type's name as the runtime knows it.</summary>
    public required string Type { get; init; }

    /// <summary>What it does.</summary>
    public string? Description { get; init; }

    /// <summary>The version of the code.</summary>
    public string? Version { get; init; }

    /// <summary>How often a failed run is tried again.</summary>
    public int Retries { get; init; }

    /// <summary>Seconds before each retry.</summary>
    public double RetryDelaySeconds { get; init; }

    /// <summary>Seconds after which a run fails as timed out; 0 for no limit.</summary>
    public double TimeoutSeconds { get; init; }

    /// <summary>Whether console output becomes log lines; null: as the surrounding run has it.</summary>
    public bool? LogPrints { get; init; }

    /// <summary>Whether the return value is stored.</summary>
    public bool PersistResult { get; init; }

    private protected RunDescriptor Overridden(CallOptions call) => this with
    {
        Retries = call.Retries ?? Retries,
        RetryDelaySeconds = call.RetryDelaySeconds ?? RetryDelaySeconds,
        TimeoutSeconds = call.TimeoutSeconds ?? TimeoutSeconds,
        LogPrints = call.LogPrints ?? LogPrints,
        PersistResult = call.PersistResult ?? PersistResult,
    };
}

/// <summary>What generated code says of a [Flow] method.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record FlowDescriptor : RunDescriptor
{
    internal FlowDescriptor With(CallOptions call) => (FlowDescriptor)Overridden(call);

    /// <summary>The parameters in order, without cancellation tokens.</summary>
    public required IReadOnlyList<FlowParameter> Parameters { get; init; }

    /// <summary>Calls the method directly with arguments in the order of <see cref="Parameters"/>; null when only a program can make the instance.</summary>
    public Func<object?[], CancellationToken, ValueTask<object?>>? Invoke { get; init; }
}

/// <summary>What generated code says of a [Task] method.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record TaskDescriptor : RunDescriptor
{
    internal TaskDescriptor With(CallOptions call) => (TaskDescriptor)Overridden(call);

    /// <summary>Names the task within a flow: its name and a digest of the method's signature.</summary>
    public required string Key { get; init; }

    /// <summary>Makes the parameters in order, without cancellation tokens; null where the method can only be called by code.</summary>
    public Func<IReadOnlyList<FlowParameter>>? Parameters { get; init; }

    /// <summary>Calls the method directly with arguments in the order of <see cref="ParameterNames"/>; null where it can only be called by code.</summary>
    public Func<object?[], CancellationToken, ValueTask<object?>>? Invoke { get; init; }

    /// <summary>The names of the parameters, without cancellation tokens.</summary>
    public required IReadOnlyList<string> ParameterNames { get; init; }

    /// <summary>Tags of the runs.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];
}
