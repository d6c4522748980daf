using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Runs;

namespace Reeve.Testing.Api;

/// <summary>
/// The server's law of states, as far as the author's code can meet it. <c>tests/Reeve.EndToEnd.Tests/Testing</c> holds it against the server's
/// own: the same scenarios, the same histories.
/// </summary>
internal static class MemoryLaw
{
    public static MemoryVerdict Judge(MemoryRun run, State proposed, MemoryFacts facts)
    {
        var current = run.Current;
        if (current.StateDetails.TransitionId is { } made && made == proposed.StateDetails.TransitionId)
            return MemoryVerdict.Reject("This run has already made this state transition.");
        return run.IsTask ? JudgeTask(run, current, proposed, facts) : JudgeFlow(run, current, proposed, facts);
    }

    private static MemoryVerdict JudgeFlow(MemoryRun run, State current, State proposed, MemoryFacts facts)
    {
        if (current.Type.IsTerminal() && LeaveFlow(run, current, proposed) is { } kept)
            return kept;
        if (current.Type == StateType.Cancelling && proposed.Type != StateType.Cancelled)
            return MemoryVerdict.Reject("Cannot transition flows that are cancelling to a state other than Cancelled.");
        if (proposed.Type == StateType.Cancelling && current.Type == StateType.Scheduled)
            return MemoryVerdict.Instead("Scheduled flow run has no infrastructure to terminate.", Made(proposed, StateType.Cancelled, null, null, facts));
        if (proposed.Type == StateType.Pending && current.Type is StateType.Pending or StateType.Running or StateType.Cancelling or StateType.Cancelled)
            return MemoryVerdict.Abort($"This run is in a {current.Type.ToWire()} state and cannot transition to a PENDING state.");
        if (proposed.Type == StateType.Paused)
            return Pause(run, current, proposed);
        if (current.Type == StateType.Paused)
            return Resume(run, current, proposed, facts);
        return Wait(current, proposed, facts) ?? RetryFlow(run, current, proposed, facts);
    }

    private static MemoryVerdict? LeaveFlow(MemoryRun run, State current, State proposed)
    {
        if (proposed.Type is StateType.Cancelling or StateType.Paused or StateType.Crashed)
            return MemoryVerdict.Abort($"Run is already in terminal state {current.Type.ToWire()}.");
        if (run.HasStoredResult && !proposed.Type.IsTerminal())
            return MemoryVerdict.Reject("Run is already COMPLETED.");
        if (proposed.Type == StateType.Scheduled)
            return MemoryVerdict.Abort("Cannot reschedule a run without an associated deployment.");
        return proposed.Type.IsTerminal() ? MemoryVerdict.Accept(proposed) : null;
    }

    private static MemoryVerdict Pause(MemoryRun run, State current, State proposed)
    {
        var verb = proposed.Name == "Suspended" ? "suspend" : "pause";
        if (current.Type != StateType.Running)
            return MemoryVerdict.Reject($"Cannot {verb} flows that are not currently running.");
        var key = proposed.StateDetails.PauseKey ?? proposed.Id.ToString();
        var met = run.FlowPolicy.PauseKeys ?? [];
        if (met.Contains(key))
            return MemoryVerdict.Reject($"This {verb} has already fired.");
        if (proposed.StateDetails.PauseReschedule)
            return MemoryVerdict.Abort(run.ParentTaskRunId is null ? $"Cannot {verb} flows without a deployment." : $"Cannot {verb} subflows.");
        run.FlowPolicy = run.FlowPolicy with { PauseKeys = [.. met, key] };
        return MemoryVerdict.Accept(proposed);
    }

    private static MemoryVerdict Resume(MemoryRun run, State paused, State proposed, MemoryFacts facts)
    {
        if (proposed.Type == StateType.Cancelling)
            return MemoryVerdict.Accept(proposed);
        if (proposed.Type is not (StateType.Running or StateType.Scheduled) && !proposed.Type.IsTerminal())
            return MemoryVerdict.Reject($"This run cannot transition to the {proposed.Type.ToWire()} state from the PAUSED state.");
        if (paused.StateDetails.PauseTimeout is { } timeout && timeout < facts.Now)
        {
            return MemoryVerdict.Instead(
                "The flow run pause has timed out and can no longer resume.",
                Made(proposed, StateType.Failed, null, $"The flow was {paused.Name.ToLowerInvariant()} and never resumed.", facts));
        }

        run.FlowPolicy = run.FlowPolicy with { Resuming = true };
        return MemoryVerdict.Accept(proposed);
    }

    private static MemoryVerdict RetryFlow(MemoryRun run, State current, State proposed, MemoryFacts facts)
    {
        var policy = run.FlowPolicy;
        if (current.Type != StateType.Running || proposed.Type != StateType.Failed || run.RunCount > (policy.Retries ?? policy.MaxRetries))
            return MemoryVerdict.Accept(proposed);
        run.FlowPolicy = policy with { Resuming = false, PauseKeys = [] };
        return MemoryVerdict.Instead("Retrying", AwaitingRetry(proposed, policy.RetryDelay ?? policy.RetryDelaySeconds, facts));
    }

    private static MemoryVerdict JudgeTask(MemoryRun run, State current, State proposed, MemoryFacts facts)
    {
        if (proposed.Type == StateType.Running && facts.Cached is { } cached)
            return MemoryVerdict.Instead("Retrieved state from cache", Made(proposed, StateType.Completed, "Cached", cached.Message, facts) with { Data = cached.Data });
        if (current.Type.IsTerminal())
        {
            if (proposed.Type is StateType.Cancelling or StateType.Paused or StateType.Crashed)
                return MemoryVerdict.Abort($"Run is already {current.Type.ToWire()}.");
            if (run.HasStoredResult)
                return MemoryVerdict.Reject("This run is already completed.");
            if (proposed.Type.IsTerminal())
                return MemoryVerdict.Accept(proposed);
            run.RunCount = 0; // run again: its retries count anew
            if (proposed.Type == StateType.Running && facts.FlowRun is { } later && run.FlowRunCount < later.RunCount)
                proposed = proposed with { Name = "Retrying" };
        }

        return (proposed.Type == StateType.Running ? Start(proposed, facts) : null) ?? Wait(current, proposed, facts) ?? RetryTask(run, current, proposed, facts);
    }

    private static MemoryVerdict? Start(State proposed, MemoryFacts facts) => facts switch
    {
        { FlowRun: { Current.Type: not StateType.Running and not StateType.Paused } } =>
            MemoryVerdict.Abort("The enclosing flow must be running to begin task execution."),
        { FlowRun: { Current.Type: StateType.Paused } paused } => MemoryVerdict.Instead(
            $"The flow is paused, new tasks can execute after resuming flow run: {paused.Id}.", Made(proposed, StateType.Paused, "NotReady", null, facts)),
        { ClosedTag: { } tag } => MemoryVerdict.Abort($"The concurrency limit on tag \"{tag}\" is 0 and will deadlock if the task tries to run again."),
        { FullTag: { } tag } => MemoryVerdict.Wait(MemoryRuns.TagWaitSeconds, $"Concurrency limit for the {tag} tag has been reached"),
        _ => null,
    };

    private static MemoryVerdict RetryTask(MemoryRun run, State current, State proposed, MemoryFacts facts)
    {
        var retries = run.TaskPolicy.Retries ?? (run.TaskPolicy.MaxRetries > 0 ? run.TaskPolicy.MaxRetries : -1);
        if (current.Type == StateType.Running && proposed is { Type: StateType.Failed, StateDetails.Retriable: not false } && run.RunCount <= retries)
            return MemoryVerdict.Instead("Retrying", AwaitingRetry(proposed, Delay(run), facts));
        return MemoryVerdict.Accept(proposed.Type == StateType.Running && run.RunCount > 0
            ? proposed with { Name = current.Name == "AwaitingRetry" ? "Retrying" : "Rerunning" }
            : proposed);
    }

    // Without jitter: a test wants the same delays each time.
    private static double Delay(MemoryRun run) => run.TaskPolicy.RetryDelay switch
    {
        { ValueKind: JsonValueKind.Number } number => number.GetDouble(),
        { ValueKind: JsonValueKind.Array } list when list.GetArrayLength() > 0 => list[Math.Clamp(run.RunCount - 1, 0, list.GetArrayLength() - 1)].GetDouble(),
        _ => run.TaskPolicy.RetryDelaySeconds,
    };

    private static MemoryVerdict? Wait(State current, State proposed, MemoryFacts facts) =>
        proposed.Type == StateType.Running && current is { Type: StateType.Scheduled or StateType.Pending, StateDetails.ScheduledTime: { } due }
            && WholeSeconds(due - facts.Now) is > 0 and var seconds
            ? MemoryVerdict.Wait(seconds, "Scheduled time is in the future")
            : null;

    // the wire has whole seconds; half a second is no reason to wait
    private static long WholeSeconds(TimeSpan left) => (long)(Math.Floor(left.TotalSeconds) + Math.Round(left.TotalSeconds - Math.Floor(left.TotalSeconds)));

    private static State AwaitingRetry(State proposed, double delaySeconds, MemoryFacts facts)
    {
        var state = Made(proposed, StateType.Scheduled, "AwaitingRetry", proposed.Message, facts) with { Data = proposed.Data };
        // The proposal's id stays, so that a repeated proposal is known again.
        return state with { StateDetails = state.StateDetails with { ScheduledTime = facts.Now.AddSeconds(Math.Max(0, delaySeconds)), TransitionId = proposed.StateDetails.TransitionId } };
    }

    private static State Made(State proposed, StateType type, string? name, string? message, MemoryFacts facts) => new()
    {
        Id = Ids.New(facts.Now),
        Type = type,
        Name = name ?? type.DefaultName(),
        Timestamp = proposed.Timestamp,
        Message = message,
        StateDetails = new StateDetails { FlowRunId = proposed.StateDetails.FlowRunId, TaskRunId = proposed.StateDetails.TaskRunId },
    };
}

/// <summary>What the law needs to know beside the run.</summary>
internal sealed record MemoryFacts(DateTimeOffset Now, MemoryRun? FlowRun, State? Cached, string? ClosedTag, string? FullTag);

/// <summary>What becomes of a proposal: the state that is stored, if any, and the answer.</summary>
internal sealed record MemoryVerdict(OrchestrationStatus Status, State? Enters, string? Reason, long? Seconds)
{
    public static MemoryVerdict Accept(State state) => new(OrchestrationStatus.Accept, state, null, null);

    public static MemoryVerdict Instead(string reason, State state) => new(OrchestrationStatus.Reject, state, reason, null);

    public static MemoryVerdict Reject(string reason) => new(OrchestrationStatus.Reject, null, reason, null);

    public static MemoryVerdict Abort(string reason) => new(OrchestrationStatus.Abort, null, reason, null);

    public static MemoryVerdict Wait(long seconds, string reason) => new(OrchestrationStatus.Wait, null, reason, seconds);
}
