using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Reeve.Deployments.Entrypoints;

/// <summary>The little of Python's grammar that is needed to read a signature: comments, strings, brackets, literals.</summary>
internal static class PythonText
{
    /// <summary>The same text with comments cut off and every string on one line, so that what begins a line is code.</summary>
    public static string WithoutComments(string source)
    {
        var text = new StringBuilder(source.Length);
        for (var i = 0; i < source.Length; i++)
        {
            if (source[i] == '#')
            {
                while (i < source.Length && source[i] != '\n')
                    i++;
                if (i < source.Length)
                    text.Append('\n');
            }
            else if (source[i] is '"' or '\'')
            {
                var end = EndOfString(source, i);
                text.Append(source[i..end].Replace("\r", "", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal));
                i = end - 1;
            }
            else if (source[i] != '\r')
                text.Append(source[i]);
        }
        return text.ToString();
    }

    /// <summary>What stands between the bracket at <paramref name="open"/> and its partner, cut at the commas.</summary>
    public static IReadOnlyList<string> Arguments(string text, int open)
    {
        var depth = 0;
        for (var i = open; i < text.Length; i++)
        {
            if (text[i] is '"' or '\'')
                i = EndOfString(text, i) - 1;
            else if (text[i] is '(' or '[' or '{')
                depth++;
            else if (text[i] is ')' or ']' or '}' && --depth == 0)
                return Split(text[(open + 1)..i], ',');
        }
        return [];
    }

    /// <summary>Cuts at a separator that stands outside of brackets and strings; empty parts are left out.</summary>
    public static List<string> Split(string text, char separator)
    {
        List<string> parts = [];
        var (depth, start) = (0, 0);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '"' or '\'')
                i = EndOfString(text, i) - 1;
            else if (text[i] is '(' or '[' or '{')
                depth++;
            else if (text[i] is ')' or ']' or '}')
                depth--;
            else if (text[i] == separator && depth == 0)
            {
                parts.Add(text[start..i].Trim());
                start = i + 1;
            }
        }
        parts.Add(text[start..].Trim());
        return [.. parts.Where(part => part.Length > 0)];
    }

    /// <summary>The value of a literal; null for None and for anything that is not a literal.</summary>
    public static JsonNode? Literal(string expression)
    {
        var text = expression.Trim();
        if (text is "True" or "False")
            return JsonValue.Create(text == "True");
        if (text is ['"' or '\'', ..] && EndOfString(text, 0) == text.Length)
            return JsonValue.Create(Unquote(text));
        var digits = text.Replace("_", "", StringComparison.Ordinal);
        if (long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
            return JsonValue.Create(whole);
        if (text.Any(char.IsAsciiDigit) && double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real))
            return JsonValue.Create(real);
        return (text, text.Length) switch
        {
            (['[', .., ']'], _) => List(text),
            (['{', .., '}'], _) => Map(text),
            _ => null,
        };
    }

    private static JsonArray? List(string text)
    {
        var items = Split(text[1..^1], ',');
        var values = items.ConvertAll(item => (Text: item, Value: Literal(item)));
        return values.Any(value => value.Value is null && value.Text != "None") ? null : new JsonArray([.. values.Select(value => value.Value)]);
    }

    private static JsonObject? Map(string text)
    {
        var map = new JsonObject();
        foreach (var entry in Split(text[1..^1], ','))
        {
            if (Split(entry, ':') is not [var key, var value] || Literal(key) is not JsonValue name || (Literal(value) is null && value != "None"))
                return null;
            map[name.ToString()] = Literal(value);
        }
        return map;
    }

    private static int EndOfString(string text, int start)
    {
        var quote = text[start];
        var triple = start + 2 < text.Length && text[start + 1] == quote && text[start + 2] == quote;
        for (var i = start + (triple ? 3 : 1); i < text.Length; i++)
        {
            if (text[i] == '\\')
                i++;
            else if (text[i] == quote && !triple)
                return i + 1;
            else if (text[i] == quote && i + 2 < text.Length && text[i + 1] == quote && text[i + 2] == quote)
                return i + 3;
            else if (text[i] == '\n' && !triple)
                return i;
        }
        return text.Length;
    }

    private static string Unquote(string text)
    {
        var triple = text.Length >= 6 && text[1] == text[0] && text[2] == text[0];
        var inner = triple ? text[3..^3] : text[1..^1];
        return inner.Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\t", "\t", StringComparison.Ordinal)
            .Replace("\\'", "'", StringComparison.Ordinal).Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);
    }
}
