using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;
using Reeve.Server.Hosting;
using Reeve.Server.Orchestration;
using Reeve.Server.Storage;

namespace Reeve.Server.FlowRuns;

/// <summary>Proposed states of flow runs: <c>set_state</c>, <c>bulk_set_state</c> and <c>resume</c>.</summary>
internal sealed class FlowRunProposalsApi(Database database, FlowRunsStore runs, FlowRunResumption resumption, Orchestrator orchestrator)
{
    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/flow_runs/{id}/set_state", SetStateAsync).Says("Proposes a state; 201 if one was stored, 200 if the present one stays.")
            .Takes<SetState>().Answers<OrchestrationResult>(201, 200).Answers(404, 409);
        api.MapPost("/flow_runs/bulk_set_state", SetStatesAsync).Says("Proposes a state to each of the runs found, one after the other.")
            .Takes<BulkSetState>().Answers<BulkSetStateResult>();
        api.MapPost("/flow_runs/{id}/resume", ResumeAsync).Says("Lets a paused run go on, with the input that it waits for.")
            .Takes<FlowRunResume>(required: false).Answers<OrchestrationResult>(201, 200).Answers(404);
    }

    private async Task SetStateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<SetState>(http.RequestAborted).ConfigureAwait(false);
        var outcome = await orchestrator.ProposeFlowRunStateAsync(http.Id(), body, http.Request.LeaseToken(), http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(outcome, "Flow run").ConfigureAwait(false);
    }

    // a transaction for each: one run's refusal is no other's, and none is locked while another is asked
    private async Task SetStatesAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<BulkSetState>(http.RequestAborted).ConfigureAwait(false);
        if (body.Limit is < 1 or > BulkSetState.Most)
            throw new InvalidRequestException([new Fault(["body", "limit"], string.Create(CultureInfo.InvariantCulture, $"Input should be between 1 and {BulkSetState.Most}"), "value_error")]);
        var found = await database.ReadAsync(
            session => runs.FilterAsync(session, new Query { FlowRuns = body.FlowRuns, Limit = body.Limit }), http.RequestAborted).ConfigureAwait(false);
        List<FlowRunOrchestrationResult> results = [];
        foreach (var run in found)
        {
            var outcome = await orchestrator.ProposeFlowRunStateAsync(run.Id, new SetState(body.State, body.Force), lease: null, http.RequestAborted).ConfigureAwait(false);
            if (outcome is ProposalOutcome.Answered { Result: var result })
                results.Add(new() { FlowRunId = run.Id, Status = result.Status, State = result.State, Details = result.Details });
            else
                results.Add(new() { FlowRunId = run.Id, Status = OrchestrationStatus.Abort, Details = new() { Type = "abort_details", Reason = "The flow run was deleted." } });
        }
        await http.AnswerAsync(new BulkSetStateResult(results)).ConfigureAwait(false);
    }

    private async Task ResumeAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<FlowRunResume>(http.RequestAborted).ConfigureAwait(false);
        var outcome = await database.WriteAsync(session => resumption.ResumeAsync(session, http.Id(), body.RunInput), http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(outcome, "Flow run").ConfigureAwait(false);
    }
}
