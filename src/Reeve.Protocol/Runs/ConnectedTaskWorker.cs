namespace Reeve.Protocol.Runs;

/// <summary>A worker that is connected for background task runs.</summary>
/// <param name="Identifier">What it calls itself.</param>
/// <param name="TaskKeys">The tasks that it runs.</param>
/// <param name="Timestamp">When it was last seen.</param>
public sealed record ConnectedTaskWorker(string Identifier, IReadOnlyList<string> TaskKeys, DateTimeOffset Timestamp);

/// <summary>The body of <c>POST /task_workers/filter</c>.</summary>
/// <param name="TaskWorkerFilter">Null means all.</param>
public sealed record TaskWorkerQuery(TaskWorkerKeys? TaskWorkerFilter);

/// <summary>Workers of any of these tasks.</summary>
/// <param name="TaskKeys">The tasks' keys.</param>
public sealed record TaskWorkerKeys(IReadOnlyList<string> TaskKeys);
