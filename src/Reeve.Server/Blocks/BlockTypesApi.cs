using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol;
using Reeve.Protocol.Blocks;
using Reeve.Protocol.Filters;
using Reeve.Server.Filters;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.Blocks;

/// <summary><c>/block_types</c>, <c>/block_schemas</c> and <c>/block_capabilities</c></summary>
internal sealed partial class BlockTypesApi(Database database, BlockTypesStore types, BlockSchemasStore schemas, BuiltInBlocks builtIn)
{
    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/block_types", CreateAsync).Says("Adds a kind of block.").Takes<BlockTypeCreate>().Answers<BlockType>(201).Answers(403, 409);
        api.MapPost("/block_types/filter", FilterAsync).Says("Finds kinds of blocks.").Takes<Query>(required: false).Answers<List<BlockType>>();
        api.MapPost("/block_types/install_system_block_types", InstallAsync).Says("Puts back what is missing of the built-in kinds of blocks.").Answers<JsonElement?>();
        api.MapGet("/block_types/slug/{slug}", ReadBySlugAsync).Says("Reads a kind of block by its slug.").Answers<BlockType>().Answers(404);
        api.MapGet("/block_types/{id}", ReadAsync).Says("Reads a kind of block.").Answers<BlockType>().Answers(404);
        api.MapPatch("/block_types/{id}", UpdateAsync).Says("Changes what people see of a kind of block.").Takes<BlockTypeTexts>().Answers(204, 404);
        api.MapDelete("/block_types/{id}", DeleteAsync).Says("Deletes a kind of block with its blocks.").Answers(204, 403, 404);
        api.MapPost("/block_schemas", CreateSchemaAsync).Says("Adds a schema to a kind of block; one of the same checksum and version answers 200.")
            .Takes<BlockSchemaCreate>().Answers<BlockSchema>(201, 200).Answers(404, 409);
        api.MapPost("/block_schemas/filter", FilterSchemasAsync).Says("Finds schemas of blocks, the newest first.").Takes<Query>(required: false).Answers<List<BlockSchema>>();
        api.MapGet("/block_schemas/checksum/{checksum}", ReadSchemaByChecksumAsync).Says("Reads the newest schema with a checksum.").Key<string>("version").Answers<BlockSchema>().Answers(404);
        api.MapGet("/block_schemas/{id}", ReadSchemaAsync).Says("Reads a schema.").Answers<BlockSchema>().Answers(404);
        api.MapDelete("/block_schemas/{id}", DeleteSchemaAsync).Says("Deletes a schema with its blocks.").Answers(204, 403, 404);
        api.MapGet("/block_capabilities", CapabilitiesAsync).Says("Lists what blocks can do.").Answers<List<string>>();
    }

    private async Task CreateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<BlockTypeCreate>(http.RequestAborted).ConfigureAwait(false);
        Check(body);
        if (body.Name.StartsWith("prefect", StringComparison.OrdinalIgnoreCase))
        {
            await http.DoneAsync(Refusal.Forbidden("Block type names beginning with 'Prefect' are reserved.")).ConfigureAwait(false);
            return;
        }
        var isThree = ClientLine.IsThree(http.Request);
        var outcome = await database.WriteAsync(session => types.CreateAsync(session, body, isThree), http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(outcome, StatusCodes.Status201Created).ConfigureAwait(false);
    }

    private async Task FilterAsync(HttpContext http)
    {
        var query = await http.ReadPageAsync().ConfigureAwait(false);
        await http.AnswerAsync(await database.ReadAsync(session => BlockTypesStore.FilterAsync(session, query, ClientLine.IsThree(http.Request)), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task ReadAsync(HttpContext http) =>
        await AnswerAsync(http, await database.ReadAsync(session => BlockTypesStore.ReadAsync(session, http.Id()), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);

    private async Task ReadBySlugAsync(HttpContext http)
    {
        var (slug, isThree) = (http.Route("slug"), ClientLine.IsThree(http.Request));
        await AnswerAsync(http, await database.ReadAsync(session => BlockTypesStore.ReadAsync(session, slug, isThree), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task InstallAsync(HttpContext http)
    {
        await database.WriteAsync(session => builtIn.InstallAsync(session, onlyOnce: false), http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync<JsonElement?>(null).ConfigureAwait(false);
    }

    private async Task UpdateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<BlockTypeTexts>(http.RequestAborted).ConfigureAwait(false);
        var found = await database.WriteAsync(session => types.UpdateAsync(session, http.Id(), body), http.RequestAborted).ConfigureAwait(false);
        await http.DoneAsync(found ? null : BlockTypesStore.NotFound).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext http) =>
        await http.DoneAsync(await database.WriteAsync(session => types.DeleteAsync(session, http.Id()), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);

    private async Task CreateSchemaAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<BlockSchemaCreate>(http.RequestAborted).ConfigureAwait(false);
        if (body.Fields.ValueKind != JsonValueKind.Object)
            throw new InvalidRequestException("body.fields", "Input should be a valid dictionary", "dict_type");
        var outcome = await database.WriteAsync(session => schemas.CreateAsync(session, body), http.RequestAborted).ConfigureAwait(false);
        await (outcome.Refusal is { } refusal
            ? http.DoneAsync(refusal)
            : http.AnswerAsync(outcome.Value.Schema, outcome.Value.IsNew ? StatusCodes.Status201Created : StatusCodes.Status200OK)).ConfigureAwait(false);
    }

    private async Task FilterSchemasAsync(HttpContext http)
    {
        var query = await http.ReadPageAsync().ConfigureAwait(false);
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

    private static void Check(BlockTypeCreate body)
    {
        List<Fault> faults = [];
        if (!Slug().IsMatch(body.Slug))
            faults.Add(new(["body", "slug"], "slug must only contain lowercase letters, numbers, and dashes", "value_error"));
        if (!ShownName().IsMatch(body.Name))
            faults.Add(new(["body", "name"], "A name has at least one character, and none of /, %, &, > and <", "string_pattern_mismatch"));
        if (faults.Count > 0)
            throw new InvalidRequestException(faults);
    }

    [GeneratedRegex("^[^/%&><]+$")]
    private static partial Regex ShownName();

    [GeneratedRegex("^[a-z0-9-]+$")]
    internal static partial Regex Slug();
}
