using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Runs;
using Reeve.Server.Deployments;
using Reeve.Server.Orchestration;
using Reeve.Server.Storage;
using Reeve.Server.Variables;

namespace Reeve.Server.FlowRuns;

/// <summary>
/// Lets a paused run go on. A run that waits for input is only resumed with one that fits the schema it left when it paused; the input is stored with the new state, where the
/// run looks for it.
/// </summary>
internal sealed class FlowRunResumption(FlowRunsStore runs, FlowRunInputsStore inputs, VariablesStore variables, Orchestrator orchestrator)
{
    internal async ValueTask<ProposalOutcome> ResumeAsync(Session session, Guid id, Dictionary<string, JsonElement>? given)
    {
        // locked first: of two that resume at once, the second finds a run that is not paused
        await session.LockAsync("flow_run", id).ConfigureAwait(false);
        return await runs.ReadAsync(session, id).ConfigureAwait(false) switch
        {
            null => new ProposalOutcome.NotFound(),
            { State: { Type: StateType.Paused } paused } => await ResumeAsync(session, id, paused, given ?? []).ConfigureAwait(false),
            _ => Refused(null, OrchestrationStatus.Abort, "Cannot resume a flow run that is not paused."),
        };
    }

    private async ValueTask<ProposalOutcome> ResumeAsync(Session session, Guid id, State paused, Dictionary<string, JsonElement> given)
    {
        var keys = paused.StateDetails.RunInputKeyset;
        var input = new RunInput(name => variables.ReadAsync(session, name));
        if (keys is { Count: > 0 } && await WhyNotAsync(session, id, keys, input, given).ConfigureAwait(false) is { } reason)
            return Refused(paused, OrchestrationStatus.Reject, reason);
        // a suspended run comes back through its schedule, a paused one goes on in the process that waits
        var outcome = await orchestrator.ProposeFlowRunStateAsync(
            session, id, new SetState(paused.StateDetails.PauseReschedule ? new() { Type = StateType.Scheduled, Name = "Resuming" } : new() { Type = StateType.Running })).ConfigureAwait(false);
        if (outcome is ProposalOutcome.Answered { Result.Status: OrchestrationStatus.Accept } && keys?.TryGetValue("response", out var response) == true)
            await inputs.ReplaceAsync(session, id, new FlowRunInputCreate(response, input.Text)).ConfigureAwait(false);
        return outcome;
    }

    private async ValueTask<string?> WhyNotAsync(Session session, Guid id, Dictionary<string, string> keys, RunInput input, Dictionary<string, JsonElement> given)
    {
        if (await input.FillAsync(given).ConfigureAwait(false) is { } fault)
            return $"Error hydrating run input: {fault}";
        if (!keys.TryGetValue("schema", out var key) || await inputs.ReadAsync(session, id, key).ConfigureAwait(false) is not { } stored)
            return "Run input schema not found.";
        try
        {
            return new ParameterSchema(WireJson.Parse(stored.Value)).Faults(input.Value) is [_, ..] faults ? $"The run input does not fit: {string.Join("; ", faults)}" : null;
        }
        catch (JsonException)
        {
            return "Run input schema is not valid JSON.";
        }
    }

    // a refusal of the input has this type of details on both lines, whatever the status
    private static ProposalOutcome.Answered Refused(State? state, OrchestrationStatus status, string reason) =>
        new(new OrchestrationResult { State = state, Status = status, Details = new() { Type = "abort_details", Reason = reason } }, Stored: false);
}
