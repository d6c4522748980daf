using Reeve.Protocol.Runs;

namespace Reeve.Client;

public sealed partial class OrchestrationClient
{
    /// <summary>The history of a task run, oldest first.</summary>
    public Task<List<State>> GetTaskRunStatesAsync(Guid id, CancellationToken ct) =>
        Connection.SendAsync<List<State>>(HttpMethod.Get, $"task_run_states/?task_run_id={id}", null, ct);

    /// <summary>The workers that are connected for background runs of any of these tasks.</summary>
    public Task<List<ConnectedTaskWorker>> FindTaskWorkersAsync(IReadOnlyCollection<string> taskKeys, CancellationToken ct) =>
        Connection.SendAsync<List<ConnectedTaskWorker>>(HttpMethod.Post, "task_workers/filter", new TaskWorkerQuery(new TaskWorkerKeys([.. taskKeys])), ct);
}
