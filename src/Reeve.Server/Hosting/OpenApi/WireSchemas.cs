using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Reeve.Protocol;
using Reeve.Protocol.Json;
using Reeve.Server.Events;
using Reeve.Server.Graphs;

namespace Reeve.Server.Hosting.OpenApi;

/// <summary>
/// JSON schemas of wire types, from the same type information that reads and writes them. Objects become named components; a PATCH body's
/// <see cref="Optional{T}"/> is its value, left out of what is required.
/// </summary>
internal sealed class WireSchemas
{
    private readonly SortedDictionary<string, JsonNode?> components = new(StringComparer.Ordinal);
    private readonly Dictionary<Type, string> names = [];

    /// <summary>Every object schema that was asked for, by name.</summary>
    internal JsonObject Components() => new(components.Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())));

    /// <summary>The schema of a type: in place for plain values and lists, a reference for objects.</summary>
    internal JsonObject Of(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } value)
            return OrNull(Of(value));
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Optional<>))
            return Of(type.GetGenericArguments()[0]);
        if (type == typeof(JsonElement) || type == typeof(JsonNode) || type == typeof(object))
            return [];
        var info = WireRequests.Options.GetTypeInfo(type);
        return info.Kind switch
        {
            JsonTypeInfoKind.Object => Reference(info),
            JsonTypeInfoKind.Enumerable => new JsonObject { ["type"] = "array", ["items"] = Of(info.ElementType!) },
            JsonTypeInfoKind.Dictionary => Map(info.ElementType!),
            _ => type.IsEnum ? Enumeration(info) : Plain(type),
        };
    }

    internal static JsonObject OrNull(JsonObject schema) => schema.Count == 0 || schema.ContainsKey("anyOf")
        ? schema
        : new() { ["anyOf"] = new JsonArray(schema, new JsonObject { ["type"] = "null" }) };

    private JsonObject Map(Type element)
    {
        var schema = new JsonObject { ["type"] = "object" };
        if (element != typeof(JsonElement))
            schema["additionalProperties"] = element.IsValueType ? Of(element) : OrNull(Of(element)); // whether a reference may be null is not known of a map's values
        return schema;
    }

    private JsonObject Reference(JsonTypeInfo info)
    {
        if (!names.TryGetValue(info.Type, out var name))
        {
            name = info.Type.IsGenericType ? info.Type.Name.Split('`')[0] + string.Concat(info.Type.GetGenericArguments().Select(a => a.Name)) : info.Type.Name;
            // two slices may call different things by one name
            if (components.ContainsKey(name))
                name = info.Type.Namespace!.Split('.')[^1] + name;
            names[info.Type] = name;
            components[name] = null; // a type may hold itself
            components[name] = info.PolymorphismOptions is { } family ? Family(info, family) : Object(info);
        }
        return new() { ["$ref"] = "#/components/schemas/" + name };
    }

    // one of several, told apart by a member that each of them has beside its own
    private JsonObject Family(JsonTypeInfo info, JsonPolymorphismOptions family)
    {
        var (members, mapping) = (new JsonArray(), new JsonObject());
        foreach (var member in family.DerivedTypes)
        {
            var reference = Reference(WireRequests.Options.GetTypeInfo(member.DerivedType));
            var schema = (JsonObject)components[names[member.DerivedType]]!;
            var kind = (string)member.TypeDiscriminator!;
            schema["properties"]!.AsObject().Insert(0, family.TypeDiscriminatorPropertyName, new JsonObject { ["type"] = "string", ["enum"] = new JsonArray(kind) });
            if (!schema.ContainsKey("required"))
                schema["required"] = new JsonArray();
            schema["required"]!.AsArray().Insert(0, family.TypeDiscriminatorPropertyName);
            mapping[kind] = reference["$ref"]!.DeepClone();
            members.Add((JsonNode)reference);
        }
        var result = new JsonObject { ["oneOf"] = members, ["discriminator"] = new JsonObject { ["propertyName"] = family.TypeDiscriminatorPropertyName, ["mapping"] = mapping } };
        if (WireDescriptions.Of(info.Type) is { } description)
            result["description"] = description;
        return result;
    }

    private JsonObject Object(JsonTypeInfo info)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var property in info.Properties)
        {
            var schema = Of(property);
            if (WireDescriptions.Of(property) is { } text)
                schema["description"] = text;
            properties[property.Name] = schema;
            if (property.IsRequired)
                required.Add((JsonNode)property.Name);
        }
        var result = new JsonObject { ["type"] = "object", ["properties"] = properties };
        if (required.Count > 0)
            result["required"] = required;
        if (WireDescriptions.Of(info.Type) is { } description)
            result["description"] = description;
        return result;
    }

    private JsonObject Of(JsonPropertyInfo property)
    {
        var type = property.PropertyType;
        if (property.CustomConverter?.GetType() is { IsGenericType: true } converter && converter.GetGenericTypeDefinition() == typeof(OneOrManyConverter<>))
        {
            var one = converter.GetGenericArguments()[0];
            return new() { ["anyOf"] = new JsonArray(Of(one), new JsonObject { ["type"] = "array", ["items"] = Of(one) }, new JsonObject { ["type"] = "null" }) };
        }
        if (property.CustomConverter is NodesConverter)
            return new() { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "array", ["prefixItems"] = new JsonArray(Of(typeof(Guid)), Of(typeof(GraphNode))) } };
        var schema = Of(type);
        var optional = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Optional<>);
        var mayBeNull = optional ? !type.GetGenericArguments()[0].IsValueType : !type.IsValueType && (property.IsGetNullable || property.IsSetNullable);
        return mayBeNull ? OrNull(schema) : schema;
    }

    // as the converter writes each of them
    private static JsonObject Enumeration(JsonTypeInfo info) => new()
    {
        ["type"] = "string",
        ["enum"] = new JsonArray([.. Enum.GetValues(info.Type).Cast<object>().Select(value => JsonNode.Parse(JsonSerializer.Serialize(value, info)))]),
    };

    private static JsonObject Plain(Type type) => type switch
    {
        _ when type == typeof(string) => new() { ["type"] = "string" },
        _ when type == typeof(Guid) => new() { ["type"] = "string", ["format"] = "uuid" },
        _ when type == typeof(DateTimeOffset) => new() { ["type"] = "string", ["format"] = "date-time" },
        _ when type == typeof(DateOnly) => new() { ["type"] = "string", ["format"] = "date" },
        _ when type == typeof(bool) => new() { ["type"] = "boolean" },
        _ when type == typeof(int) || type == typeof(long) || type == typeof(short) => new() { ["type"] = "integer" },
        _ when type == typeof(double) || type == typeof(decimal) || type == typeof(float) => new() { ["type"] = "number" },
        _ => [], // a type with its own converter says what it takes when it is given something else
    };
}
