using System.Globalization;
using System.Text.Json;
using Reeve.Protocol;
using Reeve.Settings;

namespace Reeve.Engine;

/// <summary>What the settings say of runs. They are read when a run first needs them, so that a setting that makes no sense is told where it is used.</summary>
internal sealed class RunDefaults(ReeveSettings settings)
{
    private readonly Lazy<Of> _tasks = new(() => Read(settings, "TASK"));
    private readonly Lazy<Of> _flows = new(() => Read(settings, "FLOW"));
    private const string Runners = "thread-pool, thread-pool(8), process, process(4) or inline";
    private readonly Lazy<TaskRunner?> _runner = new(() => Runner(settings));
    private readonly Lazy<bool?> _tasksPersist = new(() => Flag(settings, "TASKS_DEFAULT_PERSIST_RESULT"));
    private readonly Lazy<bool?> _persists = new(() => Flag(settings, "RESULTS_PERSIST_BY_DEFAULT"));
    private readonly Lazy<bool> _refreshes = new(() => Flag(settings, "TASKS_REFRESH_CACHE") ?? false);
    private readonly Lazy<bool> _isCachingOff = new(() => Flag(settings, "TASKS_DISABLE_CACHING") ?? false);

    /// <summary>Where results go; null: to the storage folder of the home.</summary>
    public string? ResultStorage { get; } =
        settings.Find("RESULTS_DEFAULT_STORAGE_BLOCK", "DEFAULT_RESULT_STORAGE_BLOCK")?.Value ?? settings.Find("RESULTS_LOCAL_STORAGE_PATH", "LOCAL_STORAGE_PATH")?.Value;

    /// <summary>How results are written; null: as JSON. Prefect's own default, which only Python reads, is no choice.</summary>
    public string? ResultSerializer { get; } = settings.Find("RESULTS_DEFAULT_SERIALIZER")?.Value is { } name and not "pickle" and not "json" ? name : null;

    /// <summary>Where a flow's submitted tasks run.</summary>
    /// <exception cref="SettingsException">The setting names no runner.</exception>
    public TaskRunner? TaskRunnerOf(FlowDescriptor flow) => flow.TaskRunner is { } said
        ? TaskRunner.Parse(said) ?? throw new ArgumentException($"TaskRunner of flow '{flow.Name}' is '{said}'; it is {Runners}")
        : _runner.Value;

    private static TaskRunner? Runner(ReeveSettings settings)
    {
        if (settings.Find("TASK_RUNNER") is { } setting)
            return TaskRunner.Parse(setting.Value.Trim()) ?? throw Unfit(setting, Runners);
        if (settings.Find("TASKS_RUNNER_THREAD_POOL_MAX_WORKERS", "TASK_RUNNER_THREAD_POOL_MAX_WORKERS") is not { } workers)
            return null;
        return int.TryParse(workers.Value, CultureInfo.InvariantCulture, out var count) && count > 0 ? TaskRunner.ThreadPool(count) : throw Unfit(workers, "a whole number from 1");
    }

    public bool RefreshesCache => _refreshes.Value;

    public bool IsCachingOff => _isCachingOff.Value;

    /// <summary>Whether results are stored; null: nothing is said.</summary>
    public bool? PersistsResult(bool isTask) => (isTask ? _tasksPersist.Value : null) ?? _persists.Value;

    /// <summary>A task with the settings in place of what was not said; the same object where there is nothing to add.</summary>
    public TaskDescriptor For(TaskDescriptor task)
    {
        if (_tasks.Value is not { IsSet: true } defaults)
            return task;
        var saysDelay = task.GivenRetryDelaySeconds is not null || task.RetryDelays is not null || task.RetryBackoffSeconds > 0;
        return task with
        {
            GivenRetries = task.GivenRetries ?? defaults.Retries,
            GivenRetryDelaySeconds = saysDelay || defaults.Delays.Count == 0 ? task.GivenRetryDelaySeconds : defaults.Delays[0],
            RetryDelays = saysDelay || defaults.Delays.Count < 2 ? task.RetryDelays : defaults.Delays,
        };
    }

    /// <summary>A flow with the settings in place of what was not said; the same object where there is nothing to add.</summary>
    public FlowDescriptor For(FlowDescriptor flow) => _flows.Value is not { IsSet: true } defaults
        ? flow
        : flow with
        {
            GivenRetries = flow.GivenRetries ?? defaults.Retries,
            GivenRetryDelaySeconds = flow.GivenRetryDelaySeconds ?? (defaults.Delays.Count == 0 ? null : defaults.Delays[0]),
        };

    private static Of Read(ReeveSettings settings, string noun)
    {
        var retries = settings.Find($"{noun}S_DEFAULT_RETRIES", $"{noun}_DEFAULT_RETRIES");
        var delay = settings.Find($"{noun}S_DEFAULT_RETRY_DELAY_SECONDS", $"{noun}_DEFAULT_RETRY_DELAY_SECONDS");
        int? count = retries is null ? null
            : int.TryParse(retries.Value, CultureInfo.InvariantCulture, out var number) && number >= 0 ? number
            : throw Unfit(retries, "a whole number from 0");
        return new Of(count, delay is null ? [] : Seconds(delay), retries is not null || delay is not null);
    }

    // A number, numbers with commas, or a JSON list.
    private static double[] Seconds(Setting setting)
    {
        try
        {
            var text = setting.Value.Trim();
            var list = WireJson.Parse(text.StartsWith('[') ? text : $"[{text}]").EnumerateArray().Select(item => item.GetDouble()).ToArray();
            return list.All(item => item >= 0) && list.Length > 0 ? list : throw Unfit(setting, "seconds from 0, or a list of them");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw Unfit(setting, "seconds from 0, or a list of them");
        }
    }

    private static bool? Flag(ReeveSettings settings, string name) => settings.Find(name) switch
    {
        null => null,
        { Value: var text } setting => text.Trim().ToLowerInvariant() switch
        {
            "true" or "1" or "yes" or "on" or "t" or "y" => true,
            "false" or "0" or "no" or "off" or "f" or "n" => false,
            _ => throw Unfit(setting, "true or false"),
        },
    };

    private static SettingsException Unfit(Setting setting, string wanted) => new($"{setting.Name} is '{setting.Value}' ({setting.Source}); it must be {wanted}");

    private sealed record Of(int? Retries, IReadOnlyList<double> Delays, bool IsSet);
}
