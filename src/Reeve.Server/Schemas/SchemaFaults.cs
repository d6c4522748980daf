using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Reeve.Server.Schemas;

/// <summary>Faults as the console's forms have them: a tree along the places of the values.</summary>
internal sealed partial class SchemaFaults
{
    internal JsonArray Tree { get; } = [];

    /// <summary>Adds a fault as the schema tells it: "parameter 'a.b[0]': what is wrong". Places that are left open get none.</summary>
    internal void AddText(string fault, Func<string, bool> isOpen)
    {
        var parts = Told().Match(fault);
        if (!parts.Success)
            Add("", fault);
        else if (!isOpen(parts.Groups["at"].Value))
            Add(parts.Groups["at"].Value, parts.Groups["message"].Value);
    }

    internal void Add(string at, string message)
    {
        var errors = Tree;
        foreach (Match step in Steps().Matches(at))
            errors = step.Groups["index"].Success
                ? Under(errors, "index", JsonValue.Create(int.Parse(step.Groups["index"].ValueSpan, CultureInfo.InvariantCulture)))
                : Under(errors, "property", JsonValue.Create(step.Groups["name"].Value));
        errors.Add((JsonNode)JsonValue.Create(message));
    }

    private static JsonArray Under(JsonArray errors, string kind, JsonValue key)
    {
        foreach (var error in errors.OfType<JsonObject>())
            if (JsonNode.DeepEquals(error[kind], key))
                return error["errors"]!.AsArray();
        var inner = new JsonArray();
        errors.Add((JsonNode)new JsonObject { [kind] = key, ["errors"] = inner });
        return inner;
    }

    [GeneratedRegex(@"^parameter(?:s| '(?<at>.*?)'): (?<message>.*)$", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Told();

    [GeneratedRegex(@"\[(?<index>\d{1,9})\]|(?<name>[^.\[\]]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Steps();
}
