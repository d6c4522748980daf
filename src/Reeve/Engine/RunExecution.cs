using Reeve.Protocol.Runs;
using Reeve.Results;

namespace Reeve.Engine;

/// <summary>Runs one flow run or task run from its first proposal to its end: attempts, retries, timeouts, stops.</summary>
internal abstract class RunExecution(EngineSession session, RunDescriptor descriptor, RunLogger logger, RunStop stop)
{
    /// <summary>"Flow run" or "Task run".</summary>
    protected abstract string Noun { get; }

    /// <summary>Hears each state that the run is found in.</summary>
    public Action<State>? Entered { get; init; }

    protected EngineSession Session => session;

    protected RunStop Stop => stop;

    /// <summary>The run's id.</summary>
    protected abstract Guid Id { get; }

    protected abstract Task<OrchestrationResult> SetStateAsync(StateCreate state, CancellationToken ct);

    /// <summary>Makes the run the current one of the code that is about to be called.</summary>
    protected abstract void Enter(int attempt, CancellationToken ct);

    protected abstract string FailureMessage(Exception exception);

    /// <summary>The <see cref="FlowRunContext"/> or <see cref="TaskRunContext"/> that hooks are given.</summary>
    protected abstract object Context { get; }

    /// <summary>Makes the run the current one of a hook.</summary>
    protected abstract void EnterHook();

    /// <summary>What a proposal of the state tells the rules besides.</summary>
    protected virtual StateDetails? DetailsOf(StateType state) => null;

    /// <summary>Whether the author wants a failure to be tried again. May throw what the author's code throws.</summary>
    protected virtual bool IsWorthRetry(Exception error, int attempt) => true;

    /// <summary>Whether the run should be called Cancelled although only its process was told to end.</summary>
    protected virtual Task<bool> IsCancellingAsync(CancellationToken ct) => Task.FromResult(false);

    /// <summary>Whether a flow run that is run again would want the result.</summary>
    protected abstract bool MayBeRunAgain { get; }

    /// <summary>The run is Completed, but what it came to cannot be handed back.</summary>
    protected virtual Task BeginAgainAsync(State over) => throw new RunAbortedException(over.Name == "Cached"
        ? $"{Noun} has a cached result, but it is no longer where it was stored. Call it with RefreshCache = true to replace it."
        : $"{Noun} is already Completed, but its result was not stored. Set PersistResult = true to have it handed back.");

    protected StateProposals Proposals => field ??= new StateProposals(SetStateAsync, session.Time, logger);

    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> body)
    {
        for (var attempt = 1; ; attempt++)
        {
            var outcome = await StartAsync(body, attempt);
            if (outcome.IsHandedBack)
            {
                if (outcome.IsFromCache)
                    await CallHooksAsync(outcome.Over!);
                return outcome.Value!;
            }

            var (held, isAccepted) = await ReportAsync(outcome);
            if (held.Type == StateType.Scheduled && !isAccepted)
            {
                LogRetry(outcome.Error!, held, attempt);
                outcome = await WaitAsync<T>(held);
                if (outcome.Error is null)
                    continue;
                (held, _) = await ReportAsync(outcome); // stopped while it waited for its retry
            }
            else if (outcome.Error is { } error && stop.Cause == StopCause.None)
            {
                logger.Error(error, descriptor.Retries > 0 ? $"{Noun} failed with exception: {Brief(error)} - {WhyNot(outcome.State)}" : "Encountered exception during execution:");
            }

            await CallHooksAsync(held);
            LogEnd(held);
            return outcome.Error is null ? outcome.Value! : throw Rethrown(outcome.Error);
        }
    }

    private async Task<Outcome<T>> StartAsync<T>(Func<CancellationToken, Task<T>> body, int attempt)
    {
        try
        {
            var (held, isOver) = await BeginAsync();
            if (isOver)
            {
                if (await HandBackAsync<T>(held) is { IsHandedBack: true } over)
                    return over;
                await BeginAgainAsync(held);
            }

            if (attempt == 1 && descriptor.OnRunning.Count > 0)
                await CallHooksAsync(held);
            return await AttemptAsync(body, attempt);
        }
        catch (OperationCanceledException e) when (stop.Cause != StopCause.None)
        {
            return await StoppedAsync<T>(e);
        }
    }

    /// <summary>Proposes Running until it holds, or the run turns out to be over.</summary>
    private async Task<(State Held, bool IsOver)> BeginAsync()
    {
        while (true)
        {
            var (held, isAccepted) = await ProposeAsync(new StateCreate { Type = StateType.Running, StateDetails = DetailsOf(StateType.Running) }, stop.Token);
            if (isAccepted)
                return (held, false);
            switch (held.Type)
            {
                case StateType.Scheduled or StateType.Pending or StateType.Paused:
                    logger.Info($"Waiting to start: the run is {Describe(held)}");
                    await Task.Delay(PauseBefore(held), session.Time, stop.Token);
                    continue;
                case StateType.Cancelling:
                    stop.Request(StopCause.Cancelled, "Cancelled on request");
                    throw new OperationCanceledException(stop.Token);
                case StateType.Running:
                    throw new RunAbortedException($"{Noun} is already running elsewhere");
                default:
                    return (held, true);
            }
        }
    }

    private async Task<Outcome<T>> AttemptAsync<T>(Func<CancellationToken, Task<T>> body, int attempt)
    {
        using var limit = descriptor.TimeoutSeconds > 0 ? new CancellationTokenSource(TimeSpan.FromSeconds(descriptor.TimeoutSeconds), session.Time) : null;
        using var either = new BodyStop(logger, stop.Token, limit?.Token ?? CancellationToken.None);
        try
        {
            var value = await CallAsync(body, attempt, either);
            var data = await KeepAsync(value);
            return new Outcome<T>(new StateCreate { Type = StateType.Completed, Data = data, StateDetails = DetailsOf(StateType.Completed) }, value, null);
        }
        catch (Exception e) when (e is LeaseLostException or FlowSuspendedException)
        {
            throw;
        }
        catch (Exception e) when (stop.Cause != StopCause.None)
        {
            return await StoppedAsync<T>(e);
        }
        catch (OperationCanceledException) when (limit is { IsCancellationRequested: true })
        {
            var message = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Noun} exceeded timeout of {descriptor.TimeoutSeconds} second(s)");
            return Failed<T>(new TimeoutException(message), attempt, message, "TimedOut");
        }
        catch (Exception e)
        {
            return Failed<T>(e, attempt, FailureMessage(e));
        }
    }

    // The server decides whether there is a retry; that this failure is not worth one is all we have to say.
    private Outcome<T> Failed<T>(Exception error, int attempt, string message, string? name = null)
    {
        var details = attempt > descriptor.Retries || IsRetriable(error, attempt) ? null : new StateDetails { Retriable = false };
        // The server grants retries to failures; a process that was lost is called crashed when none is left.
        var type = error is TaskProcessLostException && attempt > descriptor.Retries ? StateType.Crashed : StateType.Failed;
        return new Outcome<T>(new StateCreate { Type = type, Name = name, Message = session.Secrets.Redact(message), StateDetails = details }, default, error);
    }

    private bool IsRetriable(Exception error, int attempt)
    {
        try
        {
            return IsWorthRetry(error, attempt);
        }
        catch (Exception e)
        {
            logger.Error(e, "The retry condition failed, so there is no retry:");
            return false;
        }
    }

    private static string WhyNot(StateCreate failed) => failed.StateDetails?.Retriable == false ? "It is not to be retried" : "Retries are exhausted";

    private Task CallHooksAsync(State held) => RunHooks.CallAsync(descriptor.HooksFor(held.Type), Context, EnterHook, held, logger);

    // On the pool: a body that blocks can then be left behind when it does not stop, and parallel calls of synchronous tasks run in parallel.
    private async Task<T> CallAsync<T>(Func<CancellationToken, Task<T>> body, int attempt, BodyStop asked)
    {
        var ct = asked.Token;
        var running = Task.Run(
            async () =>
            {
                Enter(attempt, ct);
                try
                {
                    return await body(ct);
                }
                finally
                {
                    logger.EndPrints();
                }
            },
            CancellationToken.None);
        await Task.WhenAny(running, asked.Asked);
        if (!running.IsCompleted)
            await Task.WhenAny(running, Task.Delay(session.StopGrace, session.Time, CancellationToken.None));
        if (running.IsCompleted)
            return await running;
        logger.Warning($"The code did not stop within {session.StopGrace.TotalSeconds:0.#} second(s) of being asked to and is left behind. Pass its CancellationToken on.");
        throw new OperationCanceledException(ct);
    }

    private async Task<Outcome<T>> StoppedAsync<T>(Exception error)
    {
        if (stop.Cause == StopCause.LeaseLost)
            throw new LeaseLostException($"The lease of the run was lost, so the work stops here: {stop.Reason}", error);
        if (stop.Cause == StopCause.Interrupted)
        {
            using var limit = new CancellationTokenSource(session.LastReportLimit, session.Time);
            if (!await IsCancellingAsync(limit.Token))
                return new Outcome<T>(new StateCreate { Type = StateType.Crashed, Message = stop.Reason }, default, error);
            return new Outcome<T>(new StateCreate { Type = StateType.Cancelled, Message = $"Cancelled on request. {stop.Reason}" }, default, error);
        }

        return new Outcome<T>(new StateCreate { Type = StateType.Cancelled, Message = stop.Reason }, default, error);
    }

    private async Task<Held> ReportAsync<T>(Outcome<T> outcome)
    {
        using var limit = stop.Cause == StopCause.Interrupted ? new CancellationTokenSource(session.LastReportLimit, session.Time) : null;
        var ct = limit?.Token ?? CancellationToken.None;
        var held = await ProposeAsync(outcome.State, ct);
        if (held is { IsAccepted: false, State.Type: StateType.Cancelling } && outcome.Error is not null)
            held = await ProposeAsync(new StateCreate { Type = StateType.Cancelled, Message = "Cancelled on request" }, ct);
        if (!held.IsAccepted && held.State.Type != StateType.Scheduled)
            logger.Warning($"Proposed state {outcome.State.Name ?? outcome.State.Type.DefaultName()}, but the run is {Describe(held.State)}");
        return held;
    }

    private async Task<Outcome<T>> WaitAsync<T>(State held)
    {
        try
        {
            if (Until(held) is { Ticks: > 0 } pause)
                await Task.Delay(pause, session.Time, stop.Token);
            return default;
        }
        catch (OperationCanceledException e) when (stop.Cause != StopCause.None)
        {
            return await StoppedAsync<T>(e);
        }
    }

    private async Task<Outcome<T>> HandBackAsync<T>(State over)
    {
        if (over.Type != StateType.Completed)
            throw new RunAbortedException($"{Noun} is already {Describe(over)}");
        var (isThere, value) = typeof(T) == typeof(Nothing) ? (true, default) : await session.RunResults.ReadAsync<T>(descriptor, over.Data, stop.Token);
        if (!isThere)
            return default;
        if (over.Name != "Cached")
            logger.Info($"{Noun} is Completed already: its stored result is handed back");
        return new Outcome<T>(null!, value, null) { Over = over };
    }

    private async Task<System.Text.Json.JsonElement> KeepAsync<T>(T value)
    {
        var (data, fault) = await session.RunResults.WriteAsync(descriptor, Id, value, MayBeRunAgain, CancellationToken.None);
        if (fault is not null && session.IsFirst($"result of {descriptor.Type}.{descriptor.Method}"))
            logger.Info($"The result of '{descriptor.Name}' is not stored, so it is computed again when the flow run is run again: {fault}");
        return data;
    }

    private async Task<Held> ProposeAsync(StateCreate proposal, CancellationToken ct)
    {
        var held = await Proposals.ProposeAsync(proposal, ct);
        Entered?.Invoke(held.State);
        return held;
    }

    // By the API's clock alone, which wrote both: ours may be another, or be set meanwhile.
    // In whole milliseconds, as timers count: a state of the same moment as its neighbour is a microsecond later, and a wait cut by it would end before its time.
    private static TimeSpan? Until(State held) =>
        held.StateDetails.ScheduledTime - held.Timestamp is { } pause ? TimeSpan.FromMilliseconds(Math.Ceiling(pause.TotalMilliseconds)) : null;

    // A clock that was set back must not make it a longer wait than the state itself says; the API has the last word anyway.
    private TimeSpan PauseBefore(State held)
    {
        var pause = held.StateDetails.ScheduledTime - session.Time.GetUtcNow();
        return pause > Until(held) ? Until(held)!.Value : pause > TimeSpan.Zero ? pause.Value : session.HeldPause;
    }

    private void LogRetry(Exception error, State held, int attempt)
    {
        var pause = Until(held);
        // To a tenth: what is left of half a second is neither a second nor nothing.
        var when = pause is { TotalSeconds: >= 0.05 } later
            ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{later.TotalSeconds:0.#} second(s) from now")
            : "immediately";
        logger.Info($"{Noun} failed with exception: {Brief(error)} - Retry {attempt}/{descriptor.Retries} will start {when}");
    }

    private void LogEnd(State held) =>
        logger.Log(held.Type == StateType.Completed ? Logging.RunLogLevel.Info : Logging.RunLogLevel.Error, $"Finished in state {Describe(held)}");

    // The exception the author's code threw keeps its own trace; the engine adds no wrapper around it.
    private static Exception Rethrown(Exception error)
    {
        System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
        return error;
    }

    protected static string Brief(Exception error) => $"{error.GetType().Name}: {error.Message}";

    private static string Describe(State state) => state.Message is null ? $"{state.Name}()" : $"{state.Name}('{state.Message}')";

    private readonly record struct Outcome<T>(StateCreate State, T? Value, Exception? Error)
    {
        /// <summary>The state of a run that was completed already, of which only the stored result is returned.</summary>
        public State? Over { get; init; }

        public bool IsHandedBack => Over is not null;

        public bool IsFromCache => Over is { Name: "Cached" };
    }
}
