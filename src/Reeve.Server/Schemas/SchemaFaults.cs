using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Reeve.Server.Deployments;

namespace Reeve.Server.Schemas;

/// <summary>Faults as the console's forms have them: a tree along the places of the values.</summary>
internal sealed partial class SchemaFaults
{
    internal JsonArray Tree { get; } = [];

    /// <summary>Adds a fault that a schema has found. Places that are left open get none.</summary>
    internal void Add(SchemaFault fault, Func<string, bool> isOpen)
    {
        if (!isOpen(fault.Place))
            Add(fault.Place, fault.Message);
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

    [GeneratedRegex(@"\[(?<index>\d{1,9})\]|(?<name>[^.\[\]]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Steps();
}
