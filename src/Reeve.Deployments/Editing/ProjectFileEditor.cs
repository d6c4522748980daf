using System.Globalization;
using System.Text.Json.Nodes;
using Reeve.Deployments.Projects;

namespace Reeve.Deployments.Editing;

/// <summary>Puts a deployment into the text of a project file, or changes the one that is there.</summary>
public static class ProjectFileEditor
{
    /// <param name="file">How faults name the file.</param>
    /// <param name="text">The project file as it is.</param>
    /// <param name="deployment">What the deployment says; keys that are not named here stay as they are.</param>
    public static ProjectFileEdit Save(string file, string text, JsonObject deployment)
    {
        var (editor, faults) = YamlEditor.Open(file, text);
        if (editor is null)
            return ProjectFileEdit.Refused(string.Join("; ", faults), deployment);
        try
        {
            var deployments = editor.Values?["deployments"] as JsonArray ?? [];
            if (Place(deployments, deployment) is { } index)
                editor.Merge(["deployments", index.ToString(CultureInfo.InvariantCulture)], OneSchedule((JsonObject)deployments[index]!, deployment));
            else
                editor.Append(["deployments"], deployment);
        }
        catch (YamlEditException exception)
        {
            return ProjectFileEdit.Refused(exception.Message, deployment);
        }
        // What the editor cannot know: whether a project file may say this.
        var reading = ProjectReader.Read(file, editor.Text, file);
        var before = ProjectReader.Read(file, text, file).Faults.Select(fault => fault.Message).ToHashSet();
        return reading.Faults.FirstOrDefault(fault => !before.Contains(fault.Message)) is { } fault
            ? ProjectFileEdit.Refused(fault.ToString(), deployment)
            : new ProjectFileEdit(editor.Text, null, Snippet(deployment));
    }

    /// <summary>The deployment as an item of <c>deployments</c>.</summary>
    public static string Snippet(JsonObject deployment) => string.Join('\n', YamlText.Item(deployment, 0)) + "\n";

    // The same name and entrypoint; or the same name where one side says no entrypoint; or the entry that `init` wrote and nobody filled in.
    private static int? Place(JsonArray deployments, JsonObject wanted)
    {
        int? template = null;
        for (var i = 0; i < deployments.Count; i++)
        {
            if (deployments[i] is not JsonObject item)
                continue;
            var (name, entrypoint) = (item["name"]?.ToString(), item["entrypoint"]?.ToString());
            if (name == wanted["name"]?.ToString() && (entrypoint is null || wanted["entrypoint"] is not { } given || entrypoint == given.ToString()))
                return i;
            if (name is null && entrypoint is null && item["flow_name"] is null)
                template ??= i;
        }
        return template;
    }

    // 'schedule' and 'schedules' exclude each other: the one that is not said now is emptied if it says something.
    private static JsonObject OneSchedule(JsonObject current, JsonObject deployment)
    {
        var changes = (JsonObject)deployment.DeepClone();
        if (changes.ContainsKey("schedule") && current["schedules"] is JsonArray { Count: > 0 })
            changes["schedules"] = new JsonArray();
        if (changes.ContainsKey("schedules") && current["schedule"] is JsonObject { Count: > 0 })
            changes["schedule"] = new JsonObject();
        return changes;
    }
}

/// <summary>The edited text, or why it cannot be edited; in both cases what a person would write into <c>deployments</c>.</summary>
public sealed record ProjectFileEdit(string? Text, string? Refusal, string Snippet)
{
    internal static ProjectFileEdit Refused(string why, JsonObject deployment) => new(null, why, ProjectFileEditor.Snippet(deployment));
}
