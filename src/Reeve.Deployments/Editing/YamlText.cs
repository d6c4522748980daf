using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Deployments.Projects;

namespace Reeve.Deployments.Editing;

/// <summary>Values as YAML text, the way a person would write them.</summary>
internal static class YamlText
{
    /// <summary>A value in one line.</summary>
    public static string Inline(JsonNode? value, bool inFlow = true) => value switch
    {
        null => "null",
        JsonObject map => "{" + string.Join(", ", map.Select(entry => $"{Quoted(entry.Key, inFlow: true)}: {Inline(entry.Value)}")) + "}",
        JsonArray list => "[" + string.Join(", ", list.Select(item => Inline(item))) + "]",
        _ when value.GetValueKind() is JsonValueKind.String => Quoted(value.GetValue<string>(), inFlow),
        _ => value.ToJsonString(),
    };

    /// <summary><c>key: value</c> in as many lines as it needs, without indentation before the key.</summary>
    /// <param name="listIndent">How far the dashes of a list stand right of its key.</param>
    public static List<string> Entry(string key, JsonNode? value, int listIndent)
    {
        var name = Quoted(key, inFlow: false) + ":";
        switch (value)
        {
            case JsonObject { Count: > 0 } map:
                return [name, .. Indented(2, Map(map, listIndent))];
            case JsonArray { Count: > 0 } list when !IsShort(list):
                return [name, .. Indented(listIndent, List(list, listIndent))];
            case JsonValue text when BlockText(text) is { } lines:
                return [$"{name} {lines[0]}", .. Indented(2, lines[1..])];
            default:
                return [$"{name} {Inline(value, inFlow: false)}"];
        }
    }

    public static List<string> Map(JsonObject map, int listIndent) => [.. map.SelectMany(entry => Entry(entry.Key, entry.Value, listIndent))];

    public static List<string> List(JsonArray list, int listIndent) => [.. list.SelectMany(item => Item(item, listIndent))];

    /// <summary>One item of a list, its dash in column 0.</summary>
    public static List<string> Item(JsonNode? item, int listIndent)
    {
        var lines = item switch
        {
            JsonObject { Count: > 0 } map => Map(map, listIndent),
            JsonArray { Count: > 0 } list when !IsShort(list) => List(list, listIndent),
            _ => [Inline(item, inFlow: false)],
        };
        return [.. lines.Select((line, i) => i == 0 ? "- " + line : line.Length == 0 ? line : "  " + line)];
    }

    public static IEnumerable<string> Indented(int columns, IEnumerable<string> lines) => lines.Select(line => line.Length == 0 ? line : new string(' ', columns) + line);

    // A few words stay in one line, as people write tags.
    private static bool IsShort(JsonArray list) => list.All(item => item is null or JsonValue) && list.Sum(item => item?.ToJsonString().Length + 2 ?? 6) < 80;

    /// <summary>A text: plain where no reader of YAML could take it for anything else, in double quotes otherwise.</summary>
    public static string Quoted(string text, bool inFlow)
    {
        if (IsPlain(text, inFlow))
            return text;
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
            quoted.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ when char.IsControl(c) || c is '\u2028' or '\u2029' or '\ufeff' => "\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture),
                _ => c.ToString(),
            });
        return quoted.Append('"').ToString();
    }

    private static bool IsPlain(string text, bool inFlow)
    {
        if (text.Length == 0 || !(char.IsLetter(text[0]) || text[0] is '/' or '_' || IsVersion(text)) || text[^1] is ':' or ' ')
            return false;
        foreach (var c in text)
            if (char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' or '\ufeff' || (inFlow && c is ',' or '[' or ']' or '{' or '}' or ':' or '#'))
                return false;
        return !text.Contains(": ", StringComparison.Ordinal) && !text.Contains(" #", StringComparison.Ordinal)
            && YamlScalars.Resolve(text)?.GetValueKind() is JsonValueKind.String;
    }

    // 1.2.3: more than one dot and nothing else, so no number, time or date.
    private static bool IsVersion(string text) => text.Count(c => c == '.') >= 2 && char.IsAsciiDigit(text[0]) && text.All(c => char.IsAsciiDigit(c) || c == '.');

    // | for a text of several lines that it can hold: no blanks at line ends that nobody sees, no line that would count as indentation.
    private static List<string>? BlockText(JsonValue value)
    {
        if (value.GetValueKind() is not JsonValueKind.String)
            return null;
        var text = value.GetValue<string>();
        var body = text.EndsWith('\n') ? text[..^1] : text;
        if (!body.Contains('\n', StringComparison.Ordinal) || body.EndsWith('\n') || body[0] is ' ' or '\n' || text.Any(c => (char.IsControl(c) && c != '\n') || c is '\u2028' or '\u2029' or '\ufeff'))
            return null;
        var lines = body.Split('\n');
        return lines.Any(line => line.EndsWith(' ')) ? null : [text.EndsWith('\n') ? "|" : "|-", .. lines];
    }
}
