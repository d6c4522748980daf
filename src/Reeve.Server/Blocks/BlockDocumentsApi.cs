using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol.Blocks;
using Reeve.Protocol.Filters;
using Reeve.Server.Filters;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.Blocks;

/// <summary><c>/block_documents</c>. No refusal repeats a body: it may hold secrets.</summary>
internal sealed class BlockDocumentsApi(Database database, BlockDocumentsStore documents)
{
    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/block_documents", CreateAsync).Says("Keeps a block.").Takes<BlockDocumentCreate>().Answers<BlockDocument>(201).Answers(404, 409);
        api.MapPost("/block_documents/filter", FilterAsync).Says("Finds blocks.").Takes<Query>(required: false).Answers<List<BlockDocument>>();
        api.MapPost("/block_documents/count", CountAsync).Says("Counts blocks.").Takes<Query>(required: false).Answers<long>();
        api.MapGet("/block_documents/{id}", ReadAsync).Says("Reads a block; secrets are hidden unless asked for.").Key<bool>("include_secrets", standard: false)
            .Answers<BlockDocument>().Answers(404);
        api.MapPatch("/block_documents/{id}", UpdateAsync).Says("Changes a block's fields.").Takes<BlockDocumentUpdate>().Answers(204, 400, 404);
        api.MapDelete("/block_documents/{id}", DeleteAsync).Says("Deletes a block.").Answers(204, 404);
        api.MapGet("/block_types/slug/{slug}/block_documents", OfTypeAsync).Says("Lists the blocks of a kind.").Key<bool>("include_secrets", standard: false)
            .Answers<List<BlockDocument>>().Answers(404);
        api.MapGet("/block_types/slug/{slug}/block_documents/name/{block_document_name}", ReadByNameAsync).Says("Reads a block by its kind and name.")
            .Key<bool>("include_secrets", standard: false).Answers<BlockDocument>().Answers(404);
    }

    private async Task CreateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<BlockDocumentCreate>(http.RequestAborted, echo: false).ConfigureAwait(false);
        if (body.Name is null && !body.IsAnonymous)
            throw new InvalidRequestException("body.name", "Names must be provided for block documents that are not anonymous");
        if (body.Name is { } name && !body.IsAnonymous && !BlockTypesApi.Slug().IsMatch(name))
            throw new InvalidRequestException("body.name", "name must only contain lowercase letters, numbers, and dashes");
        CheckData(body.Data);
        var outcome = await database.WriteAsync<Outcome<BlockDocument>>(
            async session =>
            {
                var created = await documents.CreateAsync(session, body).ConfigureAwait(false);
                return created.Refusal is { } refusal ? refusal : (await documents.ReadAsync(session, created.Value, withSecrets: false).ConfigureAwait(false))!;
            },
            http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(outcome, StatusCodes.Status201Created).ConfigureAwait(false);
    }

    private async Task UpdateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<BlockDocumentUpdate>(http.RequestAborted, echo: false).ConfigureAwait(false);
        if (body.Data is { } data)
            CheckData(data);
        await http.DoneAsync(await database.WriteAsync(session => documents.UpdateAsync(session, http.Id(), body), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext http) =>
        await http.DoneAsync(await database.WriteAsync(session => documents.DeleteAsync(session, http.Id()), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);

    private async Task ReadAsync(HttpContext http)
    {
        var withSecrets = WantsSecrets(http);
        await AnswerAsync(http, await database.ReadAsync(session => documents.ReadAsync(session, http.Id(), withSecrets), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task ReadByNameAsync(HttpContext http)
    {
        var (slug, name, withSecrets) = (http.Route("slug"), http.Route("block_document_name"), WantsSecrets(http));
        await AnswerAsync(http, await database.ReadAsync(session => documents.ReadAsync(session, slug, name, withSecrets), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task OfTypeAsync(HttpContext http)
    {
        var slug = http.Route("slug");
        var query = new Query { IncludeSecrets = WantsSecrets(http) };
        var outcome = await database.ReadAsync<Outcome<List<BlockDocument>>>(
            async session => await BlockTypesStore.ReadAsync(session, slug).ConfigureAwait(false) is { } type
                ? await documents.FilterAsync(session, query, type.Id).ConfigureAwait(false)
                : BlockTypesStore.NotFound,
            http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(outcome).ConfigureAwait(false);
    }

    private async Task FilterAsync(HttpContext http)
    {
        var query = await http.ReadPageAsync().ConfigureAwait(false);
        await http.AnswerAsync(await database.ReadAsync(session => documents.FilterAsync(session, query), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task CountAsync(HttpContext http)
    {
        var query = await http.Request.ReadWireAsync<Query>(http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(await database.ReadAsync(session => BlockDocumentsStore.CountAsync(session, query), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private static void CheckData(System.Text.Json.JsonElement data)
    {
        if (data.ValueKind != System.Text.Json.JsonValueKind.Object)
            throw new InvalidRequestException("body.data", "Input should be a valid dictionary", "dict_type");
    }

    private static bool WantsSecrets(HttpContext http) => http.Request.Query["include_secrets"].FirstOrDefault()?.ToUpperInvariant() switch
    {
        null or "FALSE" or "0" or "NO" or "OFF" or "F" or "N" => false,
        "TRUE" or "1" or "YES" or "ON" or "T" or "Y" => true,
        _ => throw new InvalidRequestException("query.include_secrets", "Input should be a valid boolean, unable to interpret input", "bool_parsing"),
    };

    private static Task AnswerAsync(HttpContext http, BlockDocument? document) => document is null ? http.DoneAsync(BlockDocumentsStore.NotFound) : http.AnswerAsync(document);
}
