using System.Text.Json;
using Reeve.Protocol;

namespace Reeve.Cli.Commands;

/// <summary>JSON that a user hands over in a file or an argument.</summary>
internal static class JsonFiles
{
    /// <exception cref="CliException">There is no such file, or it holds no JSON object.</exception>
    public static JsonElement ReadObject(string path, Terminal terminal)
    {
        if (path != "-" && !File.Exists(path))
            throw new CliException($"there is no file '{path}'");
        return ParseObject(path == "-" ? terminal.In.ReadToEnd() : File.ReadAllText(path), path == "-" ? "the standard input" : path);
    }

    /// <exception cref="CliException">The text is no JSON object.</exception>
    public static JsonElement ParseObject(string text, string what)
    {
        try
        {
            return WireJson.Parse(text) is { ValueKind: JsonValueKind.Object } value
                ? value
                : throw new CliException($"{what} must hold a JSON object such as {{\"key\": \"value\"}}", exitCode: ExitCodes.Usage);
        }
        catch (JsonException e)
        {
            throw new CliException($"{what} is not JSON: {e.Message}", exitCode: ExitCodes.Usage);
        }
    }

    /// <summary>KEY=VALUE pairs as a map; a value that is JSON is taken as such, anything else is text.</summary>
    /// <exception cref="CliException">A pair has no "=".</exception>
    public static Dictionary<string, JsonElement> Pairs(IEnumerable<string> pairs, string option)
    {
        var values = new Dictionary<string, JsonElement>();
        foreach (var pair in pairs)
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
                throw new CliException($"{option} '{pair}' is not KEY=VALUE", exitCode: ExitCodes.Usage);
            values[pair[..at]] = Value(pair[(at + 1)..]);
        }

        return values;
    }

    public static JsonElement ToElement(Dictionary<string, JsonElement> values) =>
        JsonSerializer.SerializeToElement(values, WireJson.TypeInfo<Dictionary<string, JsonElement>>());

    /// <summary>What a user typed: JSON where it is some, else text.</summary>
    public static JsonElement Value(string text)
    {
        try
        {
            return WireJson.Parse(text);
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(text, WireJson.TypeInfo<string>());
        }
    }
}
