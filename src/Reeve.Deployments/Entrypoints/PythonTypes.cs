using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Reeve.Deployments.Entrypoints;

/// <summary>What a simple type hint of Python means in JSON Schema; nothing for a hint that is not simple.</summary>
internal static partial class PythonTypes
{
    public static JsonObject Schema(string hint)
    {
        var text = hint.Trim().Trim('"', '\'');
        var alternatives = PythonText.Split(text, '|');
        if (alternatives.Count > 1)
            return AnyOf(alternatives);
        var generic = Generic().Match(text);
        var name = (generic.Success ? generic.Groups["name"].Value : text).Split('.')[^1];
        var arguments = generic.Success ? PythonText.Split(generic.Groups["arguments"].Value, ',') : [];
        return name switch
        {
            "int" => Type("integer"),
            "float" => Type("number"),
            "str" => Type("string"),
            "bool" => Type("boolean"),
            "None" => Type("null"),
            "dict" or "Dict" or "Mapping" => Type("object"),
            "list" or "List" or "Sequence" or "set" or "Set" or "tuple" or "Tuple" => Array(name, arguments),
            "Optional" when arguments is [var inner] => AnyOf([inner, "None"]),
            "Union" => AnyOf(arguments),
            "datetime" => Type("string", "date-time"),
            "date" => Type("string", "date"),
            "UUID" => Type("string", "uuid"),
            _ => [],
        };
    }

    private static JsonObject Type(string type, string? format = null)
    {
        var schema = new JsonObject { ["type"] = type };
        if (format is not null)
            schema["format"] = format;
        return schema;
    }

    private static JsonObject Array(string name, List<string> arguments)
    {
        var schema = Type("array");
        if (arguments is [var item] && name is not ("tuple" or "Tuple"))
            schema["items"] = Schema(item);
        return schema;
    }

    // One alternative that is not understood leaves the whole open.
    private static JsonObject AnyOf(List<string> alternatives)
    {
        List<JsonNode> schemas = [.. alternatives.Select(Schema)];
        return schemas.Any(schema => schema is JsonObject { Count: 0 }) ? [] : new JsonObject { ["anyOf"] = new JsonArray([.. schemas]) };
    }

    [GeneratedRegex(@"^(?<name>[\w.]+)\s*\[(?<arguments>.*)\]$", RegexOptions.Singleline)]
    private static partial Regex Generic();
}
