using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Reeve.Protocol;

namespace Reeve.Deployments.Entrypoints;

/// <summary>
/// Reads the flows of a Python file without Python: functions under a @flow decorator, their names and parameters. Types and defaults it does
/// not understand are left open rather than guessed; the engine that runs the flow judges them.
/// </summary>
internal static partial class PythonSource
{
    public static IReadOnlyList<FlowManifest> Flows(string source)
    {
        List<FlowManifest> flows = [];
        var text = PythonText.WithoutComments(source);
        foreach (Match definition in Definition().Matches(text))
        {
            var decorators = definition.Groups["decorators"].Value;
            var flow = FlowDecorator().Match(decorators);
            if (!flow.Success)
                continue;
            var function = definition.Groups["name"].Value;
            var open = definition.Index + definition.Length - 1;
            var parameters = PythonText.Arguments(text, open);
            var arguments = flow.Groups["open"].Success ? PythonText.Arguments(decorators, flow.Groups["open"].Index) : [];
            flows.Add(new FlowManifest(
                Keyword(arguments, "name") ?? (arguments.Count > 0 ? PythonText.Literal(arguments[0]) as JsonValue : null)?.ToString() ?? function.Replace('_', '-'),
                function, "", Keyword(arguments, "description"), Keyword(arguments, "version"), WireJson.Parse(Schema(parameters).ToJsonString())));
        }
        return flows;
    }

    private static string? Keyword(IReadOnlyList<string> arguments, string name)
    {
        foreach (var argument in arguments)
        {
            var match = KeywordArgument().Match(argument);
            if (match.Success && match.Groups["name"].Value == name)
                return PythonText.Literal(match.Groups["value"].Value) is JsonValue value ? value.ToString() : null;
        }
        return null;
    }

    private static JsonObject Schema(IReadOnlyList<string> parameters)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var text in parameters)
        {
            var match = Parameter().Match(text);
            if (!match.Success || text is "/" or "*") // *args and **kwargs are no parameters of a run
                continue;
            var name = match.Groups["name"].Value;
            var property = new JsonObject { ["title"] = name, ["position"] = properties.Count };
            foreach (var (key, value) in PythonTypes.Schema(match.Groups["hint"].Value))
                property[key] = value?.DeepClone();
            if (!match.Groups["default"].Success)
                required.Add(name);
            else if (PythonText.Literal(match.Groups["default"].Value) is var literal && (literal is not null || match.Groups["default"].Value.Trim() == "None"))
                property["default"] = literal;
            properties[name] = property;
        }
        var schema = new JsonObject { ["title"] = "Parameters", ["type"] = "object", ["properties"] = properties };
        if (required.Count > 0)
            schema["required"] = required;
        return schema;
    }

    [GeneratedRegex(@"^(?<decorators>(?:@[^\n]*\n(?:(?!@|def |async |class )[^\n]*\n)*)+)(?:async[ \t]+)?def[ \t]+(?<name>\w+)[ \t]*\(", RegexOptions.Multiline)]
    private static partial Regex Definition();

    [GeneratedRegex(@"^@(?:\w+\.)*flow\b[ \t]*(?<open>\()?", RegexOptions.Multiline)]
    private static partial Regex FlowDecorator();

    [GeneratedRegex(@"^\s*(?<name>\w+)\s*=(?!=)\s*(?<value>.*)$", RegexOptions.Singleline)]
    private static partial Regex KeywordArgument();

    [GeneratedRegex(@"^(?<name>[A-Za-z_]\w*)\s*(?::\s*(?<hint>[^=]*?))?\s*(?:=\s*(?<default>.*))?$", RegexOptions.Singleline)]
    private static partial Regex Parameter();
}
