using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Deployments.Templating;

namespace Reeve.Deployments.Steps;

/// <summary>
/// What a step printed that was not to be shown. Whatever in it looks like a token is masked wherever it turns up later: the line, the values of
/// JSON, the right side of NAME=value.
/// </summary>
internal static class HiddenOutput
{
    // Words like "main" and "true" are printed by scripts too; to mask them would spoil every line and protect nothing.
    private const int ShortestToken = 8;

    // Among other words only what is longer than most of them.
    private const int LongWord = 16;

    public static void Keep(string stdout, string stderr, SecretRegistry secrets)
    {
        var all = stdout.Trim();
        if (all.Length > 64 * 1024)
            return; // not a credential, and thousands of secrets would slow every line down
        if (all.Length >= ShortestToken && !all.Contains('\n', StringComparison.Ordinal))
            secrets.Add(all);
        if (all.StartsWith('{') || all.StartsWith('[') || all.StartsWith('"'))
            KeepJson(all, secrets);
        // Of a password that is shorter than a token, digits beside letters tell it from a word.
        if (all.Length is >= 4 and < ShortestToken && !all.Any(char.IsWhiteSpace) && all.Any(char.IsDigit) && all.Any(char.IsLetter))
            secrets.Add(all);
        foreach (var line in (stdout + "\n" + stderr).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Take(200))
        {
            KeepWord(line, secrets);
            // "Authorization: Bearer …", a column of a table; paths and addresses are none
            foreach (var word in line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(word => word.Trim('"', '\'', ',', ';')).Where(IsLikeAToken))
                secrets.Add(word);
            if (line.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals)
                KeepWord(line[(equals + 1)..].Trim('"', '\''), secrets);
        }
    }

    private static void KeepJson(string text, SecretRegistry secrets)
    {
        try
        {
            KeepTexts(JsonNode.Parse(text), secrets);
        }
        catch (JsonException)
        {
            // It only looked like it; its lines are kept below.
        }
    }

    private static void KeepTexts(JsonNode? node, SecretRegistry secrets)
    {
        switch (node)
        {
            case JsonObject map:
                foreach (var (_, item) in map)
                    KeepTexts(item, secrets);
                break;
            case JsonArray list:
                foreach (var item in list)
                    KeepTexts(item, secrets);
                break;
            case JsonValue leaf when leaf.GetValueKind() is JsonValueKind.String:
                KeepWord(leaf.GetValue<string>(), secrets);
                break;
        }
    }

    private static bool IsLikeAToken(string word) => word.Length >= LongWord && word.Any(char.IsAsciiDigit) && word.Any(char.IsAsciiLetter)
        && word[0] is not ('/' or '.' or '\\') && !word.Contains("://", StringComparison.Ordinal);

    private static void KeepWord(string word, SecretRegistry secrets)
    {
        if (word.Length >= ShortestToken && !word.Any(char.IsWhiteSpace))
            secrets.Add(word);
    }
}
