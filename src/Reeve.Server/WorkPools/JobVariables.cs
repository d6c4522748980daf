using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Protocol;
using Reeve.Server.Deployments;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.WorkPools;

/// <summary>
/// Holds job variables against the schema of a pool's template. The template's standard values come first, then the deployment's, then the run's. Only a run
/// must have all that is required, for only then nothing more can come. Standard values that are wrong are told when the template is given; of a template that is
/// there already they are left out, and then nothing is required.
/// </summary>
internal static class JobVariables
{
    /// <summary>What is wrong with the standard values of a template that is about to be stored.</summary>
    internal static async ValueTask<Refusal?> RefuseDefaultsAsync(Session session, JsonElement? template)
    {
        if (Schema(template) is not { } schema)
            return null;
        if (SchemaShape.Faults(schema) is { Count: > 0 } shape)
            return Invalid($"The schema of the variables is not sound: {string.Join("; ", shape)}.");
        foreach (var id in Defaults(schema).Select(d => BlockOf(d.Value)).OfType<Guid>())
            if (await session.ScalarAsync("select count(*) from block_document where id = @id", ("id", id)).ConfigureAwait(false) == 0)
                return Refusal.NotFound("Block not found.");
        var values = new JsonObject(Defaults(schema).Where(d => BlockOf(d.Value) is null).Select(d => KeyValuePair.Create(d.Name, Node(d.Value))));
        var faults = new ParameterSchema(schema, hidesValues: true) { IsPartial = true, TakesNothing = true }.Faults(Element(values));
        return faults.Count == 0 ? null : Invalid($"Standard values of the job variables do not fit their schema: {string.Join("; ", faults)}.");
    }

    /// <summary>What is wrong with the variables of a deployment, or of a run over those of its deployment.</summary>
    internal static Refusal? Refuse(JsonElement? template, string of, bool isRun, params ReadOnlySpan<JsonElement?> layers)
    {
        if (Schema(template) is not { } schema || SchemaShape.Faults(schema).Count > 0)
            return null;
        var (values, complete) = (new JsonObject(), isRun);
        foreach (var (name, value) in Defaults(schema))
        {
            if (BlockOf(value) is not null || new ParameterSchema(schema) { IsPartial = true, TakesNothing = true }.Faults(Element(new JsonObject { [name] = Node(value) })).Count > 0)
                complete = false;
            else
                values[name] = Node(value);
        }
        foreach (var layer in layers)
            if (layer is { ValueKind: JsonValueKind.Object } given)
                foreach (var member in given.EnumerateObject())
                    values[member.Name] = Node(member.Value);
        var faults = new ParameterSchema(schema, hidesValues: true) { IsPartial = !complete, TakesNothing = true }.Faults(Element(values));
        return faults.Count == 0 ? null : Invalid($"The job variables of {of} do not fit its work pool: {string.Join("; ", faults)}.");
    }

    private static Refusal Invalid(string detail) => new(Microsoft.AspNetCore.Http.StatusCodes.Status422UnprocessableEntity, detail);

    private static JsonElement? Schema(JsonElement? template) =>
        template is { ValueKind: JsonValueKind.Object } given && given.TryGetProperty("variables", out var variables) && variables.ValueKind == JsonValueKind.Object ? variables : null;

    private static IEnumerable<(string Name, JsonElement Value)> Defaults(JsonElement schema)
    {
        if (!schema.TryGetProperty("properties", out var properties) || properties.ValueKind != JsonValueKind.Object)
            yield break;
        foreach (var property in properties.EnumerateObject())
            if (property.Value.ValueKind == JsonValueKind.Object && property.Value.TryGetProperty("default", out var value))
                yield return (property.Name, value);
    }

    // {"$ref": {"block_document_id": "…"}}: the worker puts the block there
    private static Guid? BlockOf(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty("$ref", out var reference) && reference.ValueKind == JsonValueKind.Object
        && reference.TryGetProperty("block_document_id", out var id) && id.ValueKind == JsonValueKind.String
            ? id.TryGetGuid(out var known) ? known : Guid.Empty
            : null;

    private static JsonNode? Node(JsonElement value) => JsonNode.Parse(value.GetRawText());

    private static JsonElement Element(JsonObject values) => values.Deserialize(WireJson.TypeInfo<JsonElement>());
}
