using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Deployments.Editing;

namespace Reeve.Cli.Commands.Deployments;

/// <summary>Triggers and the like on the command line: each one as JSON, or a JSON or YAML file that holds one or a list of them.</summary>
internal static class InlineItems
{
    /// <exception cref="CliException">One is neither.</exception>
    public static JsonArray Read(string[]? given, string option, string key)
    {
        var items = new JsonArray();
        foreach (var text in given ?? [])
        {
            var value = text.TrimStart() is ['{' or '[', ..] ? Json(text, option) : FromFile(text, option);
            if (value is JsonObject map && map[key] is { } inner)
                value = inner;
            foreach (var item in value is JsonArray list ? list : new JsonArray(value?.DeepClone()))
                items.Add(item is JsonObject ? item.DeepClone() : throw new CliException($"{option} '{text}' holds no {key}", $"expected a JSON object, or a file with '{key}:' and a list", ExitCodes.Usage));
        }
        return items;
    }

    private static JsonNode? Json(string text, string option)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException exception)
        {
            throw new CliException($"{option} is not JSON: {exception.Message}", exitCode: ExitCodes.Usage);
        }
    }

    // JSON is YAML too.
    private static JsonNode? FromFile(string path, string option)
    {
        if (!File.Exists(path))
            throw new CliException($"{option} '{path}' is neither JSON nor a file that is there", exitCode: ExitCodes.Usage);
        var (editor, faults) = YamlEditor.Open(path, File.ReadAllText(path));
        return editor is null ? throw new CliException(string.Join("\n  ", faults)) : editor.Values;
    }
}
