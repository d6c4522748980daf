using Reeve.Protocol.Runs;

namespace Reeve.Workers.Jobs;

/// <summary>A run with everything that its infrastructure has to know, all placeholders filled in.</summary>
public sealed record Job
{
    public required FlowRun FlowRun { get; init; }

    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>Added to the worker's own environment; null removes a name.</summary>
    public required IReadOnlyDictionary<string, string?> Environment { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public string? Name { get; init; }

    /// <summary>Null: a temporary folder of the run's own.</summary>
    public string? WorkingDirectory { get; init; }

    public bool StreamOutput { get; init; } = true;
}

/// <summary>A job that cannot be made from its template and variables.</summary>
public sealed class JobException(string message) : Exception(message);
