using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Protocol;
using Reeve.Server.Templates;

namespace Reeve.Server.Schemas;

/// <summary>
/// Values of which a part says by "__prefect_kind" how it comes about: "none" holds the value itself, "json" its text, "jinja" a template and "workspace_variable" a
/// variable's name. The last two have their value only when they are used, so a schema cannot judge them.
/// </summary>
internal sealed class Placeholders
{
    private const string Kind = "__prefect_kind";
    private readonly List<(string At, string Message)> faults = [];
    private readonly List<(string At, string Name)> named = [];
    private readonly List<string> open = [];

    /// <summary>The values with what is known put in.</summary>
    internal JsonElement Values { get; private set; }

    internal IEnumerable<string> VariableNames => named.Select(n => n.Name).Distinct(StringComparer.Ordinal);

    internal static Placeholders Of(JsonElement values)
    {
        var found = new Placeholders();
        found.Values = WireJson.Parse(found.Filled(JsonObject.Create(values), "")?.ToJsonString() ?? "{}");
        return found;
    }

    internal IEnumerable<(string At, string Message)> Faults(IReadOnlySet<string> variables) =>
        faults.Concat(named.Where(n => !variables.Contains(n.Name)).Select(n => (n.At, $"There is no variable '{n.Name}'.")));

    /// <summary>True for a place that a schema cannot judge, and for what is below it.</summary>
    internal bool IsOpen(string at) => open.Exists(o => at == o || at.StartsWith(o + ".", StringComparison.Ordinal) || at.StartsWith(o + "[", StringComparison.Ordinal));

    private JsonNode? Filled(JsonNode? value, string at)
    {
        switch (value)
        {
            case JsonObject map when map[Kind] is JsonValue kind && kind.TryGetValue<string>(out var name):
                return Filled(map, name, at);
            case JsonObject map:
                return new JsonObject(map.Select(m => KeyValuePair.Create(m.Key, Filled(m.Value, at.Length == 0 ? m.Key : $"{at}.{m.Key}"))));
            case JsonArray list:
                return new JsonArray([.. list.Select((item, i) => Filled(item, string.Create(CultureInfo.InvariantCulture, $"{at}[{i}]")))]);
            default:
                return value?.DeepClone();
        }
    }

    private JsonNode? Filled(JsonObject map, string kind, string at)
    {
        switch (kind)
        {
            case "none":
                return Filled(map["value"], at);
            case "json":
                return Parsed(Text(map, "value"), at);
            case "jinja":
                open.Add(at);
                if (Text(map, "template") is { } template && TemplateSyntax.Fault(template) is { } fault)
                    faults.Add((at, string.Create(CultureInfo.InvariantCulture, $"Invalid jinja: line {fault.Line}: {fault.Message}")));
                return null;
            case "workspace_variable":
                open.Add(at);
                if (Text(map, "variable_name") is { } variable)
                    named.Add((at, variable));
                return null;
            default:
                open.Add(at);
                faults.Add((at, $"There is no kind of value '{kind}'."));
                return null;
        }
    }

    private JsonNode? Parsed(string? json, string at)
    {
        try
        {
            return json is null ? null : JsonNode.Parse(json);
        }
        catch (JsonException)
        {
            open.Add(at);
            faults.Add((at, "Invalid JSON"));
            return null;
        }
    }

    private static string? Text(JsonObject map, string name) => map[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
