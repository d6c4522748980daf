using System.ComponentModel;
using Reeve.Protocol.Runs;

namespace Reeve.Engine;

/// <summary>What generated code says of a [Flow] or [Task] method. Null, or an empty list, where neither the attribute nor the call says anything.</summary>
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

    /// <summary>Tags of the runs.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Makes a run's name of its arguments, in the order of the parameters without tokens.</summary>
    public Func<object?[], string>? RunName { get; init; }

    /// <summary>How often a failed run is tried again.</summary>
    public int Retries { get => GivenRetries ?? 0; init => GivenRetries = value; }

    /// <summary>Seconds before each retry.</summary>
    public double RetryDelaySeconds { get => GivenRetryDelaySeconds ?? 0; init => GivenRetryDelaySeconds = value; }

    /// <summary>Seconds after which a run fails as timed out; 0 for no limit.</summary>
    public double TimeoutSeconds { get; init; }

    /// <summary>Whether console output becomes log lines; null: as the surrounding run has it.</summary>
    public bool? LogPrints { get; init; }

    /// <summary>Whether the return value is stored; null: as the surrounding run and the settings have it.</summary>
    public bool? PersistResult { get; init; }

    /// <summary>The name of the result serializer.</summary>
    public string? ResultSerializer { get; init; }

    /// <summary>The name of the result storage.</summary>
    public string? ResultStorage { get; init; }

    /// <summary>Hooks for a run that starts.</summary>
    public IReadOnlyList<RunHook> OnRunning { get; init; } = [];

    /// <summary>Hooks for a run that completed.</summary>
    public IReadOnlyList<RunHook> OnCompletion { get; init; } = [];

    /// <summary>Hooks for a run that failed.</summary>
    public IReadOnlyList<RunHook> OnFailure { get; init; } = [];

    /// <summary>Hooks for a run that was cancelled.</summary>
    public IReadOnlyList<RunHook> OnCancellation { get; init; } = [];

    /// <summary>Hooks for a run that crashed.</summary>
    public IReadOnlyList<RunHook> OnCrashed { get; init; } = [];

    internal int? GivenRetries { get; init; }

    internal double? GivenRetryDelaySeconds { get; init; }

    /// <summary>The serializer that the call gave, over <see cref="ResultSerializer"/>.</summary>
    internal IResultSerializer? Serializer { get; init; }

    /// <summary>The storage that the call gave, over <see cref="ResultStorage"/>.</summary>
    internal IResultStorage? Storage { get; init; }

    internal IReadOnlyList<RunHook> HooksFor(StateType state) => state switch
    {
        StateType.Running => OnRunning,
        StateType.Completed => OnCompletion,
        StateType.Failed => OnFailure,
        StateType.Cancelled => OnCancellation,
        StateType.Crashed => OnCrashed,
        _ => [],
    };

    private protected RunDescriptor Overridden(CallOptions call) => this with
    {
        Name = call.Name ?? Name,
        RunName = call.RunName is { } name ? _ => name : RunName,
        Tags = call.Tags ?? Tags,
        GivenRetries = call.Retries ?? GivenRetries,
        GivenRetryDelaySeconds = call.RetryDelaySeconds ?? GivenRetryDelaySeconds,
        TimeoutSeconds = call.TimeoutSeconds ?? TimeoutSeconds,
        LogPrints = call.LogPrints ?? LogPrints,
        PersistResult = call.PersistResult ?? PersistResult,
        Serializer = call.ResultSerializer ?? Serializer,
        Storage = call.ResultStorage ?? Storage,
        OnRunning = RunHook.Of("OnRunning", call.OnRunning) ?? OnRunning,
        OnCompletion = RunHook.Of("OnCompletion", call.OnCompletion) ?? OnCompletion,
        OnFailure = RunHook.Of("OnFailure", call.OnFailure) ?? OnFailure,
        OnCancellation = RunHook.Of("OnCancellation", call.OnCancellation) ?? OnCancellation,
        OnCrashed = RunHook.Of("OnCrashed", call.OnCrashed) ?? OnCrashed,
    };

    /// <summary>What the surrounding run says where this says nothing.</summary>
    private protected RunDescriptor Within(RunDescriptor surrounding) =>
        surrounding is { PersistResult: null, ResultSerializer: null, ResultStorage: null, Serializer: null, Storage: null }
            ? this
            : this with
            {
                PersistResult = PersistResult ?? surrounding.PersistResult,
                Serializer = Serializer ?? (ResultSerializer is null ? surrounding.Serializer : null),
                ResultSerializer = ResultSerializer ?? surrounding.ResultSerializer,
                Storage = Storage ?? (ResultStorage is null ? surrounding.Storage : null),
                ResultStorage = ResultStorage ?? surrounding.ResultStorage,
            };
}

/// <summary>What generated code says of a [Flow] method.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record FlowDescriptor : RunDescriptor
{
    internal FlowDescriptor With(CallOptions call) => (FlowDescriptor)Overridden(call);

    internal FlowDescriptor Inside(RunDescriptor surrounding) => (FlowDescriptor)Within(surrounding);

    /// <summary>Where submitted tasks run, as the attribute says it.</summary>
    public string? TaskRunner { get; init; }

    /// <summary>The parameters in order, without cancellation tokens.</summary>
    public required IReadOnlyList<FlowParameter> Parameters { get; init; }

    /// <summary>The JSON Schema of the parameters; null when the flow is not declared in the calling assembly.</summary>
    public string? ParameterSchema { get; init; }

    /// <summary>Whether the schema knows of more than types: ranges, lengths, patterns. Only then are calls by hand checked against it.</summary>
    public bool HasBounds { get; init; }

    /// <summary>Calls the method directly with arguments in the order of <see cref="Parameters"/>; null when only a program can make the instance.</summary>
    public Func<object?[], CancellationToken, ValueTask<object?>>? Invoke { get; init; }

    /// <summary>The type whose instances the method is called on; null for a static method.</summary>
    public Type? InstanceType { get; init; }

    /// <summary>Calls the method on an instance that a host has made; null for a static method.</summary>
    public Func<object, object?[], CancellationToken, ValueTask<object?>>? InvokeOn { get; init; }
}
