using Reeve.Server.Orchestration.Rules;

namespace Reeve.Server.Orchestration;

/// <summary>The law of states: ordered lists of rules. The first that does not accept decides, and its word is not judged again.</summary>
internal static class OrchestrationPolicy
{
    private static readonly Func<FlowRunTransition, Verdict>[] FlowRun =
    [
        DuplicateTransition.Judge,
        TerminalFlowRun.Judge,
        CancellingEndsCancelled.Judge,
        CancelWithoutInfrastructure.Judge,
        PendingOnce.Judge,
        SecureFlowSlots.Judge,
        OnlyScheduledIsLate.Judge,
        PauseFlowRun.Judge,
        ResumeFlowRun.Judge,
        CopyScheduledTime.Judge,
        WaitForScheduledTime.Judge,
        RetryFailedFlowRun.Judge,
    ];

    // what even force does not pass by
    private static readonly Func<FlowRunTransition, Verdict>[] ForcedFlowRun = [KeepStoredResult.Judge, UnknownResult.Judge, CancelWithoutInfrastructure.Judge];

    private static readonly Func<TaskRunTransition, Verdict>[] TaskRun =
    [
        DuplicateTransition.Judge,
        CachedTaskResult.Judge,
        TerminalTaskRun.Judge,
        TaskNeedsRunningFlow.Judge,
        SecureTaskSlots.Judge, // a cached result needs no slot
        CopyScheduledTime.Judge,
        WaitForScheduledTime.Judge,
        RetryFailedTaskRun.Judge,
        RenameRerun.Judge,
        CountFlowRunOfTask.Judge,
        CacheKeyWithinBound.Judge,
    ];

    // background tasks are not bound to a running flow, but workers may both want them
    private static readonly Func<TaskRunTransition, Verdict>[] BackgroundTaskRun =
    [
        DuplicateTransition.Judge,
        PendingOnce.Judge,
        CachedTaskResult.Judge,
        TerminalTaskRun.Judge,
        SecureTaskSlots.Judge,
        CopyScheduledTime.Judge,
        CopyTaskParameters.Judge,
        WaitForScheduledTime.Judge,
        RetryFailedTaskRun.Judge,
        RenameRerun.Judge,
        CountFlowRunOfTask.Judge,
        CacheKeyWithinBound.Judge,
    ];

    private static readonly Func<TaskRunTransition, Verdict>[] ForcedTaskRun = [UnknownResult.Judge];

    internal static Verdict Judge(FlowRunTransition transition, bool force) => Judge(transition, force ? ForcedFlowRun : FlowRun);

    internal static Verdict Judge(TaskRunTransition transition, bool force) => Judge(transition, force ? ForcedTaskRun : transition.IsBackground ? BackgroundTaskRun : TaskRun);

    private static Verdict Judge<T>(T transition, Func<T, Verdict>[] rules)
        where T : Transition
    {
        foreach (var rule in rules)
        {
            var verdict = rule(transition);
            if (verdict is not Verdict.Accept accepted)
                return verdict;
            transition = (T)accepted.Transition;
        }
        return new Verdict.Accept(transition);
    }
}
