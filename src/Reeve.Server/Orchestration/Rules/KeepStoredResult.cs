using Reeve.Protocol.Runs;

namespace Reeve.Server.Orchestration.Rules;

/// <summary>Not even by force is a kept result replaced by a Completed without one: nobody could find it again.</summary>
internal static class KeepStoredResult
{
    internal static Verdict Judge(FlowRunTransition transition) =>
        transition is { HasStoredResult: true, Proposed.Type: StateType.Completed, ProposesStoredResult: false }
            ? new Verdict.Reject(transition, "Cannot overwrite a COMPLETED state that carries persisted result data with one that does not.")
            : new Verdict.Accept(transition);
}
