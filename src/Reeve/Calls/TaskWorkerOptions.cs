namespace Reeve;

/// <summary>How a task worker works.</summary>
public sealed record TaskWorkerOptions
{
    /// <summary>How many tasks run at once; default 10.</summary>
    public int Concurrency { get; init; } = 10;

    /// <summary>What the worker is called, for people and for the other workers; default host, process and a random part. Must be unique.</summary>
    public string? Name { get; init; }

    /// <summary>How long running tasks may go on after the worker was asked to stop, before they are stopped; default 30 seconds.</summary>
    public TimeSpan StopPatience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a worker must be missing before another one of the same task calls its runs crashed; default 60 seconds, so that a lost connection
    /// is not taken for a death. A run with retries left is then queued again.
    /// </summary>
    public TimeSpan GoneAfter { get; init; } = TimeSpan.FromSeconds(60);
}
