using Reeve.Workers.Jobs;

namespace Reeve.Workers;

/// <summary>A kind of place where runs run: processes, containers, cloud jobs. One folder each; the worker loop is the same for all.</summary>
public interface IInfrastructure
{
    /// <summary>The type of work pool it serves: "process".</summary>
    string Type { get; }

    /// <summary>How workers of this kind are called in front of their id: "ProcessWorker".</summary>
    string WorkerKind { get; }

    /// <summary>Starts a job.</summary>
    /// <exception cref="InfrastructureException">It cannot be started; the message says why.</exception>
    Task<RunningJob> StartAsync(Job job, RunLog log, CancellationToken ct);
}

/// <summary>A job that was started.</summary>
public abstract class RunningJob : IAsyncDisposable
{
    /// <summary>Where it is, as stored on the run: "host:pid" for a process.</summary>
    public abstract string Identifier { get; }

    /// <summary>How the job's end is called in logs: "Process 4711".</summary>
    public abstract string DisplayName { get; }

    /// <summary>Ends when the job has ended and nothing of it is left.</summary>
    public abstract Task<JobExit> Exit { get; }

    /// <summary>Stops the job: asks, waits for the grace time, then forces. Returns when nothing of it is left.</summary>
    /// <param name="grace">How long it may take to end by itself.</param>
    /// <param name="hurry">Cuts the grace time short.</param>
    public abstract Task<JobExit> StopAsync(TimeSpan grace, CancellationToken hurry);

    public abstract ValueTask DisposeAsync();
}

/// <summary>How a job ended.</summary>
/// <param name="Status">The exit status; 0 is good.</param>
/// <param name="Evidence">More, for people: "killed by SIGKILL"; null when the status says it all.</param>
public sealed record JobExit(int Status, string? Evidence)
{
    public override string ToString() => Evidence is null ? $"status {Status}" : $"status {Status} ({Evidence})";
}

/// <summary>A job that could not be started.</summary>
public sealed class InfrastructureException(string message, Exception? inner = null) : Exception(message, inner);
