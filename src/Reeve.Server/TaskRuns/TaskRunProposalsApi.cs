using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol;
using Reeve.Protocol.Runs;
using Reeve.Server.FlowRuns;
using Reeve.Server.Hosting;
using Reeve.Server.Orchestration;
using Reeve.Server.Storage;

namespace Reeve.Server.TaskRuns;

/// <summary>
/// <c>/task_runs/bulk_set_state</c>: a flow's process proposes what arose in it while its last request was under way, and makes the runs in the same breath. Each proposal is
/// judged as it would be alone. They go to the writer one by one and at once, which gives all that waits one durable commit and lets a failing one fall alone.
/// </summary>
internal sealed class TaskRunProposalsApi(Database database, TaskRunsStore runs, Orchestrator orchestrator, TimeProvider clock)
{
    internal void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/task_runs/bulk_set_state", ProposeAsync).Says("Proposes states of task runs, each judged by itself; a proposal may make its run.")
            .Takes<TaskRunProposals>().Answers<TaskRunProposalsResult>();

    private async Task ProposeAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<TaskRunProposals>(http.RequestAborted).ConfigureAwait(false);
        if (body.Proposals.Count is < 1 or > TaskRunProposals.Most)
            throw new InvalidRequestException("body.proposals", string.Create(CultureInfo.InvariantCulture, $"List should have 1 to {TaskRunProposals.Most} items"), "value_error");
        var lease = http.Request.LeaseToken();
        var results = new TaskRunProposalResult[body.Proposals.Count];
        await Task.WhenAll(ByRun(body.Proposals).Select(ProposeInOrderAsync)).ConfigureAwait(false);
        await http.AnswerAsync(new TaskRunProposalsResult(results)).ConfigureAwait(false);

        async Task ProposeInOrderAsync(List<int> ofOneRun)
        {
            foreach (var i in ofOneRun)
                results[i] = await ProposeAsync(body.Proposals[i], lease, http.RequestAborted).ConfigureAwait(false);
        }
    }

    // on PostgreSQL what goes to the writer together may be written in any order
    private static IEnumerable<List<int>> ByRun(IReadOnlyList<TaskRunProposal> proposals)
    {
        Dictionary<Guid, List<int>> known = new(proposals.Count);
        List<List<int>> all = new(proposals.Count);
        for (var i = 0; i < proposals.Count; i++)
        {
            if ((proposals[i].TaskRun?.Id ?? proposals[i].TaskRunId) is { } id)
            {
                if (known.TryGetValue(id, out var before))
                {
                    before.Add(i);
                    continue;
                }
                known[id] = [i];
                all.Add(known[id]);
            }
            else
            {
                all.Add([i]);
            }
        }
        return all;
    }

    private async Task<TaskRunProposalResult> ProposeAsync(TaskRunProposal proposal, Guid? lease, CancellationToken cancellation)
    {
        try
        {
            if (proposal.TaskRun is null)
                return await ProposeToKnownAsync(proposal, lease, cancellation).ConfigureAwait(false);
            TaskRunsApi.Check(proposal.TaskRun);
            var run = TaskRunsStore.New(proposal.TaskRun, clock.Now());
            return await database.WriteBesideAsync(session => MakeAsync(session, run, proposal, lease), cancellation).ConfigureAwait(false);
        }
        catch (StorageException fault) when (fault.IsForeignKeyViolation)
        {
            return Fault(proposal, StatusCodes.Status404NotFound, $"Flow run {proposal.TaskRun?.FlowRunId} not found");
        }
        catch (StorageException fault) when (fault.IsUnstorable)
        {
            return Fault(proposal, StatusCodes.Status422UnprocessableEntity, fault.Message);
        }
        catch (InvalidRequestException fault)
        {
            return Fault(proposal, StatusCodes.Status422UnprocessableEntity, fault.Message);
        }
    }

    private async ValueTask<TaskRunProposalResult> ProposeToKnownAsync(TaskRunProposal proposal, Guid? lease, CancellationToken cancellation)
    {
        if (proposal is not { TaskRunId: { } id, State: { } state })
            return Fault(proposal, StatusCodes.Status422UnprocessableEntity, "A proposal needs a task run to make, or the id of one and a state.");
        var outcome = await orchestrator.ProposeTaskRunStateAsync(id, new SetState(state, proposal.Force) { Entered = proposal.Entered }, lease, cancellation).ConfigureAwait(false);
        return Result(proposal, id, null, outcome);
    }

    private async ValueTask<TaskRunProposalResult> MakeAsync(Session session, NewTaskRun run, TaskRunProposal proposal, Guid? lease)
    {
        if (await FlowRunLeases.FenceAsync(session, run.FlowRunId, lease).ConfigureAwait(false) is { } superseded)
            return Fault(proposal, StatusCodes.Status409Conflict, superseded);
        if (proposal.Entered is not null && await LateStates.WhyOverAsync(session, run.FlowRunId, lease).ConfigureAwait(false) is { } over)
            return Fault(proposal, StatusCodes.Status409Conflict, over);
        var (id, name, holds) = (run.Id, run.Name, await orchestrator.AddTaskRunAsync(session, run, proposal.Entered).ConfigureAwait(false));
        if (holds is null)
        {
            var known = await runs.FindKnownAsync(session, run).ConfigureAwait(false);
            if (known.DynamicKey != run.DynamicKey || known.TaskKey != run.TaskKey)
                return Fault(proposal, StatusCodes.Status409Conflict, $"Another task run has the id {run.Id}.");
            (id, name, holds) = (known.Id, known.Name, known.State);
        }
        if (proposal.State is not { } state)
            return new() { TaskRunId = id, Name = name, State = holds, Status = OrchestrationStatus.Accept, Details = new() { Type = "accept_details" } };
        var set = new SetState(state, proposal.Force) { Entered = proposal.Entered };
        return Result(proposal, id, name, await orchestrator.ProposeTaskRunStateAsync(session, id, set, lease).ConfigureAwait(false));
    }

    private static TaskRunProposalResult Result(TaskRunProposal proposal, Guid id, string? name, ProposalOutcome outcome) => outcome switch
    {
        ProposalOutcome.Answered { Result: var result } => new() { TaskRunId = id, Name = name, State = result.State, Status = result.Status, Details = result.Details },
        ProposalOutcome.Superseded superseded => Fault(proposal, StatusCodes.Status409Conflict, superseded.Detail),
        ProposalOutcome.NotFound => Fault(proposal, StatusCodes.Status404NotFound, "Task run not found"),
        _ => throw new InvalidOperationException($"No answer for {outcome}."),
    };

    private static TaskRunProposalResult Fault(TaskRunProposal proposal, int status, string detail) =>
        new() { TaskRunId = proposal.TaskRun?.Id ?? proposal.TaskRunId, Fault = new(status, detail) };
}
