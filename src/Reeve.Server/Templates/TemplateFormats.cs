using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Reeve.Server.Templates;

using Map = Dictionary<string, object?>;

/// <summary>Values as texts of a given form: "%05.2f" and its like, JSON, times.</summary>
internal static partial class TemplateFormats
{
    /// <summary>A text whose "%s", "%d", "%.2f" and the like are filled in.</summary>
    /// <exception cref="TemplateException">There are fewer values, or one is of another kind.</exception>
    internal static string Percent(string format, IReadOnlyList<object?> values)
    {
        var next = 0;
        var text = Directive().Replace(format, match =>
        {
            var kind = match.Groups["kind"].Value;
            if (kind == "%")
                return "%";
            if (next >= values.Count)
                throw new TemplateException($"'{format}' asks for more values than there are");
            return Padded(One(kind, match.Groups["precision"].Value, values[next++]), match.Groups["flags"].Value, match.Groups["width"].Value);
        });
        return TemplateBounds.Bounded(text);
    }

    private static string One(string kind, string precision, object? value)
    {
        int? digits = precision.Length > 0 ? int.Parse(precision, CultureInfo.InvariantCulture) : null;
        if (kind is "s" or "r")
            return (kind == "r" ? TemplateValues.Repr(value) : TemplateValues.Text(value)) is var text && digits < text.Length ? text[..digits.Value] : text;
        if (TemplateValues.Number(value) is not { } number)
            throw new TemplateException($"'%{kind}' is for numbers; {TemplateValues.Kind(value)} was given");
        return kind switch
        {
            "d" or "i" => TemplateValues.Whole(value)?.ToString(CultureInfo.InvariantCulture) ?? Math.Truncate(number).ToString("F0", CultureInfo.InvariantCulture),
            "x" => ((long)number).ToString("x", CultureInfo.InvariantCulture),
            "e" => number.ToString($"0.{new string('0', digits ?? 6)}e+00", CultureInfo.InvariantCulture),
            "g" => number.ToString($"G{digits ?? 6}", CultureInfo.InvariantCulture),
            _ => number.ToString($"F{digits ?? 6}", CultureInfo.InvariantCulture),
        };
    }

    private static string Padded(string text, string flags, string width)
    {
        if (flags.Contains('+', StringComparison.Ordinal) && text[0] != '-')
            text = "+" + text;
        if (width.Length == 0)
            return text;
        var length = int.Parse(width, CultureInfo.InvariantCulture);
        return flags.Contains('-', StringComparison.Ordinal) ? text.PadRight(length)
            : !flags.Contains('0', StringComparison.Ordinal) ? text.PadLeft(length)
            : text[0] is '-' or '+' ? text[0] + text[1..].PadLeft(length - 1, '0')
            : text.PadLeft(length, '0');
    }

    /// <summary>A value as JSON; safe within a page too, as the language has it.</summary>
    /// <exception cref="TemplateException">It has no JSON.</exception>
    internal static string Json(object? value, int? indent)
    {
        var options = new JsonSerializerOptions { WriteIndented = indent is not null, IndentSize = Math.Clamp(indent ?? 2, 0, 20), Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        var json = Node(value)?.ToJsonString(options) ?? "null";
        if (indent is null)
            json = Spaced(json);
        return TemplateBounds.Bounded(json.Replace("<", "\\u003c", StringComparison.Ordinal).Replace(">", "\\u003e", StringComparison.Ordinal)
            .Replace("&", "\\u0026", StringComparison.Ordinal).Replace("'", "\\u0027", StringComparison.Ordinal));
    }

    // a blank behind each comma and colon, as who reads the output with another program knows it
    private static string Spaced(string json)
    {
        var (spaced, isText) = (new StringBuilder(json.Length + 16), false);
        for (var i = 0; i < json.Length; i++)
        {
            spaced.Append(json[i]);
            if (json[i] == '\\')
                spaced.Append(json[++i]);
            else if (json[i] == '"')
                isText = !isText;
            else if (!isText && json[i] is ',' or ':' && !isText)
                spaced.Append(' ');
        }
        return spaced.ToString();
    }

    internal static JsonNode? Node(object? value) => value switch
    {
        null => null,
        bool truth => JsonValue.Create(truth),
        long number => JsonValue.Create(number),
        double number when double.IsFinite(number) => JsonValue.Create(number),
        string text => JsonValue.Create(text),
        DateTimeOffset time => JsonValue.Create(IsoTime(time)),
        List<object?> list => new JsonArray([.. list.Select(Node)]),
        Map map => new JsonObject(map.Select(entry => KeyValuePair.Create(entry.Key, Node(entry.Value)))),
        _ => throw new TemplateException($"{TemplateValues.Kind(value)} has no JSON"),
    };

    internal static string IsoTime(DateTimeOffset time) =>
        time.ToString(time.Ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-ddTHH:mm:sszzz" : "yyyy-MM-ddTHH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture);

    /// <summary>A time by a format such as "%Y-%m-%d %H:%M".</summary>
    internal static string Time(DateTimeOffset time, string format) => TimeDirective().Replace(format, match => match.Value[^1] switch
    {
        'Y' => time.ToString("yyyy", CultureInfo.InvariantCulture),
        'y' => time.ToString("yy", CultureInfo.InvariantCulture),
        'm' => time.ToString("MM", CultureInfo.InvariantCulture),
        'd' => time.ToString("dd", CultureInfo.InvariantCulture),
        'H' => time.ToString("HH", CultureInfo.InvariantCulture),
        'I' => time.ToString("hh", CultureInfo.InvariantCulture),
        'M' => time.ToString("mm", CultureInfo.InvariantCulture),
        'S' => time.ToString("ss", CultureInfo.InvariantCulture),
        'f' => time.ToString("ffffff", CultureInfo.InvariantCulture),
        'p' => time.ToString("tt", CultureInfo.InvariantCulture),
        'A' => time.ToString("dddd", CultureInfo.InvariantCulture),
        'a' => time.ToString("ddd", CultureInfo.InvariantCulture),
        'B' => time.ToString("MMMM", CultureInfo.InvariantCulture),
        'b' => time.ToString("MMM", CultureInfo.InvariantCulture),
        'j' => time.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
        'z' => time.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal),
        'Z' => time.Offset == TimeSpan.Zero ? "UTC" : time.ToString("zzz", CultureInfo.InvariantCulture),
        '%' => "%",
        _ => match.Value,
    });

    [GeneratedRegex(@"%(?<flags>[-+0 ]*)(?<width>\d{0,4})(?:\.(?<precision>\d{1,2}))?(?<kind>[sdifegxr%])")]
    private static partial Regex Directive();

    [GeneratedRegex("%[a-zA-Z%]")]
    private static partial Regex TimeDirective();
}
