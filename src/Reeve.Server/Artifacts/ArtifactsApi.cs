using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol.Artifacts;
using Reeve.Protocol.Filters;
using Reeve.Server.Filters;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.Artifacts;

/// <summary><c>/artifacts</c></summary>
internal sealed class ArtifactsApi(Database database, ArtifactsStore artifacts)
{
    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/artifacts", CreateAsync).Says("Keeps an artifact; it becomes the newest of its key.").Takes<ArtifactCreate>().Answers<Artifact>(201);
        api.MapPost("/artifacts/filter", FilterAsync).Says("Finds artifacts.").Takes<Query>(required: false).Answers<List<Artifact>>();
        api.MapPost("/artifacts/count", CountAsync).Says("Counts artifacts.").Takes<Query>(required: false).Answers<long>();
        api.MapPost("/artifacts/latest/filter", FilterLatestAsync).Says("Finds the newest artifact of each key.").Takes<Query>(required: false).Answers<List<ArtifactCollection>>();
        api.MapPost("/artifacts/latest/count", CountLatestAsync).Says("Counts the keys of artifacts.").Takes<Query>(required: false).Answers<long>();
        api.MapGet("/artifacts/{key}/latest", ReadLatestAsync).Says("Reads the newest artifact of a key.").Answers<Artifact>().Answers(404);
        api.MapGet("/artifacts/{id}", ReadAsync).Says("Reads an artifact.").Answers<Artifact>().Answers(404);
        api.MapPatch("/artifacts/{id}", UpdateAsync).Says("Changes an artifact's content, description or metadata.").Takes<ArtifactUpdate>().Answers(204, 404);
        api.MapDelete("/artifacts/{id}", DeleteAsync).Says("Deletes an artifact.").Answers(204, 404);
    }

    private async Task CreateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<ArtifactCreate>(http.RequestAborted).ConfigureAwait(false);
        var made = await database.WriteAsync(session => artifacts.CreateAsync(session, body), http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(made, StatusCodes.Status201Created).ConfigureAwait(false);
    }

    private async Task ReadAsync(HttpContext http)
    {
        var id = http.Id();
        await AnswerAsync(http, await database.ReadAsync(session => ArtifactsStore.ReadAsync(session, id), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task ReadLatestAsync(HttpContext http)
    {
        var key = http.Route("key");
        await AnswerAsync(http, await database.ReadAsync(session => ArtifactsStore.ReadLatestAsync(session, key), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task FilterAsync(HttpContext http)
    {
        var query = await http.ReadPageAsync().ConfigureAwait(false);
        await http.AnswerAsync(await database.ReadAsync(session => ArtifactsStore.FilterAsync(session, query), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task CountAsync(HttpContext http)
    {
        var query = await http.Request.ReadWireAsync<Query>(http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(await database.ReadAsync(session => ArtifactsStore.CountAsync(session, query), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task FilterLatestAsync(HttpContext http)
    {
        var query = await http.ReadPageAsync().ConfigureAwait(false);
        await http.AnswerAsync(await database.ReadAsync(session => ArtifactsStore.FilterLatestAsync(session, query), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task CountLatestAsync(HttpContext http)
    {
        var query = await http.Request.ReadWireAsync<Query>(http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(await database.ReadAsync(session => ArtifactsStore.CountLatestAsync(session, query), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task UpdateAsync(HttpContext http)
    {
        var id = http.Id();
        var body = await http.Request.ReadWireAsync<ArtifactUpdate>(http.RequestAborted).ConfigureAwait(false);
        await http.DoneAsync(await database.WriteAsync(session => artifacts.UpdateAsync(session, id, body), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var id = http.Id();
        await http.DoneAsync(await database.WriteAsync(session => artifacts.DeleteAsync(session, id), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private static Task AnswerAsync(HttpContext http, Artifact? artifact) => artifact is null ? http.DoneAsync(ArtifactsStore.NotFound) : http.AnswerAsync(artifact);
}
