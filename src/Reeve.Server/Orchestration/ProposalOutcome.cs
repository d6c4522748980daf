using Reeve.Protocol.Runs;

namespace Reeve.Server.Orchestration;

/// <summary>What became of a proposed state.</summary>
internal abstract record ProposalOutcome
{
    private ProposalOutcome()
    {
    }

    /// <summary>There is no such run.</summary>
    internal sealed record NotFound : ProposalOutcome;

    /// <summary>The proposer's lease is no longer its own; nothing was looked at.</summary>
    internal sealed record Superseded(string Detail) : ProposalOutcome;

    /// <summary>The rules have spoken. Stored: the state in the answer is new in the run's history.</summary>
    internal sealed record Answered(OrchestrationResult Result, bool Stored) : ProposalOutcome;
}
