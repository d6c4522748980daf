using Reeve.Client;

namespace Reeve.Workers;

/// <summary>What a worker is asked to do.</summary>
public sealed record WorkerOptions
{
    public required string PoolName { get; init; }

    /// <summary>How the worker is called in logs, leases and the list of workers.</summary>
    public required string Name { get; init; }

    /// <summary>How many runs it works on at once; null: no limit.</summary>
    public int? Limit { get; init; }

    /// <summary>What it calls itself in front of its name: "Worker", "Agent".</summary>
    public string Called { get; init; } = "Worker";

    /// <summary>Said when it has started: where it looks for work; null: nothing.</summary>
    public string? StartNote { get; init; }

    /// <summary>Only these queues; empty: all.</summary>
    public IReadOnlyList<string> WorkQueues { get; init; } = [];

    /// <summary>Finds the queues anew before each claim, in place of <see cref="WorkQueues"/>; none: there is nothing to claim now.</summary>
    public Func<OrchestrationClient, CancellationToken, Task<IReadOnlyList<string>>>? FindQueues { get; init; }

    /// <summary>Runs are taken so long before they are due, so that their process is up in time.</summary>
    public double PrefetchSeconds { get; init; } = 10;

    /// <summary>Takes what is due, waits for its end and returns.</summary>
    public bool RunOnce { get; init; }

    /// <summary>The command that runs a flow run where the job names none; the run's id is added.</summary>
    public required IReadOnlyList<string> ExecuteCommand { get; init; }

    /// <summary>What every run's process gets in its environment beside the worker's own: address and credentials of the API.</summary>
    public IReadOnlyDictionary<string, string?> RunEnvironment { get; init; } = new Dictionary<string, string?>();

    /// <summary>The home of the runs' processes, where they leave states that they could not tell before their end; null: another machine's.</summary>
    public string? Home { get; init; }

    /// <summary>Between SIGTERM and SIGKILL when a run is cancelled.</summary>
    public TimeSpan CancelGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Between SIGTERM and SIGKILL when the worker itself ends.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(3);

    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often all leases are renewed; their answer also tells of cancellations.</summary>
    public TimeSpan RenewInterval { get; init; } = TimeSpan.FromSeconds(3);

    public int LeaseSeconds { get; init; } = 60;

    /// <summary>How long one request for work waits for some.</summary>
    public int ClaimWaitSeconds { get; init; } = 20;
}
