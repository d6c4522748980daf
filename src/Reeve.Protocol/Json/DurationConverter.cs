using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using System.Xml;

namespace Reeve.Protocol.Json;

/// <summary>Durations on the wire: seconds. Reads numbers, ISO 8601 durations ("PT10M") and clock forms ("1 day, 00:10:00", "00:10:00").</summary>
public sealed partial class DurationConverter : JsonConverter<double?>
{
    // what a time span holds, in seconds
    private const double Longest = 900_000_000_000;

    /// <inheritdoc />
    public override double? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.Number when reader.TryGetDouble(out var seconds) && Math.Abs(seconds) < Longest => seconds,
        JsonTokenType.String when TryParse(reader.GetString()!, out var seconds) => seconds,
        _ => throw new JsonException("expected a duration: seconds, or a text such as PT10M"),
    };

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, double? value, JsonSerializerOptions options)
    {
        if (value is { } seconds)
            writer.WriteNumberValue(seconds);
        else
            writer.WriteNullValue();
    }

    /// <summary>Parses a duration given as text.</summary>
    public static bool TryParse(string text, out double seconds)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out seconds))
            return Math.Abs(seconds) < Longest;
        var clock = Clock().Match(text);
        if (clock.Success)
        {
            seconds = (Part(clock, "days") * 86400) + (Part(clock, "hours") * 3600) + (Part(clock, "minutes") * 60) + Part(clock, "seconds");
            seconds = text.TrimStart().StartsWith('-') ? -seconds : seconds;
            return true;
        }
        try
        {
            seconds = XmlConvert.ToTimeSpan(text).TotalSeconds;
            return true;
        }
        catch (Exception fault) when (fault is FormatException or OverflowException)
        {
            return false;
        }
    }

    private static double Part(Match clock, string name) => clock.Groups[name].Success ? double.Parse(clock.Groups[name].ValueSpan, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"^\s*-?(?:(?<days>\d{1,8})(?: days?,?)? )?(?<hours>\d{1,2}):(?<minutes>\d{2})(?::(?<seconds>\d{2}(?:\.\d{1,9})?))?\s*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Clock();
}
