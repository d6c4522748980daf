using System.Text.Json;

namespace Reeve.Cli.ApiComparison;

/// <summary>A schema with its references, alternatives and parts brought together: which kinds of JSON it lets through, and what those hold.</summary>
internal sealed class ApiSchema
{
    private readonly JsonElement _components;
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private int _alternatives;

    public ApiSchema(JsonElement components, IEnumerable<JsonElement> schemas)
    {
        _components = components;
        foreach (var schema in schemas)
            Add(schema);
        // without a word on what it is, it may be anything
        if (Kinds.Count == 0)
            IsAny = true;
    }

    /// <summary>string, integer, number, boolean, object, array. Null is left out: one of the documents never speaks of it.</summary>
    public HashSet<string> Kinds { get; } = new(StringComparer.Ordinal);

    public bool IsAny { get; private set; }

    public HashSet<string> Values { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, List<JsonElement>> Properties { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, int> RequiredBy { get; } = new(StringComparer.Ordinal);

    public List<JsonElement> Items { get; } = [];

    public List<JsonElement> Named { get; } = [];

    /// <summary>The names of the components it is made of; they tell where a type holds itself.</summary>
    public string Key => string.Join('+', _seen.Order(StringComparer.Ordinal));

    public bool IsRequired(string property) => RequiredBy.GetValueOrDefault(property) == _alternatives && _alternatives > 0;

    public ApiSchema Property(string name) => new(_components, Properties[name]);

    public ApiSchema Item() => new(_components, Items);

    private void Add(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object)
            return;
        if (schema.TryGetProperty("$ref", out var reference))
        {
            var name = reference.GetString()!.Split('/')[^1];
            if (_seen.Add(name) && _components.TryGetProperty(name, out var component))
                Add(component);
            return;
        }
        var composed = false;
        foreach (var word in (ReadOnlySpan<string>)["anyOf", "oneOf", "allOf"])
        {
            if (!schema.TryGetProperty(word, out var parts))
                continue;
            composed = true;
            foreach (var part in parts.EnumerateArray())
                Add(part);
        }
        AddKind(schema, composed);
        AddParts(schema);
    }

    private void AddKind(JsonElement schema, bool composed)
    {
        if (schema.TryGetProperty("type", out var type))
        {
            foreach (var kind in type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(t => t.GetString()!) : [type.GetString()!])
                if (kind != "null")
                    Kinds.Add(kind);
        }
        else if (schema.TryGetProperty("const", out _) || schema.TryGetProperty("enum", out _))
        {
            Kinds.Add("string");
        }
        else if (!composed && !schema.TryGetProperty("properties", out _))
        {
            IsAny = true;
        }
    }

    private void AddParts(JsonElement schema)
    {
        if (schema.TryGetProperty("enum", out var values))
            Values.UnionWith(values.EnumerateArray().Where(v => v.ValueKind == JsonValueKind.String).Select(v => v.GetString()!));
        if (schema.TryGetProperty("items", out var items))
            Items.Add(items);
        if (schema.TryGetProperty("additionalProperties", out var named) && named.ValueKind == JsonValueKind.Object)
            Named.Add(named);
        if (!schema.TryGetProperty("properties", out var properties))
            return;
        _alternatives++;
        foreach (var property in properties.EnumerateObject())
        {
            if (!Properties.TryGetValue(property.Name, out var known))
                Properties[property.Name] = known = [];
            known.Add(property.Value);
        }
        if (schema.TryGetProperty("required", out var required))
            foreach (var name in required.EnumerateArray())
                RequiredBy[name.GetString()!] = RequiredBy.GetValueOrDefault(name.GetString()!) + 1;
    }
}
