using Reeve.Protocol.Runs;

namespace Reeve.Server.Orchestration.Rules;

/// <summary>A task runs only while its flow runs.</summary>
internal static class TaskNeedsRunningFlow
{
    internal static Verdict Judge(TaskRunTransition transition) =>
        (transition.Proposed.Type, transition.FlowRun) switch
        {
            (not StateType.Running, _) or (_, null) or (_, { StateType: StateType.Running }) => new Verdict.Accept(transition),
            (_, { StateType: StateType.Crashed }) when transition.IsLate => new Verdict.Accept(transition),
            (_, { StateType: StateType.Paused } paused) => new Verdict.Reject(
                transition, $"The flow is paused, new tasks can execute after resuming flow run: {paused.Id}.", NotReady(transition, paused)),
            _ => new Verdict.Abort("The enclosing flow must be running to begin task execution."),
        };

    private static State NotReady(TaskRunTransition transition, EnclosingFlowRun paused)
    {
        var state = transition.NewState(StateType.Paused, "NotReady");
        return state with { StateDetails = state.StateDetails with { PauseTimeout = paused.PauseTimeout, PauseReschedule = paused.PauseReschedule } };
    }
}
