using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol.Json;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.Graphs;

/// <summary><c>/flow_runs/{id}/graph</c> and <c>graph-v2</c></summary>
internal sealed class FlowRunGraphApi(Database database, FlowRunGraphStore graphs)
{
    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/flow_runs/{id}/graph", ReadDependenciesAsync).Says("The task runs of a flow run with what each waited for.").Answers<List<Dependency>>().Answers(404);
        api.MapGet("/flow_runs/{id}/graph-v2", ReadAsync)
            .Says("The graph of a flow run's tasks and subflows.").Key<DateTimeOffset>("since").Answers<Graph>().Answers(400, 404);
    }

    private async Task ReadDependenciesAsync(HttpContext http)
    {
        var found = await database.ReadAsync(session => graphs.DependenciesAsync(session, http.Id()), http.RequestAborted).ConfigureAwait(false);
        await (found is null ? http.NotFoundAsync("Flow run not found") : http.AnswerAsync(found)).ConfigureAwait(false);
    }

    private async Task ReadAsync(HttpContext http)
    {
        var since = Since(http.Request);
        var id = http.Id();
        var graph = await database.ReadAsync(session => graphs.ReadAsync(session, id, since), http.RequestAborted).ConfigureAwait(false);
        await (graph switch
        {
            null => http.NotFoundAsync("Flow run not found"),
            { Nodes.Count: > FlowRunGraphStore.MostNodes } => http.ProblemAsync(StatusCodes.Status400BadRequest, string.Create(
                CultureInfo.InvariantCulture, $"The graph of flow run {id} has more than {FlowRunGraphStore.MostNodes} nodes; ask for a part of it with 'since'.")),
            _ => http.AnswerAsync(graph),
        }).ConfigureAwait(false);
    }

    private static DateTimeOffset Since(HttpRequest request)
    {
        if (!request.Query.TryGetValue("since", out var text))
            return DateTimeOffset.MinValue;
        return WireTimeConverter.TryParse(text, out var since) ? since : throw new InvalidRequestException("query.since", "Input should be a valid datetime", "datetime_parsing");
    }
}
