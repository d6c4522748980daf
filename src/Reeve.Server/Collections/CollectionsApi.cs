using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol;
using Reeve.Server.Blocks;
using Reeve.Server.Hosting;

namespace Reeve.Server.Collections;

/// <summary><c>/collections/views</c>: which kinds of workers there are, and how a pool of each kind begins.</summary>
internal sealed class CollectionsApi
{
    private readonly JsonElement workers = Resource("worker-metadata.json");

    internal void Map(IEndpointRouteBuilder api) => api.MapGet("/collections/views/{view}", ReadAsync)
        .Says("Reads what kinds of workers there are.").Answers<JsonElement>().Answers(404);

    private Task ReadAsync(HttpContext http)
    {
        var view = http.Route("view");
        return view switch
        {
            "aggregate-worker-metadata" => http.AnswerAsync(workers),
            "aggregate-block-metadata" => http.AnswerAsync(BuiltInBlocks.OfCollections()),
            // flows that clients could install are no matter of this server
            "aggregate-flow-metadata" or "demo-flows" => http.AnswerAsync(WireJson.EmptyObject),
            _ => http.NotFoundAsync($"View \"{view}\" not found; known are aggregate-worker-metadata, aggregate-block-metadata, aggregate-flow-metadata and demo-flows."),
        };
    }

    internal static JsonElement Resource(string name)
    {
        using var stream = typeof(CollectionsApi).Assembly.GetManifestResourceStream($"Reeve.Server.Collections.{name}")!;
        using var document = JsonDocument.Parse(stream);
        return document.RootElement.Clone();
    }
}
