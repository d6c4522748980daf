using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Deployments.Templating;

namespace Reeve.Workers.Jobs;

/// <summary>A work pool's base job template: the configuration with its <c>{{ name }}</c> placeholders, and the variables with their defaults.</summary>
internal sealed class JobTemplate
{
    private readonly JsonObject _configuration;
    private readonly JsonObject _defaults = [];

    public JobTemplate(JsonElement baseJobTemplate)
    {
        var template = Object(baseJobTemplate);
        _configuration = template["job_configuration"] as JsonObject ?? DefaultConfiguration();
        foreach (var (name, property) in template["variables"]?["properties"] as JsonObject ?? [])
        {
            if (property is JsonObject definition && definition.TryGetPropertyValue("default", out var value))
                _defaults[name] = value?.DeepClone();
        }
    }

    /// <summary>The configuration with the variables filled in. Later values win, except that environments are merged name by name.
    /// A placeholder whose variable has no value leaves its key out.</summary>
    public JsonObject Fill(params IReadOnlyList<JsonElement?> variables)
    {
        var values = _defaults.DeepClone().AsObject();
        foreach (var layer in variables)
            Overlay(values, Expand(layer is { } element ? Object(element) : []));
        var filled = Substitute(_configuration, values) as JsonObject ?? [];
        // A template may fix some of the environment and still let a run add to it.
        if (_configuration["env"] is JsonObject && values["env"] is JsonObject more)
            Overlay(filled, new JsonObject { ["env"] = more.DeepClone() });
        return filled;
    }

    private static JsonObject DefaultConfiguration() => new()
    {
        ["command"] = "{{ command }}",
        ["env"] = "{{ env }}",
        ["labels"] = "{{ labels }}",
        ["name"] = "{{ name }}",
        ["stream_output"] = "{{ stream_output }}",
        ["working_dir"] = "{{ working_dir }}",
    };

    private static JsonObject Object(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object ? JsonObject.Create(element)! : [];

    // "env.NAME": value is how overrides of one name were written before job variables were trees.
    private static JsonObject Expand(JsonObject values)
    {
        var expanded = new JsonObject();
        foreach (var (key, value) in values)
        {
            var path = key.Split('.', 2);
            if (path is ["env" or "labels", var name])
                Overlay(expanded, new JsonObject { [path[0]] = new JsonObject { [name] = value?.DeepClone() } });
            else
                Overlay(expanded, new JsonObject { [key] = value?.DeepClone() });
        }

        return expanded;
    }

    private static void Overlay(JsonObject below, JsonObject above)
    {
        foreach (var (key, value) in above)
        {
            if (key is "env" or "labels" && below[key] is JsonObject lower && value is JsonObject upper)
            {
                foreach (var (name, item) in upper)
                    lower[name] = item?.DeepClone();
            }
            else
            {
                below[key] = value?.DeepClone();
            }
        }
    }

    private static JsonNode? Substitute(JsonNode? node, JsonObject values)
    {
        switch (node)
        {
            case JsonObject map:
                var filled = new JsonObject();
                foreach (var (key, item) in map)
                {
                    if (Substitute(item, values) is { } value)
                        filled[key] = value;
                }

                return filled;
            case JsonArray list:
                return new JsonArray([.. list.Select(item => Substitute(item, values)).Where(item => item is not null)]);
            case JsonValue leaf when leaf.TryGetValue<string>(out var text):
                return SubstituteText(text, values);
            default:
                return node?.DeepClone();
        }
    }

    private static JsonNode? SubstituteText(string text, JsonObject values)
    {
        var template = Template.Parse(text);
        if (template.Whole is { Kind: PlaceholderKind.StepOutput } whole)
            return values[whole.Expression]?.DeepClone();
        for (var i = template.Placeholders.Count - 1; i >= 0; i--)
        {
            if (template.Placeholders[i] is { Kind: PlaceholderKind.StepOutput } placeholder)
                text = string.Concat(text.AsSpan(0, placeholder.Offset), values[placeholder.Expression]?.ToString() ?? "", text.AsSpan(placeholder.Offset + placeholder.Length));
        }

        return JsonValue.Create(text);
    }
}
