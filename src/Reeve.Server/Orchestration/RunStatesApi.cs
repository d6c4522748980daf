using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol.Runs;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.Orchestration;

/// <summary><c>/flow_run_states</c> and <c>/task_run_states</c>: a run's history.</summary>
internal sealed class RunStatesApi(Database database)
{
    internal void Map(IEndpointRouteBuilder api)
    {
        Map(api, "flow_run", "flow run");
        Map(api, "task_run", "task run");
    }

    private void Map(IEndpointRouteBuilder api, string table, string noun)
    {
        api.MapGet($"/{table}_states", http => ListAsync(http, table)).Says($"The states of a {noun} in their order.").Key<Guid>($"{table}_id", required: true).Answers<List<State>>();
        api.MapGet($"/{table}_states/{{id}}", http => ReadAsync(http, table, noun)).Says($"Reads a state of a {noun}.").Answers<State>().Answers(404);
    }

    private async Task ListAsync(HttpContext http, string table)
    {
        var run = http.Request.QueryId($"{table}_id") ?? throw new InvalidRequestException($"query.{table}_id", "Field required", "missing");
        await http.AnswerAsync(await database.ReadAsync(
            session => session.QueryAsync(
                $"select {StateRows.Columns} from {table}_state s where s.{table}_id = @run order by s.timestamp", static row => StateRows.Read(row, 0), ("run", run)),
            http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task ReadAsync(HttpContext http, string table, string noun)
    {
        var state = await database.ReadAsync(
            session => session.QueryFirstAsync($"select {StateRows.Columns} from {table}_state s where s.id = @id", static row => StateRows.Read(row, 0), ("id", http.Id())),
            http.RequestAborted).ConfigureAwait(false);
        await (state is null ? http.NotFoundAsync($"{char.ToUpper(noun[0], CultureInfo.InvariantCulture)}{noun[1..]} state not found") : http.AnswerAsync(state)).ConfigureAwait(false);
    }
}
