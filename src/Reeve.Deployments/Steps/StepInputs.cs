using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reeve.Deployments.Steps;

/// <summary>Reads a step's inputs by name, with a message for the user when a value is of the wrong kind.</summary>
internal static class StepInputs
{
    public static string? Text(this JsonObject inputs, string name) => inputs[name] switch
    {
        null => null,
        JsonValue value when value.GetValueKind() is JsonValueKind.String => value.GetValue<string>(),
        JsonValue value => value.ToJsonString(), // a branch called 1.0 is read by YAML as a number
        _ => throw new StepException($"input '{name}' should be a text"),
    };

    public static string RequiredText(this JsonObject inputs, string name) =>
        inputs.Text(name) is { Length: > 0 } text ? text : throw new StepException($"input '{name}' is missing");

    public static bool Flag(this JsonObject inputs, string name, bool otherwise) => inputs[name] switch
    {
        null => otherwise,
        JsonValue value when value.GetValueKind() is JsonValueKind.True or JsonValueKind.False => value.GetValue<bool>(),
        JsonValue value when bool.TryParse(value.ToString(), out var flag) => flag,
        _ => throw new StepException($"input '{name}' should be true or false"),
    };

    public static IEnumerable<KeyValuePair<string, string>> Map(this JsonObject inputs, string name) => inputs[name] switch
    {
        null => [],
        JsonObject map => map.Select(entry => KeyValuePair.Create(entry.Key, entry.Value?.ToString() ?? "")),
        _ => throw new StepException($"input '{name}' should be a mapping"),
    };

    /// <summary>A list of texts; one text is a list of itself.</summary>
    public static IReadOnlyList<string> Texts(this JsonObject inputs, string name) => inputs[name] switch
    {
        null => [],
        JsonArray list when list.All(item => item is JsonValue) => [.. list.Select(item => item!.ToString())],
        JsonValue value => [value.ToString()],
        _ => throw new StepException($"input '{name}' should be a list of texts"),
    };

    public static int? Whole(this JsonObject inputs, string name) => inputs[name] switch
    {
        null => null,
        JsonValue value when int.TryParse(value.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw new StepException($"input '{name}' should be a whole number, not below zero"),
    };

    public static TimeSpan? Duration(this JsonObject inputs, string name) => inputs[name] switch
    {
        null => null,
        var value when StepDuration.TryParse(value, out var duration) => duration,
        _ => throw new StepException($"input '{name}' should be {StepDuration.Expected}"),
    };
}
