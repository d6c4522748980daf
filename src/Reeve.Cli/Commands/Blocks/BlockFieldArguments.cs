using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Deployments.Blocks;
using Reeve.Protocol.Blocks;

namespace Reeve.Cli.Commands.Blocks;

/// <summary>The fields of a block as they stand on a command line.</summary>
internal static class BlockFieldArguments
{
    /// <summary>Fields from <c>--field KEY=VALUE</c> and from options of their own, <c>--region-name VALUE</c> or <c>--region-name=VALUE</c>.</summary>
    public static List<(string Path, string Text)> Pairs(IEnumerable<string> fields, IReadOnlyList<string> others)
    {
        List<(string, string)> pairs = [.. fields.Select(field => Pair(field, "--field"))];
        for (var i = 0; i < others.Count; i++)
        {
            if (!others[i].StartsWith("--", StringComparison.Ordinal))
                throw new CliException($"'{others[i]}' was not expected", "fields are given as --field KEY=VALUE", ExitCodes.Usage);
            var word = others[i][2..];
            if (word.Contains('=', StringComparison.Ordinal))
                pairs.Add(Pair(word, "--"));
            else if (i + 1 < others.Count && !others[i + 1].StartsWith("--", StringComparison.Ordinal))
                pairs.Add((word, others[++i]));
            else
                throw new CliException($"--{word} has no value", $"--{word} VALUE", ExitCodes.Usage);
        }
        return [.. pairs.Select(pair => (pair.Item1.Contains('.', StringComparison.Ordinal) ? pair.Item1 : pair.Item1.Replace('-', '_'), pair.Item2))];
    }

    /// <exception cref="CliException">A secret stands on the command line.</exception>
    public static void RefuseSecrets(IEnumerable<(string Path, string Text)> pairs, BlockSchema schema)
    {
        foreach (var (path, text) in pairs)
            if (IsSecret(schema, path) && !text.StartsWith('@') && !IsVariable(text) && !BlockFields.References(schema, path).Any())
                throw new CliException($"--{path} is not taken as an argument: it is a secret, and arguments are seen by every user of the machine and kept in the shell's history",
                    $"leave it out to be asked, or use --field '{path}=$NAME' or --field {path}=@FILE{(path == "value" ? ", or --value-stdin" : "")}; and change this value, it has been seen", ExitCodes.Usage);
    }

    public static void Put(JsonObject data, IEnumerable<(string Path, string Text)> pairs, BlockSchema schema, CliSession session)
    {
        foreach (var (path, text) in pairs)
        {
            var segments = path.Split('.', 2);
            var value = Typed(schema, segments[0], Read(path, text, session), isInMap: segments.Length > 1);
            if (segments.Length == 1)
            {
                data[path] = value;
                continue;
            }
            if (data[segments[0]] is not JsonObject map)
                data[segments[0]] = map = [];
            map[segments[1]] = value;
        }
    }

    /// <summary>A text where the field is one, else JSON where it is some.</summary>
    public static JsonNode? Typed(BlockSchema schema, string field, string text, bool isInMap = false)
    {
        var definition = BlockFields.All(schema).FirstOrDefault(each => each.Name == field).Value;
        var isText = definition.ValueKind is JsonValueKind.Object && definition.TryGetProperty(isInMap ? "additionalProperties" : "type", out var type)
            && (isInMap ? type.ValueKind is JsonValueKind.Object && type.TryGetProperty("type", out var inner) && inner.GetString() == "string" : type.ValueKind is JsonValueKind.String && type.GetString() == "string");
        return isText ? JsonValue.Create(text) : JsonNode.Parse(JsonFiles.Value(text).GetRawText());
    }

    private static string Read(string path, string text, CliSession session)
    {
        if (IsVariable(text))
            return session.Environment(text[1..]) ?? throw new CliException($"--field {path}: the environment has no variable '{text[1..]}'");
        if (!text.StartsWith('@'))
            return text;
        var file = text[1..];
        return File.Exists(file) ? File.ReadAllText(file).TrimEnd('\r', '\n') : throw new CliException($"--field {path}: there is no file '{file}'");
    }

    private static bool IsSecret(BlockSchema schema, string path) =>
        BlockFields.Secrets(schema).Any(secret => secret == path || secret.StartsWith(path + ".", StringComparison.Ordinal) || (secret.EndsWith(".*", StringComparison.Ordinal) && path.StartsWith(secret[..^1], StringComparison.Ordinal)));

    private static bool IsVariable(string text) => text.Length > 1 && text[0] == '$' && text.Skip(1).All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '_');

    private static (string, string) Pair(string text, string option)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        return at > 0 ? (text[..at], text[(at + 1)..]) : throw new CliException($"{option} '{text}' is not KEY=VALUE", exitCode: ExitCodes.Usage);
    }
}
