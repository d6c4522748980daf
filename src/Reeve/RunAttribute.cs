namespace Reeve;

/// <summary>What <see cref="FlowAttribute"/> and <see cref="TaskAttribute"/> have in common. What a call says for itself (<see cref="CallOptions"/>) wins over what stands here.</summary>
public abstract class RunAttribute : Attribute
{
    private protected RunAttribute()
    {
    }

    /// <summary>The name of the flow or task; default the method's name in kebab-case (<c>HelloWorld</c> is <c>hello-world</c>).</summary>
    public string? Name { get; set; }

    /// <summary>What it does; default the summary of the method's XML comment.</summary>
    public string? Description { get; set; }

    /// <summary>The version of the code; default a digest of the source file.</summary>
    public string? Version { get; set; }

    /// <summary>Tags of the runs, for filters and concurrency limits; default none.</summary>
    public string[]? Tags { get; set; }

    /// <summary>
    /// The name of each run, made of its arguments: <c>"fetch-{url}"</c>, <c>"load-{order.Id}-{day:yyyy-MM-dd}"</c>. Names, members and braces are
    /// checked by the compiler; <c>{{</c> is a brace. Default the task's name and a number, and for flow runs what the server makes up.
    /// </summary>
    public string? RunName { get; set; }

    /// <summary>How often a failed run is tried again; default the setting <c>REEVE_TASKS_DEFAULT_RETRIES</c> or <c>REEVE_FLOWS_DEFAULT_RETRIES</c>, else 0.</summary>
    public int Retries { get; set; }

    /// <summary>Seconds before each retry; default the setting <c>REEVE_TASKS_DEFAULT_RETRY_DELAY_SECONDS</c> or <c>REEVE_FLOWS_…</c>, else 0.</summary>
    public double RetryDelaySeconds { get; set; }

    /// <summary>
    /// Seconds after which a run fails as timed out; default 0, no limit. Its token is cancelled then. Code that does not stop within three seconds
    /// of that is left behind, and a log line says so.
    /// </summary>
    public double TimeoutSeconds { get; set; }

    /// <summary>Whether <see cref="Console"/> output becomes log lines of level INFO; default as the surrounding flow has it, else false.</summary>
    public bool LogPrints { get; set; }

    /// <summary>
    /// Whether the return value is stored; default true where an option needs it (a cache, a serializer, a storage), else as the surrounding flow has
    /// it, else the setting <c>REEVE_TASKS_DEFAULT_PERSIST_RESULT</c> or <c>REEVE_RESULTS_PERSIST_BY_DEFAULT</c>, else whatever a flow run that is run
    /// again could need: results of tasks and subflows inside a flow, up to 32 KiB of JSON readable in the state. Say false for results that are secret.
    /// </summary>
    public bool PersistResult { get; set; }

    /// <summary>How the return value is written: <c>"json"</c> or <c>"json/gzip"</c>; default as the surrounding flow has it, else the setting <c>REEVE_RESULTS_DEFAULT_SERIALIZER</c>, else <c>"json"</c>.</summary>
    public string? ResultSerializer { get; set; }

    /// <summary>
    /// Where the return value is stored: a folder (<c>"/mnt/results"</c>, <c>"./results"</c>), a block (<c>"local-file-system/shared"</c>), or
    /// <c>"server"</c> for inside the state. Default as the surrounding flow has it, else the setting <c>REEVE_RESULTS_DEFAULT_STORAGE_BLOCK</c>,
    /// else <c>$REEVE_HOME/storage</c>.
    /// </summary>
    public string? ResultStorage { get; set; }

    /// <summary>
    /// The static method to call when a run starts: <c>nameof(Note)</c>. A hook takes nothing, or the run's context (<see cref="FlowRunContext"/>,
    /// <see cref="TaskRunContext"/>), or that and the <see cref="Protocol.Runs.State"/>; it returns nothing, a Task or a ValueTask. Several are added
    /// up: <c>nameof(A) + "," + nameof(B)</c>. A hook that throws is logged and changes nothing. Default none.
    /// </summary>
    public string? OnRunning { get; set; }

    /// <summary>The hook for a run that completed; see <see cref="OnRunning"/>.</summary>
    public string? OnCompletion { get; set; }

    /// <summary>The hook for a run that failed, its retries used up; see <see cref="OnRunning"/>.</summary>
    public string? OnFailure { get; set; }

    /// <summary>The hook for a run that was cancelled; see <see cref="OnRunning"/>.</summary>
    public string? OnCancellation { get; set; }

    /// <summary>The hook for a run whose process was told to end; see <see cref="OnRunning"/>.</summary>
    public string? OnCrashed { get; set; }
}
