using System.Text.Json;
using Reeve.Diagnostics;
using Reeve.Protocol;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Leases;
using Reeve.Protocol.Logs;
using Reeve.Protocol.Runs;

namespace Reeve.Client;

using Flow = Protocol.Runs.Flow; // Reeve.Flow is the author's

/// <summary>The API, one method for each operation. Split by noun over several files. Every method throws <see cref="ApiException"/> when the API answers with an error or not at all.</summary>
public sealed partial class OrchestrationClient(ApiConnection connection)
{
    private ProposalBatch? _taskRunProposals;
    private OrchestrationClient? _brief;

    /// <summary>The connection that the client sends by.</summary>
    public ApiConnection Connection { get; } = connection;

    /// <summary>Gathers proposals of task runs into few requests.</summary>
    internal ProposalBatch TaskRunProposals => LazyInitializer.EnsureInitialized(ref _taskRunProposals, () => new ProposalBatch(Brief));

    /// <summary>After how long without an answer a proposal is given up, to be told later; null: as long as everything else.</summary>
    internal TimeSpan? AwayAfter { get; init; }

    /// <summary>The same client, that gives up after <see cref="AwayAfter"/>.</summary>
    internal OrchestrationClient Brief => AwayAfter is { } limit && limit < Connection.Retry.Patience
        ? LazyInitializer.EnsureInitialized(ref _brief, () => new OrchestrationClient(Connection.With(Connection.Retry with { Patience = limit })))
        : this;

    /// <summary>True when the server answers that it is well.</summary>
    public Task<bool> IsHealthyAsync(CancellationToken ct) => Connection.SendAsync<bool>(HttpMethod.Get, "health", null, ct);

    /// <summary>The server's version.</summary>
    public Task<string> GetVersionAsync(CancellationToken ct) => Connection.SendAsync<string>(HttpMethod.Get, "admin/version", null, ct);

    /// <summary>Makes the flow of a name, or finds it.</summary>
    public Task<Flow> CreateFlowAsync(FlowCreate flow, CancellationToken ct) => Connection.SendAsync<Flow>(HttpMethod.Post, "flows/", flow, ct);

    /// <summary>Finds a flow; null when there is none.</summary>
    public Task<Flow?> FindFlowAsync(Guid id, CancellationToken ct) => Connection.FindAsync<Flow>($"flows/{id}", ct);

    /// <summary>Finds flows.</summary>
    public Task<List<Flow>> FindFlowsAsync(Query query, CancellationToken ct) => Connection.SendAsync<List<Flow>>(HttpMethod.Post, "flows/filter", query, ct);

    /// <summary>Makes a flow run, or finds the one with its idempotency key.</summary>
    public Task<FlowRun> CreateFlowRunAsync(FlowRunCreate run, CancellationToken ct) => Connection.SendAsync<FlowRun>(HttpMethod.Post, "flow_runs/", run with { Labels = TraceLabels.With(run.Labels) }, ct);

    /// <summary>Finds a flow run; null when there is none.</summary>
    public Task<FlowRun?> FindFlowRunAsync(Guid id, CancellationToken ct) => Connection.FindAsync<FlowRun>($"flow_runs/{id}", ct);

    /// <summary>Finds flow runs.</summary>
    public Task<List<FlowRun>> FindFlowRunsAsync(Query query, CancellationToken ct) => Connection.SendAsync<List<FlowRun>>(HttpMethod.Post, "flow_runs/filter", query, ct);

    /// <summary>Changes a flow run.</summary>
    public Task UpdateFlowRunAsync(Guid id, FlowRunUpdate update, CancellationToken ct) => Connection.SendAsync(HttpMethod.Patch, $"flow_runs/{id}", update, ct);

    /// <summary>Deletes a flow run with its history and logs.</summary>
    public Task DeleteFlowRunAsync(Guid id, CancellationToken ct) => Connection.SendAsync(HttpMethod.Delete, $"flow_runs/{id}", null, ct);

    /// <summary>Proposes a state for a flow run. Give the state a transition id to make the proposal safe to repeat.</summary>
    public Task<OrchestrationResult> SetFlowRunStateAsync(Guid id, StateCreate state, bool force, CancellationToken ct) =>
        Connection.SendAsync<OrchestrationResult>(HttpMethod.Post, $"flow_runs/{id}/set_state", new SetState(state, force), ct);

    /// <summary>As above, also for a state that was entered earlier.</summary>
    internal Task<OrchestrationResult> SetFlowRunStateAsync(Guid id, SetState proposal, CancellationToken ct) =>
        Connection.SendAsync<OrchestrationResult>(HttpMethod.Post, $"flow_runs/{id}/set_state", proposal, ct);

    /// <summary>Lets a paused flow run go on.</summary>
    public Task<OrchestrationResult> ResumeFlowRunAsync(Guid id, FlowRunResume request, CancellationToken ct) =>
        Connection.SendAsync<OrchestrationResult>(HttpMethod.Post, $"flow_runs/{id}/resume", request, ct);

    /// <summary>The history of a flow run, oldest first.</summary>
    public Task<List<State>> GetFlowRunStatesAsync(Guid id, CancellationToken ct) =>
        Connection.SendAsync<List<State>>(HttpMethod.Get, $"flow_run_states/?flow_run_id={id}", null, ct);

    /// <summary>Adds labels to a flow run.</summary>
    public Task AddFlowRunLabelsAsync(Guid id, JsonElement labels, CancellationToken ct) => Connection.SendAsync(HttpMethod.Patch, $"flow_runs/{id}/labels", labels, ct);

    /// <summary>Makes a task run, or finds the one with its dynamic key.</summary>
    public Task<TaskRun> CreateTaskRunAsync(TaskRunCreate run, CancellationToken ct) => Connection.SendAsync<TaskRun>(HttpMethod.Post, "task_runs/", run, ct);

    /// <summary>Finds a task run; null when there is none.</summary>
    public Task<TaskRun?> FindTaskRunAsync(Guid id, CancellationToken ct) => Connection.FindAsync<TaskRun>($"task_runs/{id}", ct);

    /// <summary>Finds task runs.</summary>
    public Task<List<TaskRun>> FindTaskRunsAsync(Query query, CancellationToken ct) => Connection.SendAsync<List<TaskRun>>(HttpMethod.Post, "task_runs/filter", query, ct);

    /// <summary>Proposes a state for a task run.</summary>
    public Task<OrchestrationResult> SetTaskRunStateAsync(Guid id, StateCreate state, bool force, CancellationToken ct) =>
        Connection.SendAsync<OrchestrationResult>(HttpMethod.Post, $"task_runs/{id}/set_state", new SetState(state, force), ct);

    /// <summary>Proposes states of task runs, up to <see cref="TaskRunProposals.Most"/> in one request. Servers of the Prefect line answer 404 or 405.</summary>
    public Task<TaskRunProposalsResult> ProposeTaskRunStatesAsync(TaskRunProposals proposals, CancellationToken ct) =>
        Connection.SendAsync<TaskRunProposalsResult>(HttpMethod.Post, "task_runs/bulk_set_state", proposals, ct);

    /// <summary>Stores log lines, at most 1,000 in one call.</summary>
    public Task CreateLogsAsync(List<LogCreate> logs, CancellationToken ct) => Connection.SendAsync(HttpMethod.Post, "logs/", logs, ct);

    /// <summary>Finds log lines.</summary>
    public Task<List<Log>> FindLogsAsync(Query query, CancellationToken ct) => Connection.SendAsync<List<Log>>(HttpMethod.Post, "logs/filter", query, ct);

    /// <summary>Takes the lease of a run that was started by hand.</summary>
    public Task<Lease> AcquireLeaseAsync(Guid flowRunId, LeaseAcquire request, CancellationToken ct) =>
        Connection.SendAsync<Lease>(HttpMethod.Post, $"flow_runs/{flowRunId}/lease", request, ct);

    /// <summary>Keeps leases alive; the answer names runs that are to be stopped and leases that are lost.</summary>
    public Task<LeaseRenewalResult> RenewLeasesAsync(LeaseRenewal renewal, CancellationToken ct) =>
        Connection.SendAsync<LeaseRenewalResult>(HttpMethod.Post, "flow_runs/leases/renew", renewal, ct);
}
