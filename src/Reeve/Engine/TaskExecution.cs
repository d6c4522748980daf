using Reeve.Client;
using Reeve.Protocol.Runs;

namespace Reeve.Engine;

/// <summary>Runs one task run. The run is made by its first proposal, which may find that the key is known: then it is that run.</summary>
internal sealed class TaskExecution(EngineSession session, FlowRunContext? flow, TaskDescriptor task, TaskRunCreate run, RunLogger logger, RunStop stop, CallScope? scope,
    object?[] arguments)
    : RunExecution(session, task, logger, stop)
{
    private readonly OrchestrationClient _client = flow?.Client ?? session.Client;
    private readonly RunLogger _logger = logger;
    private Guid _id = run.Id!.Value;
    private string _name = run.Name!;
    private readonly CacheEntry? _cache = task.IsCached ? CacheEntry.Of(session, flow, task, run, arguments, logger) : null;
    private TaskRunContext? _context;
    private bool _isMade;

    /// <summary>True for a run that exists: it is not made by the first proposal.</summary>
    public bool IsGiven
    {
        init => _isMade = value;
    }

    protected override string Noun => "Task run";

    protected override Guid Id => _id;

    protected override async Task<OrchestrationResult> SetStateAsync(StateCreate state, CancellationToken ct)
    {
        state = state with { StateDetails = state.StateDetails! with { TaskRunId = _id, FlowRunId = run.FlowRunId } };
        var proposal = _isMade ? new TaskRunProposal { TaskRunId = _id, State = state } : new TaskRunProposal { TaskRun = run, State = state };
        var result = await _client.TaskRunProposals.ProposeAsync(proposal, ct);
        if (result.Fault is { } fault)
            throw new ApiException($"{fault.Detail} (a proposal for task run '{_name}' was answered {fault.StatusCode})", (System.Net.HttpStatusCode)fault.StatusCode);
        if (!_isMade)
            Made(result);
        return new OrchestrationResult { State = result.State, Status = result.Status!.Value, Details = result.Details! };
    }

    private void Made(TaskRunProposalResult result)
    {
        _isMade = true;
        if (result.TaskRunId is { } id && id != _id)
            _logger.Rename(_id = id, _name = result.Name ?? _name);
        scope?.Created?.Invoke(_id, _name);
        flow?.Logger.Info($"Created task run '{_name}' for task '{task.Name}'");
    }

    protected override object Context => _context ??= ContextOf(attempt: 1, CancellationToken.None);

    protected override void Enter(int attempt, CancellationToken ct) => TaskRunContext.Current = _context = ContextOf(attempt, ct);

    private TaskRunContext ContextOf(int attempt, CancellationToken ct) => new(_id, _name, _logger)
    {
        Attempt = attempt,
        TaskName = task.Name,
        TaskVersion = task.Version,
        Tags = task.Tags,
        FlowRunId = run.FlowRunId,
        CancellationToken = ct,
    };

    protected override void EnterHook() => TaskRunContext.Current = (TaskRunContext)Context;

    protected override StateDetails? DetailsOf(StateType state) => _cache?.DetailsOf(state);

    protected override bool IsWorthRetry(Exception error, int attempt) => task.RetryIf is not { } condition || condition(error, attempt);

    protected override string FailureMessage(Exception exception) => $"Task run encountered an exception {Brief(exception)}";
}
