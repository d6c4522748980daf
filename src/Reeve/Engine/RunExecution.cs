using Reeve.Protocol.Runs;
using Reeve.Results;

namespace Reeve.Engine;

/// <summary>Runs one flow run or task run from its first proposal to its end: attempts, retries, timeouts, stops.</summary>
internal abstract class RunExecution(EngineSession session, RunDescriptor descriptor, Guid id, RunLogger logger, RunStop stop)
{
    /// <summary>"Flow run" or "Task run".</summary>
    protected abstract string Noun { get; }

    /// <summary>Hears each state that the run is found in.</summary>
    public Action<State>? Entered { get; init; }

    protected EngineSession Session => session;

    protected abstract Task<OrchestrationResult> SetStateAsync(StateCreate state, CancellationToken ct);

    /// <summary>Makes the run the current one of the code that is about to be called.</summary>
    protected abstract void Enter(int attempt);

    protected abstract string FailureMessage(Exception exception);

    /// <summary>Whether the run should be called Cancelled although only its process was told to end.</summary>
    protected virtual Task<bool> IsCancellingAsync(CancellationToken ct) => Task.FromResult(false);

    private StateProposals Proposals => field ??= new StateProposals(SetStateAsync, session.Time, logger);

    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> body)
    {
        for (var attempt = 1; ; attempt++)
        {
            var outcome = await StartAsync(body, attempt);
            if (outcome.IsHandedBack)
                return outcome.Value!;
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
                logger.Error(error, descriptor.Retries > 0 ? $"{Noun} failed with exception: {Brief(error)} - Retries are exhausted" : "Encountered exception during execution:");
            }

            LogEnd(held);
            return outcome.Error is null ? outcome.Value! : throw Rethrown(outcome.Error);
        }
    }

    private async Task<Outcome<T>> StartAsync<T>(Func<CancellationToken, Task<T>> body, int attempt)
    {
        try
        {
            if (await BeginAsync() is { } over)
                return HandBack<T>(over);
            return await AttemptAsync(body, attempt);
        }
        catch (OperationCanceledException e) when (stop.Cause != StopCause.None)
        {
            return await StoppedAsync<T>(e);
        }
    }

    /// <summary>Proposes Running until it holds. Returns the state that holds when the run is already over.</summary>
    private async Task<State?> BeginAsync()
    {
        while (true)
        {
            var (held, isAccepted) = await ProposeAsync(new StateCreate { Type = StateType.Running }, stop.Token);
            if (isAccepted)
                return null;
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
                    return held;
            }
        }
    }

    private async Task<Outcome<T>> AttemptAsync<T>(Func<CancellationToken, Task<T>> body, int attempt)
    {
        using var limit = descriptor.TimeoutSeconds > 0 ? new CancellationTokenSource(TimeSpan.FromSeconds(descriptor.TimeoutSeconds), session.Time) : null;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, limit?.Token ?? CancellationToken.None);
        try
        {
            var value = await CallAsync(body, attempt, either.Token);
            var data = descriptor.PersistResult ? await session.Results.WriteAsync(id, value, CancellationToken.None) : ResultStore.Unpersisted(value);
            return new Outcome<T>(new StateCreate { Type = StateType.Completed, Data = data }, value, null);
        }
        catch (LeaseLostException)
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
            return new Outcome<T>(new StateCreate { Type = StateType.Failed, Name = "TimedOut", Message = message }, default, new TimeoutException(message));
        }
        catch (Exception e)
        {
            // The server grants retries to failures; a process that was lost is called crashed when none is left.
            var type = e is TaskProcessLostException && attempt > descriptor.Retries ? StateType.Crashed : StateType.Failed;
            return new Outcome<T>(new StateCreate { Type = type, Message = FailureMessage(e) }, default, e);
        }
    }

    // On the pool: a body that blocks can then be left behind when it does not stop, and parallel calls of synchronous tasks run in parallel.
    private async Task<T> CallAsync<T>(Func<CancellationToken, Task<T>> body, int attempt, CancellationToken ct)
    {
        var running = Task.Run(
            async () =>
            {
                Enter(attempt);
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
        var asked = new TaskCompletionSource();
        await using (ct.Register(asked.SetResult))
            await Task.WhenAny(running, asked.Task);
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
            if (held.StateDetails.ScheduledTime is { } start && start - session.Time.GetUtcNow() is { Ticks: > 0 } pause)
                await Task.Delay(pause, session.Time, stop.Token);
            return default;
        }
        catch (OperationCanceledException e) when (stop.Cause != StopCause.None)
        {
            return await StoppedAsync<T>(e);
        }
    }

    private Outcome<T> HandBack<T>(State over)
    {
        if (over.Type == StateType.Completed && (ResultStore.TryRead<T>(over.Data, out var value) || typeof(T) == typeof(Nothing)))
            return new Outcome<T>(null!, value, null) { IsHandedBack = true };
        throw new RunAbortedException(over.Type == StateType.Completed
            ? $"{Noun} is already Completed, but its result was not stored. Set PersistResult = true to have it handed back."
            : $"{Noun} is already {Describe(over)}");
    }

    private async Task<Held> ProposeAsync(StateCreate proposal, CancellationToken ct)
    {
        var held = await Proposals.ProposeAsync(proposal, ct);
        Entered?.Invoke(held.State);
        return held;
    }

    private TimeSpan PauseBefore(State held) =>
        held.StateDetails.ScheduledTime is { } start && start - session.Time.GetUtcNow() is var pause && pause > TimeSpan.Zero ? pause : session.HeldPause;

    private void LogRetry(Exception error, State held, int attempt)
    {
        var pause = held.StateDetails.ScheduledTime - session.Time.GetUtcNow();
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
        /// <summary>True when the run was already completed and only its stored result is returned.</summary>
        public bool IsHandedBack { get; init; }
    }
}
