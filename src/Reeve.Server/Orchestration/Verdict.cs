using Reeve.Protocol.Runs;

namespace Reeve.Server.Orchestration;

/// <summary>What a rule, or all of them, say of a proposed state. The family is closed.</summary>
internal abstract record Verdict
{
    private Verdict()
    {
    }

    /// <summary>No objection; the transition goes on as it now stands, perhaps amended.</summary>
    internal sealed record Accept(Transition Transition) : Verdict;

    /// <summary>Another state is to hold. Without one the present state stays.</summary>
    internal sealed record Reject(Transition Transition, string Reason, State? Instead = null) : Verdict;

    /// <summary>The proposer comes back after so many seconds.</summary>
    internal sealed record Wait(long Seconds, string Reason) : Verdict;

    /// <summary>The proposer stops.</summary>
    internal sealed record Abort(string Reason) : Verdict;
}
