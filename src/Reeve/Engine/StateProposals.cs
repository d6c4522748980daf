using Reeve.Client;
using Reeve.Protocol;
using Reeve.Protocol.Runs;

namespace Reeve.Engine;

/// <summary>What holds after a proposal: the proposed state when it was accepted, else the state the orchestrator holds instead.</summary>
internal readonly record struct Held(State State, bool IsAccepted);

/// <summary>
/// Proposes states for one run and obeys the verdicts. Each proposal carries its transition id, so that it can be repeated while the API is
/// away: if it was stored and only the answer was lost, the repetition is answered with the stored state, which has our id.
/// </summary>
internal sealed class StateProposals(Func<StateCreate, CancellationToken, Task<OrchestrationResult>> send, TimeProvider time, RunLogger logger)
{
    /// <exception cref="RunAbortedException">The orchestrator aborts the run.</exception>
    /// <exception cref="LeaseLostException">The run belongs to another process.</exception>
    public async Task<Held> ProposeAsync(StateCreate proposal, CancellationToken ct)
    {
        var transition = Ids.New(time.GetUtcNow());
        proposal = proposal with { Name = proposal.Name ?? proposal.Type.DefaultName(), StateDetails = (proposal.StateDetails ?? new()) with { TransitionId = transition } };
        while (true)
        {
            var answer = await SendAsync(proposal, ct);
            switch (answer)
            {
                case { Status: OrchestrationStatus.Wait }:
                    var delay = TimeSpan.FromSeconds(Math.Max(0, answer.Details.DelaySeconds ?? 1));
                    logger.Debug($"Waiting {delay.TotalSeconds:0.#} second(s) before proposing {proposal.Name} again: {answer.Details.Reason}");
                    await Task.Delay(delay, time, ct);
                    continue;
                case { Status: OrchestrationStatus.Abort } or { State: null }:
                    throw new RunAbortedException($"The orchestrator does not let the run become {proposal.Name}: {answer.Details.Reason ?? "no reason was given"}");
                default:
                    var isOurs = answer.State.StateDetails.TransitionId == transition && answer.State.Type == proposal.Type;
                    return new Held(answer.State, answer.Status == OrchestrationStatus.Accept || isOurs);
            }
        }
    }

    private async Task<OrchestrationResult> SendAsync(StateCreate proposal, CancellationToken ct)
    {
        try
        {
            return await send(proposal, ct);
        }
        catch (ApiException e) when (LeaseKeeper.IsRefusal(e))
        {
            throw new LeaseLostException($"The run is no longer this process's: {e.Message}", e);
        }
    }
}
