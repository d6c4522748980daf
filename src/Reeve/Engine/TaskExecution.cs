using Reeve.Client;
using Reeve.Protocol.Runs;

namespace Reeve.Engine;

/// <summary>Runs one task run. The run is made by its first proposal, which may find that the key is known: then it is that run.</summary>
internal sealed class TaskExecution(EngineSession session, FlowRunContext? flow, TaskDescriptor task, TaskRunCreate run, CallIdentity call, RunLogger logger, RunStop stop, CallScope? scope,
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
    private bool _isForced;
    private State? _held;

    /// <summary>True for a run that exists: it is not made by the first proposal.</summary>
    public bool IsGiven
    {
        init => _isMade = value;
    }

    protected override string Noun => "Task run";

    /// <summary>The run's id; it is known for certain once the run was made.</summary>
    public Guid TaskRunId => _id;

    protected override Guid Id => _id;

    protected override bool MayBeRunAgain => flow is not null;

    protected override async Task<OrchestrationResult> SetStateAsync(StateCreate state, CancellationToken ct)
    {
        state = state with { StateDetails = state.StateDetails! with { TaskRunId = _id, FlowRunId = run.FlowRunId } };
        var proposal = _isMade ? new TaskRunProposal { TaskRunId = _id, State = state, Force = _isForced } : new TaskRunProposal { TaskRun = run, State = state };
        var result = await Session.States.ProposeAsync(_client, proposal, NeedsAnswer(state), ct);
        if (result.Fault is { } fault)
            throw new ApiException($"{fault.Detail} (a proposal for task run '{_name}' was answered {fault.StatusCode})", (System.Net.HttpStatusCode)fault.StatusCode);
        if (!_isMade)
            Made(result);
        _held = result.State;
        return new OrchestrationResult { State = result.State, Status = result.Status!.Value, Details = result.Details! };
    }

    // The rules have a say in a start under a limit or a cache, and in a failure that may be tried again; and only the API knows what an earlier process has done.
    private bool NeedsAnswer(StateCreate state) => state.Type switch
    {
        StateType.Running => _isMade || run.Tags is { Count: > 0 } || _cache is not null || flow is { MayHaveRunBefore: true },
        StateType.Failed => state.StateDetails?.Retriable != false && (_context?.Attempt ?? 1) <= task.Retries,
        StateType.Completed or StateType.Cancelled or StateType.Crashed => false,
        _ => true,
    };

    protected override async Task BeginAgainAsync(State over)
    {
        if (over.Name == "Cached")
            await base.BeginAgainAsync(over);
        _logger.Warning("Task run is Completed already, but its result cannot be read any more, so it runs again");
        _isForced = true; // without it, a result that is kept keeps the run as it is
        try
        {
            await Proposals.ProposeAsync(new StateCreate { Type = StateType.Running, StateDetails = DetailsOf(StateType.Running) }, Stop.Token);
        }
        finally
        {
            _isForced = false;
        }
    }

    private void Made(TaskRunProposalResult result)
    {
        _isMade = true;
        var isKnown = result.TaskRunId is { } id && id != _id;
        if (isKnown)
            _logger.Rename(_id = result.TaskRunId!.Value, _name = result.Name ?? _name);
        scope?.Created?.Invoke(_id, _name);
        flow?.Logger.Info(isKnown ? $"Took up task run '{_name}' of task '{task.Name}' again" : $"Created task run '{_name}' for task '{task.Name}'");
    }

    protected override object Context => _context ??= ContextOf(attempt: 1, CancellationToken.None);

    protected override void Enter(int attempt, CancellationToken ct) => TaskRunContext.Current = _context = ContextOf(attempt, ct);

    private TaskRunContext ContextOf(int attempt, CancellationToken ct) => new(Session, task, arguments, _id, _name, _logger)
    {
        Attempt = attempt,
        Call = call,
        FlowRunId = run.FlowRunId,
        CancellationToken = ct,
    };

    /// <summary>Hands the hooks of a completed run to the transaction around its call; without one there is nothing to wait for, and the run is committed.</summary>
    public async Task JoinTransactionAsync()
    {
        if (_held is not { } state || (task.OnCommit.Count == 0 && task.OnRollback.Count == 0))
            return;
        if (Transaction.Open is { } transaction)
            transaction.Join(() => CommitAsync(state), () => RunHooks.CallAsync(task.OnRollback, Context, EnterHook, state, _logger));
        else
            await RunHooks.CallAsync(task.OnCommit, Context, EnterHook, state, _logger);
    }

    // What a commit hook throws rolls the transaction back, so it is not caught as that of other hooks is.
    private async Task CommitAsync(State state)
    {
        EnterHook();
        foreach (var hook in task.OnCommit)
            await hook.Call(Context, state);
    }

    protected override void EnterHook() => TaskRunContext.Current = (TaskRunContext)Context;

    protected override StateDetails? DetailsOf(StateType state) => _cache?.DetailsOf(state);

    protected override bool IsWorthRetry(Exception error, int attempt) => task.RetryIf is not { } condition || condition(error, attempt);

    protected override string FailureMessage(Exception exception) => $"Task run encountered an exception {Brief(exception)}";
}
