namespace Reeve;

/// <summary>How deployments are served.</summary>
public sealed record ServeOptions
{
    /// <summary>At most so many runs at once in this process; default no limit. Others wait on the server and may be taken by another process that serves the same deployments.</summary>
    public int? Limit { get; init; }

    /// <summary>How long the server is asked to wait for a due run, which it tells of at once; a server that cannot wait is asked that often. Default 2 seconds. Runs that are due before the next question are fetched ahead and start on time.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Whether the schedules rest when the serving ends in order, so that no runs pile up that nobody would run; default true. They do not rest
    /// while another process goes on serving the deployment, and the next serving wakes only what a serving has put to rest: what a person
    /// paused stays paused. A process that is killed leaves the schedules as they are; the runs that came due meanwhile run late, at the next start.
    /// </summary>
    public bool PauseOnStop { get; init; } = true;
}
