using Reeve.Protocol.Deployments;
using Reeve.Protocol.Filters;
using Reeve.Protocol.WorkPools;

namespace Reeve.Client;

public sealed partial class OrchestrationClient
{
    /// <summary>Makes a work queue in a pool.</summary>
    public Task<WorkQueue> CreateWorkQueueAsync(string pool, WorkQueueCreate queue, CancellationToken ct) =>
        Connection.SendAsync<WorkQueue>(HttpMethod.Post, $"work_pools/{Uri.EscapeDataString(pool)}/queues/", queue, ct);

    /// <summary>Finds a work queue; null when there is none.</summary>
    public Task<WorkQueue?> FindWorkQueueAsync(Guid id, CancellationToken ct) => Connection.FindAsync<WorkQueue>($"work_queues/{id}", ct);

    /// <summary>Finds a work queue of a pool by its name; null when there is none.</summary>
    public Task<WorkQueue?> FindWorkQueueAsync(string pool, string name, CancellationToken ct) =>
        Connection.FindAsync<WorkQueue>($"work_pools/{Uri.EscapeDataString(pool)}/queues/{Uri.EscapeDataString(name)}", ct);

    /// <summary>Work queues of all pools.</summary>
    public Task<List<WorkQueue>> FindWorkQueuesAsync(Query query, CancellationToken ct) => Connection.SendAsync<List<WorkQueue>>(HttpMethod.Post, "work_queues/filter", query, ct);

    /// <summary>Changes a work queue.</summary>
    public Task UpdateWorkQueueAsync(Guid id, WorkQueueUpdate update, CancellationToken ct) => Connection.SendAsync(HttpMethod.Patch, $"work_queues/{id}", update, ct);

    /// <summary>Deletes a work queue.</summary>
    public Task DeleteWorkQueueAsync(Guid id, CancellationToken ct) => Connection.SendAsync(HttpMethod.Delete, $"work_queues/{id}", null, ct);

    /// <summary>Whether a work queue is well.</summary>
    public Task<WorkQueueStatusDetail> GetWorkQueueStatusAsync(Guid id, CancellationToken ct) =>
        Connection.SendAsync<WorkQueueStatusDetail>(HttpMethod.Get, $"work_queues/{id}/status", null, ct);

    /// <summary>What is used of a work pool's limit, and by which runs.</summary>
    public Task<WorkPoolConcurrencyStatus> GetWorkPoolSlotsAsync(string pool, ConcurrencyStatusRequest page, CancellationToken ct) =>
        Connection.SendAsync<WorkPoolConcurrencyStatus>(HttpMethod.Post, $"work_pools/{Uri.EscapeDataString(pool)}/concurrency_status", page, ct);

    /// <summary>What is used of a work queue's limit, and by which runs.</summary>
    public Task<WorkQueueConcurrencyStatus> GetWorkQueueSlotsAsync(Guid id, ConcurrencyStatusRequest page, CancellationToken ct) =>
        Connection.SendAsync<WorkQueueConcurrencyStatus>(HttpMethod.Post, $"work_queues/{id}/concurrency_status", page, ct);

    /// <summary>Adds schedules to a deployment.</summary>
    public Task<List<DeploymentSchedule>> AddSchedulesAsync(Guid deployment, List<DeploymentScheduleCreate> schedules, CancellationToken ct) =>
        Connection.SendAsync<List<DeploymentSchedule>>(HttpMethod.Post, $"deployments/{deployment}/schedules", schedules, ct);

    /// <summary>Changes a schedule of a deployment.</summary>
    public Task UpdateScheduleAsync(Guid deployment, Guid schedule, DeploymentScheduleUpdate update, CancellationToken ct) =>
        Connection.SendAsync(HttpMethod.Patch, $"deployments/{deployment}/schedules/{schedule}", update, ct);

    /// <summary>Deletes a schedule of a deployment and the runs it made ahead.</summary>
    public Task DeleteScheduleAsync(Guid deployment, Guid schedule, CancellationToken ct) =>
        Connection.SendAsync(HttpMethod.Delete, $"deployments/{deployment}/schedules/{schedule}", null, ct);
}
