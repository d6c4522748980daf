using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reeve.Protocol.Json;

/// <summary>Times on the wire: UTC with microseconds and a Z. Reads any ISO 8601 time; a blank instead of the T and a missing offset (then UTC) are accepted,
/// because the 2.x runner sends such.</summary>
public sealed class WireTimeConverter : JsonConverter<DateTimeOffset>
{
    private const int RoundTripLength = 28;
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    /// <inheritdoc />
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw new JsonException($"expected a time as text, got {reader.TokenType}");
        if (reader.TryGetDateTimeOffset(out var time) && HasOffset(reader.ValueSpan))
            return time.ToUniversalTime();
        return TryParse(reader.GetString(), out time) ? time : throw new JsonException($"'{reader.GetString()}' is not a time (ISO 8601)");
    }

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        // the round-trip form is the only one with a fast writer; it has one digit more
        Span<byte> text = stackalloc byte[RoundTripLength];
        value.UtcDateTime.TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        text[^2] = (byte)'Z';
        writer.WriteStringValue(text[..^1]);
    }

    /// <summary>Parses a time as the wire allows it; the result is in UTC.</summary>
    public static bool TryParse(string? text, out DateTimeOffset time) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);

    /// <summary>Writes a time as the wire has it.</summary>
    public static string ToText(DateTimeOffset time) => time.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    private static bool HasOffset(ReadOnlySpan<byte> iso) =>
        iso.Length > 19 && (iso[^1] == 'Z' || iso[19..].ContainsAny((byte)'+', (byte)'-'));
}
