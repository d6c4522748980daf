using System.Text.Json;
using System.Text.RegularExpressions;

namespace Reeve.Server.WorkPools;

/// <summary>Checks of a base job template: a job configuration with placeholders, and the schema of the variables that fill them.</summary>
internal static partial class JobTemplate
{
    /// <summary>What is wrong with the template; null when nothing is. An empty template is right.</summary>
    internal static string? Fault(JsonElement? template)
    {
        if (template is not { } given || given.ValueKind == JsonValueKind.Null)
            return null;
        if (given.ValueKind != JsonValueKind.Object)
            return "The base job template must be an object.";
        if (!given.EnumerateObject().Any())
            return null;
        if (!given.TryGetProperty("job_configuration", out var job) || !given.TryGetProperty("variables", out var variables))
            return "Value error, The `base_job_template` must contain both a `job_configuration` key and a `variables` key.";
        HashSet<string> declared = new(StringComparer.Ordinal);
        if (variables.ValueKind == JsonValueKind.Object && variables.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object)
            declared.UnionWith(properties.EnumerateObject().Select(p => p.Name));
        var unknown = Placeholders(job).Where(name => !declared.Contains(name)).Distinct().Order(StringComparer.Ordinal).ToList();
        return unknown is []
            ? null
            : "Value error, The variables specified in the job configuration template must be present as properties in the variables schema. "
                + $"Your job configuration uses the following undeclared variable(s): {string.Join(", ", unknown)}.";
    }

    private static IEnumerable<string> Placeholders(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().SelectMany(p => Placeholders(p.Value)),
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Placeholders),
        // "prefect.…" placeholders name blocks and variables, "$NAME" the worker's environment: the worker fills them
        JsonValueKind.String => Placeholder().Matches(value.GetString()!).Select(m => m.Groups[1].Value).Where(n => !n.StartsWith("prefect.", StringComparison.Ordinal) && n[0] != '$').Select(n => n.Split('.')[0]),
        _ => [],
    };

    [GeneratedRegex(@"\{\{\s*([\w\.\-\[\]$]+)\s*\}\}")]
    private static partial Regex Placeholder();
}
