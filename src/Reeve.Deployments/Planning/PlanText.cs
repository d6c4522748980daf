using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reeve.Deployments.Planning;

/// <summary>A plan for people, without colours: reads the same in a terminal, a log and a diff.</summary>
public static class PlanText
{
    private const int LongestValue = 120;

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(ProjectPlan plan, TextWriter output)
    {
        output.WriteLine(plan.Environment.Length > 0 ? $"Project '{plan.Project}', environment '{plan.Environment}'" : $"Project '{plan.Project}'");
        foreach (var note in plan.Notes)
            output.WriteLine($"Note: {note}");
        foreach (var deployment in plan.Deployments.Where(IsShown))
        {
            output.WriteLine();
            output.WriteLine(Head(deployment));
            foreach (var line in Lines(deployment))
                output.WriteLine("    " + line);
        }
        if (plan.Builds.Count > 0)
            output.WriteLine();
        foreach (var build in plan.Builds)
            output.WriteLine($"Will build: {Build(build)}");
        output.WriteLine();
        output.WriteLine(Summary(plan));
    }

    internal static bool IsShown(PlannedDeployment deployment) => deployment.Action is not PlanAction.Unchanged || deployment.Fields.Count > 0;

    internal static string Head(PlannedDeployment deployment) => deployment.Action switch
    {
        PlanAction.Create => $"+ {deployment.FullName}",
        PlanAction.Change => $"~ {deployment.FullName}{(deployment.IsAdopted ? " (is there already and becomes the project's)" : "")}",
        PlanAction.Prune => $"- {deployment.FullName} (no longer in the project: is deleted with its schedules and scheduled runs)",
        PlanAction.Left => $"  {deployment.FullName} (no longer in the project: --prune would delete it)",
        _ => $"= {deployment.FullName}",
    };

    internal static IEnumerable<string> Lines(PlannedDeployment deployment)
    {
        foreach (var (key, value) in deployment.Created ?? [])
            if (key is not "parameter_openapi_schema" && !IsEmpty(key, value))
                foreach (var line in OfNew(key, value))
                    yield return line;
        foreach (var field in deployment.Fields)
            yield return Line(field);
        if (deployment is { IsBuilt: true, Action: PlanAction.Change })
            yield return "its content changed: build and push steps run";
        else if (deployment is { Action: PlanAction.Change, Fields.Count: 0, IsAdopted: false })
            yield return "takes over what was built of new content";
    }

    // Under the same names as a change of it has later: a line for each parameter, job variable, step and schedule.
    private static IEnumerable<string> OfNew(string key, JsonNode? value) => (key, value) switch
    {
        ("parameters" or "job_variables", JsonObject map) => map.Select(entry => $"{key}.{entry.Key}: {Value(entry.Value, key)}"),
        ("pull_steps", JsonArray { Count: > 0 } steps) => steps.OfType<JsonObject>().SelectMany((step, index) =>
            step.Select(entry => string.Create(CultureInfo.InvariantCulture, $"{key}[{index}].{entry.Key}: {Value(entry.Value, key)}"))),
        ("schedules", JsonObject map) => map.Select(entry => $"{key}[{entry.Key}]: {Schedule(entry.Value)}"),
        _ => [$"{key}: {Value(value, key)}"],
    };

    // The times are its name.
    private static string Schedule(JsonNode? schedule) => (schedule?["active"]?.GetValue<bool>() is false ? "paused" : "active")
        + (schedule?["parameters"] is JsonObject { Count: > 0 } parameters ? $", parameters {Value(parameters, "parameters")}" : "");

    internal static string Build(PlannedBuild build) =>
        string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", build.Steps)}{(build.Position is { } at ? $" ({at})" : "")}, once for {Count(build.Deployments, "deployment")}");

    internal static string Summary(ProjectPlan plan)
    {
        List<string> parts = [];
        void Add(int count, string what)
        {
            if (count > 0)
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"{count} {what}"));
        }
        Add(plan.Count(PlanAction.Create), "to create");
        Add(plan.Count(PlanAction.Change), "to change");
        Add(plan.Count(PlanAction.Prune), "to prune");
        Add(plan.Count(PlanAction.Unchanged), "unchanged");
        Add(plan.Count(PlanAction.Left), "left over (see --prune)");
        Add(plan.CountFields(FieldOutcome.Kept), "kept as changed by hand");
        Add(plan.CountFields(FieldOutcome.Conflict), "in conflict (see --overwrite)");
        return (plan.HasChanges ? "Plan: " : "No changes: ") + (parts.Count == 0 ? "nothing is there" : string.Join(", ", parts)) + ".";
    }

    internal static string Line(FieldChange field) => field.Outcome switch
    {
        FieldOutcome.Change => $"{field.Path}: {Value(field.Live, field.Path)} -> {After(field)}",
        FieldOutcome.Kept => $"{field.Path}: kept {Value(field.Live, field.Path)}, changed on the server since the last apply (the file says {Value(field.Wanted, field.Path)})",
        _ => $"{field.Path}: CONFLICT, last applied {Value(field.Last, field.Path)}, now {Value(field.Live, field.Path)} on the server and {After(field)} in the file",
    };

    private static string After(FieldChange field) => field.IsPending ? $"(known after build: {Value(field.Wanted, field.Path)})" : Value(field.Wanted, field.Path);

    private static string Value(JsonNode? value, string path)
    {
        if (value is null)
            return "(none)";
        if (path is "parameter_openapi_schema")
            return value["properties"] is JsonObject parameters ? $"schema of ({string.Join(", ", parameters.Select(entry => entry.Key))})" : "schema of ()";
        var text = value.ToJsonString(Plain);
        return text.Length > LongestValue ? text[..LongestValue] + "…" : text;
    }

    // What a new deployment leaves to its defaults is no news.
    private static bool IsEmpty(string key, JsonNode? value) => value switch
    {
        null => true,
        JsonObject map => map.Count == 0,
        JsonArray list => list.Count == 0 && key is not "pull_steps",
        JsonValue leaf when leaf.TryGetValue<bool>(out var flag) => flag == (key is "enforce_parameter_schema"),
        _ => false,
    };

    private static string Count(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");
}
