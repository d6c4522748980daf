using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol.Blocks;
using Reeve.Protocol.Filters;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.Blocks;

/// <summary><c>/block_types</c>, <c>/block_schemas</c> and <c>/block_capabilities</c></summary>
internal sealed partial class BlockTypesApi(Database database, BlockTypesStore types, BlockSchemasStore schemas)
{
    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/block_types", CreateAsync);
        api.MapPost("/block_types/filter", FilterAsync);
        api.MapPost("/block_types/install_system_block_types", http => http.AnswerAsync<System.Text.Json.JsonElement?>(null));
        api.MapGet("/block_types/slug/{slug}", ReadBySlugAsync);
        api.MapGet("/block_types/{id}", ReadAsync);
        api.MapPatch("/block_types/{id}", UpdateAsync);
        api.MapDelete("/block_types/{id}", DeleteAsync);
        api.MapPost("/block_schemas", CreateSchemaAsync);
        api.MapPost("/block_schemas/filter", FilterSchemasAsync);
        api.MapGet("/block_schemas/checksum/{checksum}", ReadSchemaByChecksumAsync);
        api.MapGet("/block_schemas/{id}", ReadSchemaAsync);
        api.MapDelete("/block_schemas/{id}", DeleteSchemaAsync);
        api.MapGet("/block_capabilities", CapabilitiesAsync);
    }

    private async Task CreateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<BlockTypeCreate>(http.RequestAborted).ConfigureAwait(false);
        if (!Slug().IsMatch(body.Slug))
            throw new InvalidRequestException("body.slug", "slug must only contain lowercase letters, numbers, and dashes");
        var outcome = await database.WriteAsync(session => types.CreateAsync(session, body), http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(outcome, StatusCodes.Status201Created).ConfigureAwait(false);
    }

    private async Task FilterAsync(HttpContext http)
    {
        var query = await http.Request.ReadWireAsync<Query>(http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(await database.ReadAsync(session => BlockTypesStore.FilterAsync(session, query), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task ReadAsync(HttpContext http) =>
        await AnswerAsync(http, await database.ReadAsync(session => BlockTypesStore.ReadAsync(session, http.Id()), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);

    private async Task ReadBySlugAsync(HttpContext http)
    {
        var slug = http.Route("slug");
        await AnswerAsync(http, await database.ReadAsync(session => BlockTypesStore.ReadAsync(session, slug), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task UpdateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<BlockTypeTexts>(http.RequestAborted).ConfigureAwait(false);
        var found = await database.WriteAsync(session => types.UpdateAsync(session, http.Id(), body), http.RequestAborted).ConfigureAwait(false);
        await http.DoneAsync(found ? null : BlockTypesStore.NotFound).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext http) =>
        await http.DoneAsync(await database.WriteAsync(session => BlockTypesStore.DeleteAsync(session, http.Id()), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);

    private async Task CreateSchemaAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<BlockSchemaCreate>(http.RequestAborted).ConfigureAwait(false);
        if (body.Fields.ValueKind != System.Text.Json.JsonValueKind.Object)
            throw new InvalidRequestException("body.fields", "Input should be a valid dictionary", "dict_type");
        var outcome = await database.WriteAsync(session => schemas.CreateAsync(session, body), http.RequestAborted).ConfigureAwait(false);
        await (outcome.Refusal is { } refusal
            ? http.DoneAsync(refusal)
            : http.AnswerAsync(outcome.Value.Schema, outcome.Value.IsNew ? StatusCodes.Status201Created : StatusCodes.Status200OK)).ConfigureAwait(false);
    }

    private async Task FilterSchemasAsync(HttpContext http)
    {
        var query = await http.Request.ReadWireAsync<Query>(http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(await database.ReadAsync(session => BlockSchemasStore.FilterAsync(session, query), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task ReadSchemaAsync(HttpContext http) =>
        await AnswerAsync(http, await database.ReadAsync(session => BlockSchemasStore.ReadAsync(session, http.Id()), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);

    private async Task ReadSchemaByChecksumAsync(HttpContext http)
    {
        var (checksum, version) = (http.Route("checksum"), http.Request.Query["version"].FirstOrDefault());
        await AnswerAsync(http, await database.ReadAsync(session => BlockSchemasStore.ReadAsync(session, checksum, version), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task DeleteSchemaAsync(HttpContext http) =>
        await http.DoneAsync(await database.WriteAsync(session => BlockSchemasStore.DeleteAsync(session, http.Id()), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);

    private async Task CapabilitiesAsync(HttpContext http) =>
        await http.AnswerAsync(await database.ReadAsync(BlockSchemasStore.CapabilitiesAsync, http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);

    private static Task AnswerAsync(HttpContext http, BlockType? type) => type is null ? http.DoneAsync(BlockTypesStore.NotFound) : http.AnswerAsync(type);

    private static Task AnswerAsync(HttpContext http, BlockSchema? schema) => schema is null ? http.DoneAsync(BlockSchemasStore.NotFound) : http.AnswerAsync(schema);

    [GeneratedRegex("^[a-z0-9-]+$")]
    internal static partial Regex Slug();
}
