namespace Reeve;

/// <summary>
/// Makes a method a task: every call of it becomes a task run, with states, logs and retries.
/// A <see cref="CancellationToken"/> parameter is filled by the engine.
/// </summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class TaskAttribute : Attribute
{
    /// <summary>The task's name; default the method's name in kebab-case.</summary>
    public string? Name { get; set; }

    /// <summary>What the task does; default the summary of the method's XML comment.</summary>
    public string? Description { get; set; }

    /// <summary>The version of the code; default a digest of the source file.</summary>
    public string? Version { get; set; }

    /// <summary>Tags of the task's runs, for filters and concurrency limits.</summary>
    public string[]? Tags { get; set; }

    /// <summary>How often a failed run is tried again; default 0.</summary>
    public int Retries { get; set; }

    /// <summary>Seconds before each retry; default 0.</summary>
    public double RetryDelaySeconds { get; set; }

    /// <summary>Seconds after which a run fails as timed out; default 0, no limit.</summary>
    public double TimeoutSeconds { get; set; }

    /// <summary>Whether <see cref="Console"/> output becomes log lines of level INFO; default as the flow has it.</summary>
    public bool LogPrints { get; set; }

    /// <summary>Whether the return value is stored as JSON under <c>$REEVE_HOME/storage</c>; default false.</summary>
    public bool PersistResult { get; set; }
}
