using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Runs;

namespace Reeve;

public sealed partial class FlowRunContext
{
    private Task<string?>? _deploymentName;
    private readonly List<string> _heard = [];
    private Task<Guid?>? _parentFlowRunId;

    /// <summary>The current flow run, for code that needs one.</summary>
    /// <exception cref="InvalidOperationException">This code runs in no flow.</exception>
    public static FlowRunContext Required =>
        Current ?? throw new InvalidOperationException("There is no flow run here. FlowRunContext.Required works inside methods marked [Flow] and what they call.");

    /// <summary>The version of the flow's code; null when it has none.</summary>
    public string? FlowVersion => Flow.Version ?? Run?.FlowVersion;

    /// <summary>The parameters that the run was made with, as a JSON object.</summary>
    public JsonElement Parameters => Run?.Parameters ?? WireJson.EmptyObject;

    /// <summary>The run's tags.</summary>
    public IReadOnlyList<string> Tags => Run?.Tags ?? [];

    /// <summary>The deployment that the run is of; null for a run that was started by hand.</summary>
    public Guid? DeploymentId => Run?.DeploymentId;

    /// <summary>The work pool that the run was handed out by; null for a run that was started by hand.</summary>
    public string? WorkPoolName => Run?.WorkPoolName;

    /// <summary>The work queue that the run was handed out by; null for a run that was started by hand.</summary>
    public string? WorkQueueName => Run?.WorkQueueName;

    /// <summary>When the run should have started; the moment it was made when nothing was said.</summary>
    public DateTimeOffset ScheduledStartTime => Run?.NextScheduledStartTime ?? Run?.ExpectedStartTime ?? Run?.Created ?? Session.Time.GetUtcNow();

    /// <summary>How often the run was started, this time included; 2 in the first retry, and it counts on when another process takes the run up again.</summary>
    public int RunCount
    {
        get
        {
            lock (_gate)
                return (Run?.RunCount ?? 0) + Math.Max(1, _attempt);
        }
    }

    /// <summary>What the deployment or the run says for its infrastructure, as a JSON object.</summary>
    public JsonElement JobVariables => Run?.JobVariables ?? WireJson.EmptyObject;

    /// <summary>The run's address in the API.</summary>
    public Uri ApiUrl => new($"{Client.Connection.ApiUrl.ToString().TrimEnd('/')}/flow_runs/{Id}");

    /// <summary>The run's page in the console: under <c>REEVE_UI_URL</c>, else beside the API.</summary>
    public Uri UiUrl => new($"{Session.UiUrl}/runs/flow-run/{Id}");

    /// <summary>The run as it was when this process took it up.</summary>
    internal FlowRun? Run { get; init; }

    /// <summary>The flow run that called this one, when it did so in this process.</summary>
    internal FlowRunContext? Parent { get; init; }

    /// <summary>The name of the deployment that the run is of; null for a run that was started by hand. Asked for once.</summary>
    /// <exception cref="Reeve.Client.ApiException">The API does not answer.</exception>
    public Task<string?> GetDeploymentNameAsync(CancellationToken ct = default)
    {
        lock (_gate)
            return (_deploymentName = Kept(_deploymentName) ?? FindDeploymentNameAsync()).WaitAsync(ct);
    }

    /// <summary>The flow run that this one is a subflow of; null when it is none. Asked for once.</summary>
    /// <exception cref="Reeve.Client.ApiException">The API does not answer.</exception>
    public Task<Guid?> GetParentFlowRunIdAsync(CancellationToken ct = default)
    {
        lock (_gate)
            return (_parentFlowRunId = Kept(_parentFlowRunId) ?? FindParentAsync(Run?.ParentTaskRunId)).WaitAsync(ct);
    }

    /// <summary>The outermost flow run; this one when it is no subflow.</summary>
    /// <exception cref="Reeve.Client.ApiException">The API does not answer.</exception>
    public async Task<Guid> GetRootFlowRunIdAsync(CancellationToken ct = default)
    {
        if (Parent is not null)
            return await Parent.GetRootFlowRunIdAsync(ct);
        var root = Id;
        var parent = await GetParentFlowRunIdAsync(ct);
        while (parent is { } above)
        {
            root = above;
            parent = await FindParentAsync((await Client.FindFlowRunAsync(above, ct))?.ParentTaskRunId);
        }

        return root;
    }

    /// <summary>The number of a pause within this attempt: a run that is started again meets its pauses in the same order.</summary>
    internal int NextPause()
    {
        lock (_gate)
            return ++_pauses;
    }

    /// <summary>The transactions that the run has open.</summary>
    internal OpenTransactions Transactions { get; } = new();

    /// <summary>True once the run was suspended: nothing more is reported for it, whatever its code does.</summary>
    internal bool IsSuspended { get; set; }

    /// <summary>Takes an input; false when another receiver of this run was faster.</summary>
    internal bool Hear(string key)
    {
        lock (_gate)
        {
            if (_heard.Contains(key))
                return false;
            _heard.Add(key);
            return true;
        }
    }

    internal IReadOnlyList<string> Heard()
    {
        lock (_gate)
            return [.. _heard];
    }

    private async Task<string?> FindDeploymentNameAsync() =>
        DeploymentId is { } id ? (await Client.FindDeploymentAsync(id, CancellationToken.None))?.Name : null;

    private async Task<Guid?> FindParentAsync(Guid? standIn) => standIn is not { } id ? null
        : Parent is { } parent && id == Run?.ParentTaskRunId ? parent.Id
        : (await Client.FindTaskRunAsync(id, CancellationToken.None))?.FlowRunId;

    // A question that failed is asked anew.
    private static Task<T>? Kept<T>(Task<T>? asked) => asked is { IsFaulted: true } or { IsCanceled: true } ? null : asked;
}
