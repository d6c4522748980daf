using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Xml;

namespace Reeve.Engine;

/// <summary>
/// Parameters and results as JSON. Plain values are read and written directly: the reflecting serializer, which costs tens of milliseconds
/// when it is first used, starts only for the author's own types.
/// </summary>
internal static class ParameterJson
{
    private static readonly Lazy<JsonSerializerOptions> Serializer = new(() => new JsonSerializerOptions
    {
        PropertyNameCaseInsensitive = true,
        IncludeFields = true, // tuples
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(), new DurationConverter() },
    });

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "The package turns on reflection for JSON; flows are not trimmed.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "As above.")]
    public static T? Read<T>(JsonElement json)
    {
        if (typeof(T) == typeof(string))
            return (T?)(object?)(json.ValueKind == JsonValueKind.String ? json.GetString() : throw new FormatException());
        if (typeof(T) == typeof(bool))
            return (T)(object)json.GetBoolean();
        if (typeof(T) == typeof(int))
            return (T)(object)json.GetInt32();
        if (typeof(T) == typeof(long))
            return (T)(object)json.GetInt64();
        if (typeof(T) == typeof(double))
            return (T)(object)json.GetDouble();
        if (typeof(T) == typeof(decimal))
            return (T)(object)json.GetDecimal();
        if (typeof(T) == typeof(Guid))
            return (T)(object)json.GetGuid();
        if (typeof(T) == typeof(DateTimeOffset))
            return (T)(object)json.GetDateTimeOffset();
        if (typeof(T) == typeof(DateTime))
            return (T)(object)json.GetDateTime();
        return typeof(T) == typeof(JsonElement) ? (T)(object)json.Clone() : json.Deserialize<T>(Serializer.Value);
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "The package turns on reflection for JSON; flows are not trimmed.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "As above.")]
    public static void Write<T>(Utf8JsonWriter writer, T value)
    {
        switch (value)
        {
            case null: writer.WriteNullValue(); break;
            case string text: writer.WriteStringValue(text); break;
            case bool flag: writer.WriteBooleanValue(flag); break;
            case int number: writer.WriteNumberValue(number); break;
            case long number: writer.WriteNumberValue(number); break;
            case double number when double.IsFinite(number): writer.WriteNumberValue(number); break;
            case decimal number: writer.WriteNumberValue(number); break;
            case Guid id: writer.WriteStringValue(id); break;
            case DateTimeOffset time: writer.WriteStringValue(time); break;
            case DateTime time: writer.WriteStringValue(time); break;
            case JsonElement json: json.WriteTo(writer); break;
            default: JsonSerializer.Serialize(writer, value, value.GetType(), Serializer.Value); break;
        }
    }

    /// <summary>What a type is called in a message to the person who gave the parameter.</summary>
    public static string Describe(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum)
            return $"one of {string.Join(", ", Enum.GetNames(type))}";
        return Type.GetTypeCode(type) switch
        {
            TypeCode.String or TypeCode.Char => "text",
            TypeCode.Boolean => "true or false",
            TypeCode.Single or TypeCode.Double or TypeCode.Decimal => "a number",
            TypeCode.DateTime => "a date and time like 2026-01-31T08:00:00Z",
            >= TypeCode.SByte and <= TypeCode.UInt64 => $"a whole number ({type.Name})",
            _ when type == typeof(Guid) => "a UUID",
            _ when type == typeof(DateTimeOffset) => "a date and time like 2026-01-31T08:00:00Z",
            _ when type == typeof(TimeSpan) => "a duration like PT90S or 00:01:30",
            _ when type != typeof(JsonElement) && typeof(System.Collections.IDictionary).IsAssignableFrom(type) => "an object",
            _ when typeof(System.Collections.IEnumerable).IsAssignableFrom(type) => "a list",
            _ => $"a {type.Name}",
        };
    }

    /// <summary>The given JSON, cut to a length that fits a message.</summary>
    public static string Quote(JsonElement json)
    {
        var text = json.GetRawText();
        return text.Length <= 80 ? text : text[..80] + "…";
    }

    internal sealed class DurationConverter : JsonConverter<TimeSpan>
    {
        public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.Number)
                return TimeSpan.FromSeconds(reader.GetDouble());
            var text = reader.GetString() ?? "";
            return text.Contains('P', StringComparison.Ordinal)
                ? XmlConvert.ToTimeSpan(text)
                : TimeSpan.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
        }

        public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) => writer.WriteStringValue(XmlConvert.ToString(value));
    }
}
