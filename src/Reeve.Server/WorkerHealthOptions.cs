namespace Reeve.Server;

/// <summary>From when on a worker counts as gone, and pools, queues and deployments as not ready.</summary>
public sealed record WorkerHealthOptions
{
    /// <summary>Whether this server tells of changes by events. What the API answers does not depend on it.</summary>
    public bool TellsChanges { get; init; } = true;

    /// <summary>The pause between two looks; news of workers and pauses do not wait for it.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A worker is online until so many of its heartbeats are missing.</summary>
    public int MissedHeartbeats { get; init; } = 3;

    /// <summary>The time between the heartbeats of a worker that does not say its own.</summary>
    public TimeSpan UsualHeartbeat { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A queue is ready for so long after somebody asked it for runs.</summary>
    public TimeSpan QueueReady { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A deployment is ready for so long after somebody asked for its runs.</summary>
    public TimeSpan DeploymentReady { get; init; } = TimeSpan.FromSeconds(60);
}
