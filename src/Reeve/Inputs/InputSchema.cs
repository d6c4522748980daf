using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Engine;
using Reeve.Protocol;

namespace Reeve;

/// <summary>
/// The form of an input between people, runs and programs in other languages: an object; a plain value is the member <c>value</c> of one.
/// </summary>
[UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "The package turns on reflection for JSON; flows are not trimmed.")]
[UnconditionalSuppressMessage("AOT", "IL3050", Justification = "As above.")]
internal static class InputSchema
{
    private const string Wrapped = "value";

    /// <summary>The schema of a type; the members of a proposed answer are its defaults.</summary>
    public static JsonElement Of<T>(T? initial)
    {
        var types = new TypeSchema(AuthorJson.Inputs);
        var schema = types.IsObject(typeof(T)) ? types.Object(typeof(T)) : types.Object(typeof(Box<T>));
        if (types.Definitions.Count > 0)
            schema["definitions"] = types.Definitions;
        if (initial is not null && !EqualityComparer<T>.Default.Equals(initial, default) && JsonNode.Parse(Write(initial)) is JsonObject proposed)
        {
            foreach (var (name, value) in proposed)
            {
                if (schema["properties"]![name] is JsonObject property)
                    property["default"] = value?.DeepClone();
            }
        }

        return WireJson.Parse(schema.ToJsonString());
    }

    public static string Write<T>(T value) => new TypeSchema(AuthorJson.Inputs).IsObject(typeof(T))
        ? JsonSerializer.Serialize(value, AuthorJson.Inputs)
        : JsonSerializer.Serialize(new Box<T>(value), AuthorJson.Inputs);

    /// <exception cref="InvalidOperationException">The text does not fit the type.</exception>
    public static T Read<T>(string json, string what)
    {
        try
        {
            if (new TypeSchema(AuthorJson.Inputs).IsObject(typeof(T)))
                return JsonSerializer.Deserialize<T>(json, AuthorJson.Inputs) ?? throw new JsonException("it is null");
            return JsonSerializer.Deserialize<Box<T>>(json, AuthorJson.Inputs)!.Value;
        }
        catch (JsonException e)
        {
            throw new InvalidOperationException($"{what} is no {typeof(T).Name}: {e.Message}", e);
        }
    }

    private sealed record Box<T>([property: System.Text.Json.Serialization.JsonPropertyName(Wrapped)] T Value);
}
