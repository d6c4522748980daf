using System.ComponentModel;
using System.Globalization;
using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Runs;

namespace Reeve.Engine;

/// <summary>What generated code says of a [Task] method.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record TaskDescriptor : RunDescriptor
{
    /// <summary>More delays than this no server takes.</summary>
    private const int MostDelays = 50;

    private static readonly TaskRunPolicy NoRetries = new() { Retries = 0, RetryDelay = WireJson.Parse("0") };

    /// <summary>Names the task within a flow: its name and a digest of the method's signature.</summary>
    public required string Key { get; init; }

    /// <summary>Makes the parameters in order, without cancellation tokens; null where the method can only be called by code.</summary>
    public Func<IReadOnlyList<FlowParameter>>? Parameters { get; init; }

    /// <summary>Calls the method directly with arguments in the order of <see cref="ParameterNames"/>; null where it can only be called by code.</summary>
    public Func<object?[], CancellationToken, ValueTask<object?>>? Invoke { get; init; }

    /// <summary>The names of the parameters, without cancellation tokens.</summary>
    public required IReadOnlyList<string> ParameterNames { get; init; }

    /// <summary>A digest of the method's text; null when it is not declared in the calling assembly.</summary>
    public string? Source { get; init; }

    /// <summary>Seconds before each retry, one for each.</summary>
    public IReadOnlyList<double>? RetryDelays { get; init; }

    /// <summary>Seconds before the first retry, doubled for each after it; 0 for no growth.</summary>
    public double RetryBackoffSeconds { get; init; }

    /// <summary>The most seconds of a grown delay; 0 for no bound.</summary>
    public double RetryBackoffMaxSeconds { get; init; }

    /// <summary>How far delays are spread.</summary>
    public double RetryJitterFactor { get; init; }

    /// <summary>Whether a failure is worth a retry, by the exception and the attempt.</summary>
    public Func<Exception, int, bool>? RetryIf { get; init; }

    /// <summary>What a cached result stands for.</summary>
    public CachePolicy CachePolicy { get; init; } = CachePolicy.None;

    /// <summary>Makes the cache key of the arguments.</summary>
    public Func<object?[], string?>? CacheKey { get; init; }

    /// <summary>Seconds for which a cached result holds; 0 for ever.</summary>
    public double CacheExpirationSeconds { get; init; }

    /// <summary>Whether the task runs although its result is cached; null: as the settings say.</summary>
    public bool? RefreshCache { get; init; }

    /// <summary>Hooks for a transaction that commits.</summary>
    public IReadOnlyList<RunHook> OnCommit { get; init; } = [];

    /// <summary>Hooks for a transaction that is rolled back.</summary>
    public IReadOnlyList<RunHook> OnRollback { get; init; } = [];

    /// <summary>Whether a result of this task may be cached.</summary>
    internal bool IsCached => CacheKey is not null || CachePolicy.By != CacheBy.None || CachePolicy.Key is not null;

    internal TaskDescriptor With(CallOptions call) => (TaskDescriptor)Overridden(call) with
    {
        // One way to say the delay, given by the call, takes the place of whichever the attribute has.
        RetryDelays = call.RetryDelays ?? (call.RetryDelaySeconds is null && call.RetryBackoffSeconds is null ? RetryDelays : null),
        RetryBackoffSeconds = call.RetryBackoffSeconds ?? (call.RetryDelaySeconds is null && call.RetryDelays is null ? RetryBackoffSeconds : 0),
        RetryBackoffMaxSeconds = call.RetryBackoffMaxSeconds ?? RetryBackoffMaxSeconds,
        RetryJitterFactor = call.RetryJitterFactor ?? RetryJitterFactor,
        RetryIf = call.RetryIf ?? RetryIf,
        CachePolicy = call.CachePolicy ?? (call.CacheKey is null ? CachePolicy : CachePolicy.None),
        CacheKey = call.CacheKey is { } key ? _ => key : call.CachePolicy is null ? CacheKey : null,
        CacheExpirationSeconds = call.CacheExpirationSeconds ?? CacheExpirationSeconds,
        RefreshCache = call.RefreshCache ?? RefreshCache,
        OnCommit = RunHook.Of("OnCommit", call.OnCommit) ?? OnCommit,
        OnRollback = RunHook.Of("OnRollback", call.OnRollback) ?? OnRollback,
    };

    internal TaskDescriptor Inside(RunDescriptor surrounding) => (TaskDescriptor)Within(surrounding);

    /// <summary>What the server needs to decide about retries.</summary>
    internal TaskRunPolicy Policy => Retries == 0
        ? NoRetries
        : new()
        {
            MaxRetries = Retries,
            RetryDelaySeconds = RetryDelaySeconds,
            Retries = Retries,
            RetryDelay = Delay(),
            RetryJitterFactor = RetryJitterFactor > 0 ? RetryJitterFactor : null,
        };

    private JsonElement Delay()
    {
        if (RetryDelays is { Count: > 0 } delays)
            return Json(delays.Take(MostDelays));
        if (RetryBackoffSeconds <= 0)
            return WireJson.Parse(RetryDelaySeconds.ToString("R", CultureInfo.InvariantCulture));
        var most = RetryBackoffMaxSeconds > 0 ? RetryBackoffMaxSeconds : double.MaxValue;
        return Json(Enumerable.Range(0, Math.Clamp(Retries, 1, MostDelays)).Select(i => Math.Min(most, RetryBackoffSeconds * Math.Pow(2, i))));
    }

    private static JsonElement Json(IEnumerable<double> delays) =>
        WireJson.Parse($"[{string.Join(",", delays.Select(delay => delay.ToString("R", CultureInfo.InvariantCulture)))}]");

    internal IReadOnlyDictionary<string, object?> ArgumentsByName(object?[] arguments) =>
        ParameterNames.Select((name, i) => (name, value: arguments[i])).ToDictionary(pair => pair.name, pair => pair.value);
}
