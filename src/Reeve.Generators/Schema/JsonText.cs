using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace Reeve.Generators.Schema;

/// <summary>Writes JSON as text; an analyzer may bring no JSON library of its own.</summary>
internal static class JsonText
{
    public static string Object(IEnumerable<KeyValuePair<string, string>> members) =>
        "{" + string.Join(",", members.Select(member => String(member.Key) + ":" + member.Value)) + "}";

    public static string Array(IEnumerable<string> items) => "[" + string.Join(",", items) + "]";

    public static string Strings(IEnumerable<string> items) => Array(items.Select(String));

    public static string String(string text)
    {
        var json = new StringBuilder(text.Length + 2).Append('"');
        foreach (var character in text)
        {
            _ = character switch
            {
                '"' => json.Append("\\\""),
                '\\' => json.Append("\\\\"),
                '\n' => json.Append("\\n"),
                '\r' => json.Append("\\r"),
                '\t' => json.Append("\\t"),
                < ' ' => json.Append("\\u").Append(((int)character).ToString("x4", CultureInfo.InvariantCulture)),
                _ => json.Append(character),
            };
        }

        return json.Append('"').ToString();
    }

    public static string StringOrNull(string? text) => text is null ? "null" : String(text);

    /// <summary>A constant as the JSON the engine reads back into the same value; null where JSON has no such value.</summary>
    public static string? Constant(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        string text => String(text),
        char character => String(character.ToString()),
        double number => double.IsNaN(number) || double.IsInfinity(number) ? null : number.ToString("R", CultureInfo.InvariantCulture),
        float number => float.IsNaN(number) || float.IsInfinity(number) ? null : number.ToString("R", CultureInfo.InvariantCulture),
        System.IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => null,
    };
}
