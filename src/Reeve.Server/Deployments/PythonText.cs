using System.Text.Json;

namespace Reeve.Server.Deployments;

/// <summary>A value as the flows' authors, who write Python, read it in messages: 'text', True, None, [1, 'a'].</summary>
internal static class PythonText
{
    // a message names the value; a long one is not told whole
    private const int Longest = 200;

    internal static string Of(JsonElement value)
    {
        var text = Whole(value);
        return text.Length <= Longest ? text : text[..Longest] + "...";
    }

    private static string Whole(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Quoted(value.GetString()!),
        JsonValueKind.True => "True",
        JsonValueKind.False => "False",
        JsonValueKind.Null or JsonValueKind.Undefined => "None",
        JsonValueKind.Array => $"[{string.Join(", ", value.EnumerateArray().Select(Whole))}]",
        JsonValueKind.Object => $"{{{string.Join(", ", value.EnumerateObject().Select(m => $"{Quoted(m.Name)}: {Whole(m.Value)}"))}}}",
        _ => value.GetRawText(),
    };

    private static string Quoted(string text) => text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal)
        ? $"\"{text}\""
        : $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}'";
}
