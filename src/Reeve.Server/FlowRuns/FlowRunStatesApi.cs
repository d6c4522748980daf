using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol.Runs;
using Reeve.Server.Hosting;
using Reeve.Server.Orchestration;
using Reeve.Server.Storage;

namespace Reeve.Server.FlowRuns;

/// <summary><c>/flow_run_states</c>: a run's history.</summary>
internal sealed class FlowRunStatesApi(Database database)
{
    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/flow_run_states", ListAsync).Says("The states of a flow run in their order.").Key<Guid>("flow_run_id", required: true).Answers<List<State>>();
        api.MapGet("/flow_run_states/{id}", ReadAsync).Says("Reads a state of a flow run.").Answers<State>().Answers(404);
    }

    private async Task ListAsync(HttpContext http)
    {
        var run = http.Request.QueryId("flow_run_id") ?? throw new InvalidRequestException("query.flow_run_id", "Field required", "missing");
        await http.AnswerAsync(await database.ReadAsync(
            session => session.QueryAsync(
                $"select {StateRows.Columns} from flow_run_state s where s.flow_run_id = @run order by s.timestamp", static row => StateRows.Read(row, 0), ("run", run)),
            http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task ReadAsync(HttpContext http)
    {
        var state = await database.ReadAsync(
            session => session.QueryFirstAsync($"select {StateRows.Columns} from flow_run_state s where s.id = @id", static row => StateRows.Read(row, 0), ("id", http.Id())),
            http.RequestAborted).ConfigureAwait(false);
        await (state is null ? http.NotFoundAsync("Flow run state not found") : http.AnswerAsync(state)).ConfigureAwait(false);
    }
}
