using System.Collections;
using System.ComponentModel;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Reeve.Engine;

namespace Reeve;

/// <summary>
/// The JSON Schema of a type by the contract of its serializer, in the words that servers and consoles know: types, formats, enum, anyOf with null, definitions. Made once
/// for a type, when a block is registered or a pause asks for input.
/// </summary>
internal sealed class TypeSchema(JsonSerializerOptions options)
{
    private static readonly Dictionary<Type, (string Type, string? Format)> Plain = new()
    {
        [typeof(string)] = ("string", null),
        [typeof(char)] = ("string", null),
        [typeof(bool)] = ("boolean", null),
        [typeof(byte)] = ("integer", null),
        [typeof(sbyte)] = ("integer", null),
        [typeof(short)] = ("integer", null),
        [typeof(ushort)] = ("integer", null),
        [typeof(int)] = ("integer", null),
        [typeof(uint)] = ("integer", null),
        [typeof(long)] = ("integer", null),
        [typeof(ulong)] = ("integer", null),
        [typeof(float)] = ("number", null),
        [typeof(double)] = ("number", null),
        [typeof(decimal)] = ("number", null),
        [typeof(Guid)] = ("string", "uuid"),
        [typeof(DateTime)] = ("string", "date-time"),
        [typeof(DateTimeOffset)] = ("string", "date-time"),
        [typeof(DateOnly)] = ("string", "date"),
        [typeof(TimeOnly)] = ("string", "time"),
        [typeof(TimeSpan)] = ("string", "duration"),
        [typeof(Uri)] = ("string", "uri"),
    };

    /// <summary>The types below the root, by name.</summary>
    public JsonObject Definitions { get; } = [];

    /// <summary>Secret fields of the types below the root that are not blocks, by definition.</summary>
    public List<string> Secrets { get; } = [];

    /// <summary>Makes the schema of a nested block; null where blocks are values like others.</summary>
    public Func<Type, string, JsonObject?> Nested { get; set; } = (_, _) => null;

    /// <summary>True for types whose JSON is an object with known members.</summary>
    public bool IsObject(Type type) => options.GetTypeInfo(type).Kind == JsonTypeInfoKind.Object && type != typeof(object);

    /// <summary>The schema of an object's members.</summary>
    /// <param name="type">A type that <see cref="IsObject"/>.</param>
    /// <param name="at">Where the object stands in the root, with a dot at the end; empty: it is the root.</param>
    public JsonObject Object(Type type, string at = "")
    {
        var (properties, required) = (new JsonObject(), new JsonArray());
        foreach (var property in options.GetTypeInfo(type).Properties.Where(p => p.Get is not null || p.Set is not null))
        {
            properties[property.Name] = Property(property, at + property.Name);
            if (property.IsRequired)
                required.Add(property.Name);
        }

        var schema = new JsonObject { ["title"] = type.Name, ["type"] = "object" };
        if (DescriptionOf(type) is { } description)
            schema["description"] = description;
        schema["properties"] = properties;
        if (required.Count > 0)
            schema["required"] = required;
        return schema;
    }

    /// <summary>"max_size" as people read it: "Max Size".</summary>
    public static string Words(string name) =>
        string.Join(' ', name.Split('_', '-').Where(word => word.Length > 0).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    private JsonObject Property(JsonPropertyInfo property, string at)
    {
        var schema = Of(property.PropertyType, property.IsGetNullable && !property.PropertyType.IsValueType, at);
        if (!schema.ContainsKey("$ref"))
            schema["title"] = Words(property.Name);
        if (DescriptionOf(property.AttributeProvider) is { } description)
            schema["description"] = description;
        if (property.AssociatedParameter is { HasDefaultValue: true } parameter && !IsSecret(property.PropertyType))
            schema["default"] = parameter.DefaultValue is null ? null : JsonSerializer.SerializeToNode(parameter.DefaultValue, options.GetTypeInfo(property.PropertyType));
        return schema;
    }

    private JsonObject Of(Type type, bool isNullable, string at)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
            return OrNull(Of(inner, isNullable: false, at));
        return isNullable ? OrNull(Of(type, isNullable: false, at)) : Of(type, at);
    }

    private JsonObject Of(Type type, string at)
    {
        if (Plain.TryGetValue(type, out var plain))
            return plain.Format is null ? new() { ["type"] = plain.Type } : new() { ["type"] = plain.Type, ["format"] = plain.Format };
        if (type.IsEnum)
            return new() { ["enum"] = new JsonArray([.. Enum.GetNames(type).Select(name => (JsonNode)name)]), ["type"] = "string" };
        if (IsSecret(type))
            return Secret(type, at);
        if (Nested(type, at) is { } nested)
            return nested;
        return options.GetTypeInfo(type) switch
        {
            { Kind: JsonTypeInfoKind.Dictionary } map => new() { ["type"] = "object", ["additionalProperties"] = Of(map.ElementType!, at + ".*") },
            { Kind: JsonTypeInfoKind.Enumerable } list => new() { ["type"] = "array", ["items"] = Of(list.ElementType!, at) },
            { Kind: JsonTypeInfoKind.Object } when type != typeof(object) => Reference(type, at),
            _ => [], // a JsonElement, or a type with a converter of its own: anything
        };
    }

    private JsonObject Secret(Type type, string at)
    {
        Secrets.Add(at);
        var schema = Of(type.GetGenericArguments()[0], at);
        schema["writeOnly"] = true;
        schema["format"] = "password";
        return schema;
    }

    private JsonObject Reference(Type type, string at)
    {
        if (!Definitions.ContainsKey(type.Name))
        {
            Definitions[type.Name] = null; // known before its members are looked at: they may be of this very type
            Definitions[type.Name] = Object(type, at + ".");
        }

        return new() { ["$ref"] = $"#/definitions/{type.Name}" };
    }

    private static JsonObject OrNull(JsonObject schema) => new() { ["anyOf"] = new JsonArray(schema, new JsonObject { ["type"] = "null" }) };

    public static bool IsSecret(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Secret<>);

    private static string? DescriptionOf(ICustomAttributeProvider? member) =>
        member?.GetCustomAttributes(typeof(DescriptionAttribute), inherit: false) is [DescriptionAttribute { Description: { Length: > 0 } text }, ..] ? text : null;
}
