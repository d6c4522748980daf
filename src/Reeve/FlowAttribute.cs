namespace Reeve;

/// <summary>
/// Makes a method a flow: every call of it becomes a flow run, with states, logs and retries, and it can be deployed and run by a worker.
/// Called inside another flow it is a subflow. A <see cref="CancellationToken"/> parameter is filled by the engine.
/// </summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class FlowAttribute : Attribute
{
    /// <summary>The flow's name; default the method's name in kebab-case (<c>HelloWorld</c> is <c>hello-world</c>).</summary>
    public string? Name { get; set; }

    /// <summary>What the flow does; default the summary of the method's XML comment.</summary>
    public string? Description { get; set; }

    /// <summary>The version of the code; default a digest of the source file.</summary>
    public string? Version { get; set; }

    /// <summary>How often a failed run is tried again; default 0.</summary>
    public int Retries { get; set; }

    /// <summary>Seconds before each retry; default 0.</summary>
    public double RetryDelaySeconds { get; set; }

    /// <summary>Seconds after which a run fails as timed out; default 0, no limit.</summary>
    public double TimeoutSeconds { get; set; }

    /// <summary>Whether <see cref="Console"/> output becomes log lines of level INFO; default false.</summary>
    public bool LogPrints { get; set; }

    /// <summary>Whether the return value is stored as JSON under <c>$REEVE_HOME/storage</c>; default false.</summary>
    public bool PersistResult { get; set; }
}
