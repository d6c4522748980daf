using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reeve.Server.Events;

/// <summary>
/// By label the patterns of which its value must meet one. In a pattern <c>*</c> stands for any text and <c>?</c> for any character; <c>!</c> before it turns it round. A
/// resource without the label meets none. On the wire one pattern may stand without its list.
/// </summary>
[JsonConverter(typeof(LabelPatternsConverter))]
internal sealed class LabelPatterns : Dictionary<string, IReadOnlyList<string>>
{
    internal static bool Meets(string pattern, string value) => pattern.StartsWith('!') ? !Glob(pattern.AsSpan(1), value) : Glob(pattern, value);

    // the usual two-pointer walk: back to the last star where what follows it does not fit
    private static bool Glob(ReadOnlySpan<char> pattern, ReadOnlySpan<char> value)
    {
        var (at, next, star, resume) = (0, 0, -1, 0);
        while (next < value.Length)
        {
            if (at < pattern.Length && pattern[at] == '*')
                (star, resume) = (at++, next);
            else if (at < pattern.Length && (pattern[at] == '?' || pattern[at] == value[next]))
                (at, next) = (at + 1, next + 1);
            else if (star >= 0)
                (at, next) = (star + 1, ++resume);
            else
                return false;
        }
        return pattern[at..].TrimStart('*').IsEmpty;
    }
}

/// <summary>A label's value is a pattern or a list of them.</summary>
internal sealed class LabelPatternsConverter : JsonConverter<LabelPatterns>
{
    public override LabelPatterns Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("Input should be a valid dictionary");
        LabelPatterns read = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var label = reader.GetString()!;
            reader.Read();
            read[label] = Patterns(ref reader);
        }
        return read;
    }

    private static List<string> Patterns(ref Utf8JsonReader reader)
    {
        List<string> patterns = [];
        if (reader.TokenType != JsonTokenType.StartArray)
            patterns.Add(Pattern(ref reader));
        else
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                patterns.Add(Pattern(ref reader));
        return patterns;
    }

    private static string Pattern(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException("Input should be a valid string");

    public override void Write(Utf8JsonWriter writer, LabelPatterns value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (label, patterns) in value)
        {
            writer.WriteStartArray(label);
            foreach (var pattern in patterns)
                writer.WriteStringValue(pattern);
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }
}
