using Reeve.Diagnostics;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Leases;
using Reeve.Protocol.Runs;
using Reeve.Protocol.WorkPools;

namespace Reeve.Client;

using Deployment = Protocol.Deployments.Deployment; // Reeve.Deployment is the author's

public sealed partial class OrchestrationClient
{
    /// <summary>Makes a deployment, or replaces the one of its flow and name.</summary>
    public Task<Deployment> CreateDeploymentAsync(DeploymentCreate deployment, CancellationToken ct) =>
        Connection.SendAsync<Deployment>(HttpMethod.Post, "deployments/", deployment, ct);

    /// <summary>Finds a deployment; null when there is none.</summary>
    public Task<Deployment?> FindDeploymentAsync(Guid id, CancellationToken ct) => Connection.FindAsync<Deployment>($"deployments/{id}", ct);

    /// <summary>Finds a deployment by its flow's name and its own; null when there is none.</summary>
    public Task<Deployment?> FindDeploymentAsync(string flow, string name, CancellationToken ct) =>
        Connection.FindAsync<Deployment>($"deployments/name/{Uri.EscapeDataString(flow)}/{Uri.EscapeDataString(name)}", ct);

    /// <summary>Finds deployments.</summary>
    public Task<List<Deployment>> FindDeploymentsAsync(Query query, CancellationToken ct) =>
        Connection.SendAsync<List<Deployment>>(HttpMethod.Post, "deployments/filter", query, ct);

    /// <summary>Changes a deployment.</summary>
    public Task UpdateDeploymentAsync(Guid id, DeploymentUpdate update, CancellationToken ct) =>
        Connection.SendAsync(HttpMethod.Patch, $"deployments/{id}", update, ct);

    /// <summary>Deletes a deployment with its schedules and scheduled runs.</summary>
    public Task DeleteDeploymentAsync(Guid id, CancellationToken ct) => Connection.SendAsync(HttpMethod.Delete, $"deployments/{id}", null, ct);

    /// <summary>Makes a run of a deployment.</summary>
    public Task<FlowRun> CreateFlowRunAsync(Guid deploymentId, DeploymentFlowRunCreate run, CancellationToken ct) =>
        Connection.SendAsync<FlowRun>(HttpMethod.Post, $"deployments/{deploymentId}/create_flow_run", run with { Labels = TraceLabels.With(run.Labels) }, ct);

    /// <summary>Makes a work pool.</summary>
    public Task<WorkPool> CreateWorkPoolAsync(WorkPoolCreate pool, CancellationToken ct) => Connection.SendAsync<WorkPool>(HttpMethod.Post, "work_pools/", pool, ct);

    /// <summary>Finds a work pool; null when there is none.</summary>
    public Task<WorkPool?> FindWorkPoolAsync(string name, CancellationToken ct) => Connection.FindAsync<WorkPool>($"work_pools/{Uri.EscapeDataString(name)}", ct);

    /// <summary>Finds work pools.</summary>
    public Task<List<WorkPool>> FindWorkPoolsAsync(Query query, CancellationToken ct) =>
        Connection.SendAsync<List<WorkPool>>(HttpMethod.Post, "work_pools/filter", query, ct);

    /// <summary>Changes a work pool.</summary>
    public Task UpdateWorkPoolAsync(string name, WorkPoolUpdate update, CancellationToken ct) =>
        Connection.SendAsync(HttpMethod.Patch, $"work_pools/{Uri.EscapeDataString(name)}", update, ct);

    /// <summary>Deletes a work pool with its queues.</summary>
    public Task DeleteWorkPoolAsync(string name, CancellationToken ct) => Connection.SendAsync(HttpMethod.Delete, $"work_pools/{Uri.EscapeDataString(name)}", null, ct);

    /// <summary>The queues of a pool.</summary>
    public Task<List<WorkQueue>> FindWorkQueuesAsync(string pool, Query query, CancellationToken ct) =>
        Connection.SendAsync<List<WorkQueue>>(HttpMethod.Post, $"work_pools/{Uri.EscapeDataString(pool)}/queues/filter", query, ct);

    /// <summary>The workers of a pool.</summary>
    public Task<List<Worker>> FindWorkersAsync(string pool, Query query, CancellationToken ct) =>
        Connection.SendAsync<List<Worker>>(HttpMethod.Post, $"work_pools/{Uri.EscapeDataString(pool)}/workers/filter", query, ct);

    /// <summary>Says that a worker lives.</summary>
    public Task SendWorkerHeartbeatAsync(string pool, WorkerHeartbeat heartbeat, CancellationToken ct) =>
        Connection.SendAsync(HttpMethod.Post, $"work_pools/{Uri.EscapeDataString(pool)}/workers/heartbeat", heartbeat, ct);

    /// <summary>Takes due runs of a pool, each with a lease. Waits up to <paramref name="waitSeconds"/> for the first one.</summary>
    public Task<List<ClaimedFlowRun>> ClaimFlowRunsAsync(string pool, Claim claim, int waitSeconds, CancellationToken ct) =>
        Connection.SendAsync<List<ClaimedFlowRun>>(HttpMethod.Post, $"work_pools/{Uri.EscapeDataString(pool)}/claim", claim, $"wait={waitSeconds}", ct);
}
