using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reeve.Protocol.Filters;

/// <summary>The operator between criteria; what is neither "and_" nor "or_" is refused instead of being taken for one of them.</summary>
public sealed class OperatorConverter : JsonConverter<string>
{
    /// <inheritdoc />
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.GetString() is "and_" or "or_"
            ? reader.GetString()
            : throw new JsonException("Input should be 'and_' or 'or_'");

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
