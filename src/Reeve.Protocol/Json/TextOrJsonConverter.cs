using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reeve.Protocol.Json;

/// <summary>A text; where an object stands instead, the text of its JSON. Older clients send webhook bodies so.</summary>
public sealed class TextOrJsonConverter : JsonConverter<string>
{
    /// <inheritdoc />
    public override bool HandleNull => true;

    /// <inheritdoc />
    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
            return reader.GetString()!;
        if (reader.TokenType == JsonTokenType.Null)
            return "";
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("expected a text or an object");
        using var document = JsonDocument.ParseValue(ref reader);
        return document.RootElement.GetRawText();
    }

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
