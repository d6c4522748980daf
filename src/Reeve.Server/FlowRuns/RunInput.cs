using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Protocol;
using Reeve.Protocol.Blocks;
using Reeve.Server.Templates;

namespace Reeve.Server.FlowRuns;

/// <summary>
/// The input of a resumed run, or the parameters of a run, with its placeholders filled in. A placeholder is an object with <c>__prefect_kind</c>, as consoles write them: "none" and "json" hold a
/// value, "workspace_variable" names a variable, "jinja" holds a template. One that holds nothing yet vanishes from the object or list it stands in.
/// </summary>
internal sealed class RunInput(Func<string, ValueTask<Variable?>> findVariable, IReadOnlyDictionary<string, object?>? context = null)
{
    private readonly IReadOnlyDictionary<string, object?> names = context ?? new Dictionary<string, object?>();
    private string? fault;

    internal JsonElement Value { get; private set; } = WireJson.EmptyObject;

    internal string Text => Value.GetRawText();

    /// <summary>Returns the first fault, null where there is none.</summary>
    internal async ValueTask<string?> FillAsync(Dictionary<string, JsonElement> given)
    {
        JsonObject filled = [];
        // the input as a whole may be a placeholder too
        if (given.ContainsKey("__prefect_kind"))
            filled = (await FillAsync(JsonSerializer.SerializeToElement(given, WireJson.TypeInfo<Dictionary<string, JsonElement>>())).ConfigureAwait(false)).Node as JsonObject ?? filled;
        else
            foreach (var (name, value) in given)
                if (await FillAsync(value).ConfigureAwait(false) is { IsThere: true } part)
                    filled[name] = part.Node;
        Value = WireJson.Parse(filled.ToJsonString());
        return fault;
    }

    private async ValueTask<(bool IsThere, JsonNode? Node)> FillAsync(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when value.TryGetProperty("__prefect_kind", out var kind):
                return await FillPlaceholderAsync(value, kind.ValueKind == JsonValueKind.String ? kind.GetString()! : "").ConfigureAwait(false);
            case JsonValueKind.Object:
                JsonObject filled = [];
                foreach (var member in value.EnumerateObject())
                    if (await FillAsync(member.Value).ConfigureAwait(false) is { IsThere: true } part)
                        filled[member.Name] = part.Node;
                return (true, filled);
            case JsonValueKind.Array:
                JsonArray list = [];
                foreach (var item in value.EnumerateArray())
                    if (await FillAsync(item).ConfigureAwait(false) is { IsThere: true } part)
                        list.Add(part.Node);
                return (true, list);
            default:
                return (true, Node(value));
        }
    }

    private async ValueTask<(bool IsThere, JsonNode? Node)> FillPlaceholderAsync(JsonElement placeholder, string kind)
    {
        var field = kind switch { "jinja" => "template", "workspace_variable" => "variable_name", _ => "value" };
        if (!placeholder.TryGetProperty(field, out var content))
            return kind is "none" or "jinja" ? Fail($"Missing '{field}' key in __prefect object") : (kind is not ("json" or "workspace_variable"), null);
        if (kind is not ("none" or "json" or "workspace_variable" or "jinja"))
            return (true, Node(content));
        // what is filled in may itself have to be filled in first
        var (isThere, inner) = kind == "none" || content.ValueKind == JsonValueKind.Object ? await FillAsync(content).ConfigureAwait(false) : (true, Node(content));
        if (!isThere || inner is not JsonValue text || !text.TryGetValue<string>(out var said))
            return kind is "none" or "json" || !isThere ? (isThere, inner) : Fail($"'{field}' should be a text");
        return kind switch
        {
            "json" => Parse(said),
            "workspace_variable" => await FindAsync(said).ConfigureAwait(false),
            _ => Render(said),
        };
    }

    // a template's outcome is a text, whatever it looks like
    private (bool IsThere, JsonNode? Node) Render(string template) => Template.Render(template, names) switch
    {
        (string text, _) => (true, JsonValue.Create(text)),
        (_, var why) => Fail($"Invalid jinja: {why}"),
    };

    private (bool IsThere, JsonNode? Node) Parse(string json)
    {
        try
        {
            return (true, JsonNode.Parse(json));
        }
        catch (JsonException broken)
        {
            return Fail(string.Create(
                CultureInfo.InvariantCulture, $"Invalid JSON: Expecting value: line {broken.LineNumber + 1} column {broken.BytePositionInLine + 1}"));
        }
    }

    private async ValueTask<(bool IsThere, JsonNode? Node)> FindAsync(string name) =>
        await findVariable(name).ConfigureAwait(false) is { } variable ? (true, Node(variable.Value)) : Fail($"Variable '{name}' not found in workspace.");

    private (bool IsThere, JsonNode? Node) Fail(string why)
    {
        fault ??= why;
        return (false, null);
    }

    private static JsonNode? Node(JsonElement? value) => value is not { } element ? null : JsonNode.Parse(element.GetRawText());
}
