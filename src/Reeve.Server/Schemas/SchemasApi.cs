using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Server.Deployments;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;
using Reeve.Server.Variables;

namespace Reeve.Server.Schemas;

/// <summary><c>/ui/schemas/validate</c>: what the console's forms ask before they send parameters or job variables.</summary>
internal sealed class SchemasApi(Database database, VariablesStore variables)
{
    internal void Map(IEndpointRouteBuilder api) => api.MapPost("/ui/schemas/validate", ValidateAsync)
        .Says("Holds values against a JSON schema and tells every fault at its place.").Takes<SchemaQuestion>().Answers<SchemaVerdict>();

    private async Task ValidateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<SchemaQuestion>(http.RequestAborted).ConfigureAwait(false);
        if (body.Schema.ValueKind != JsonValueKind.Object)
            throw new InvalidRequestException("body.schema", "Input should be a valid dictionary", "dict_type");
        if (body.Values.ValueKind != JsonValueKind.Object)
            throw new InvalidRequestException("body.values", "Input should be a valid dictionary", "dict_type");
        if (SchemaSoundness.FaultOf(body.Schema) is { } unsound)
        {
            // one sentence, as the 3.x server answers it: the body is well formed, what it says of values is not
            await http.DoneAsync(new Refusal(StatusCodes.Status422UnprocessableEntity, $"Invalid schema: {unsound}")).ConfigureAwait(false);
            return;
        }
        var placeholders = Placeholders.Of(body.Values);
        HashSet<string> known = new(StringComparer.Ordinal);
        await database.ReadAsync(
            async session =>
            {
                foreach (var name in placeholders.VariableNames)
                    if (await variables.ReadAsync(session, name).ConfigureAwait(false) is not null)
                        known.Add(name);
                return true;
            },
            http.RequestAborted).ConfigureAwait(false);
        var faults = new SchemaFaults();
        foreach (var (at, message) in placeholders.Faults(known))
            faults.Add(at, message);
        foreach (var fault in Faults(body.Schema, placeholders.Values))
            faults.Add(fault, placeholders.IsOpen);
        await http.AnswerAsync(new SchemaVerdict(faults.Tree, faults.Tree.Count == 0)).ConfigureAwait(false);
    }

    private static List<SchemaFault> Faults(JsonElement schema, JsonElement values)
    {
        try
        {
            return new ParameterSchema(schema).Faults(values);
        }
        catch (InvalidOperationException)
        {
            // a keyword holds what it cannot hold
            throw new InvalidRequestException("body.schema", "Invalid schema: a keyword has a value of the wrong type");
        }
    }
}

/// <summary>The body of <c>POST /ui/schemas/validate</c>.</summary>
internal sealed record SchemaQuestion(JsonElement Schema, JsonElement Values);

/// <summary>Its answer; an error is a text, <c>{"property", "errors"}</c> or <c>{"index", "errors"}</c>.</summary>
internal sealed record SchemaVerdict(System.Text.Json.Nodes.JsonArray Errors, bool Valid);
