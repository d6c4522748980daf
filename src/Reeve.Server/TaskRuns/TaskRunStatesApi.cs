using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol.Runs;
using Reeve.Server.Hosting;
using Reeve.Server.Orchestration;
using Reeve.Server.Storage;

namespace Reeve.Server.TaskRuns;

/// <summary><c>/task_run_states</c>: a run's history.</summary>
internal sealed class TaskRunStatesApi(Database database)
{
    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/task_run_states", ListAsync).Says("The states of a task run in their order.").Key<Guid>("task_run_id", required: true).Answers<List<State>>();
        api.MapGet("/task_run_states/{id}", ReadAsync).Says("Reads a state of a task run.").Answers<State>().Answers(404);
    }

    private async Task ListAsync(HttpContext http)
    {
        var run = http.Request.QueryId("task_run_id") ?? throw new InvalidRequestException("query.task_run_id", "Field required", "missing");
        await http.AnswerAsync(await database.ReadAsync(
            session => session.QueryAsync(
                $"select {StateRows.Columns} from task_run_state s where s.task_run_id = @run order by s.timestamp", static row => StateRows.Read(row, 0), ("run", run)),
            http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task ReadAsync(HttpContext http)
    {
        var state = await database.ReadAsync(
            session => session.QueryFirstAsync($"select {StateRows.Columns} from task_run_state s where s.id = @id", static row => StateRows.Read(row, 0), ("id", http.Id())),
            http.RequestAborted).ConfigureAwait(false);
        await (state is null ? http.NotFoundAsync("Task run state not found") : http.AnswerAsync(state)).ConfigureAwait(false);
    }
}
