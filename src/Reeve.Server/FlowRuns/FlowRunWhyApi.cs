using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol.Runs;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.FlowRuns;

/// <summary><c>/flow_runs/{id}/why</c></summary>
internal sealed class FlowRunWhyApi(Database database, FlowRunExplainer explainer)
{
    internal void Map(IEndpointRouteBuilder api) => api.MapGet("/flow_runs/{id}/why", ReadAsync)
        .Says("Tells why a run does not run or go on: what it waits for, who has it, and what can be done.").Answers<FlowRunExplanation>().Answers(404);

    private async Task ReadAsync(HttpContext http)
    {
        var explanation = await database.ReadAsync(session => explainer.ExplainAsync(session, http.Id()), http.RequestAborted).ConfigureAwait(false);
        await (explanation is null ? http.NotFoundAsync("Flow run not found") : http.AnswerAsync(explanation)).ConfigureAwait(false);
    }
}
