using System.Text.Json.Nodes;
using Reeve.Deployments.Deploying;
using Reeve.Deployments.Deploying.Recipes;
using Reeve.Deployments.Editing;
using Reeve.Deployments.Projects;

namespace Reeve.Cli.Commands.Deployments.Wizard;

/// <summary>Writes a deployment that was made on the command line into the project file.</summary>
internal static class DeploymentSaving
{
    /// <summary>Saves it if the options or the person say so.</summary>
    /// <param name="file">The project file; it is made if it is not there.</param>
    /// <param name="deployment">What to say in it.</param>
    public static async Task OfferAsync(Questions questions, bool? said, string file, JsonObject deployment, CliSession session, CancellationToken ct)
    {
        var shown = Path.GetFileName(file);
        const string Flag = "--save or --no-save";
        if (said is false || (said is null && !questions.MayAsk))
            return;
        if (said is null && !questions.Yes(File.Exists(file) ? $"Would you like to save this configuration to {shown}?"
            : "Would you like to save configuration for this deployment for faster deployments in the future?", Flag, fallback: true))
            return;

        var name = deployment["name"]!.ToString();
        if (!File.Exists(file))
            await File.WriteAllTextAsync(file, NewFile(file, deployment), ct);
        else
            await EditAsync(file, shown, deployment, ct);
        session.Terminal.Out.WriteLine($"Deployment configuration saved to {shown}. From now on: {Settings.CommandName.Text} deploy -n {(name.Contains(' ', StringComparison.Ordinal) ? $"\"{name}\"" : name)}");
    }

    private static async Task EditAsync(string file, string shown, JsonObject deployment, CancellationToken ct)
    {
        var edited = await EditedFile.ReadAsync(file, ct);
        var edit = ProjectFileEditor.Save(shown, edited.Text, deployment);
        if (edit.Text is null)
            throw new CliException($"the deployment was made, but {shown} was left as it is: {edit.Refusal}", $"write this below its 'deployments':\n\n{edit.Snippet}");
        if (edit.Text != edited.Text)
            await edited.WriteAsync(edit.Text, ct);
    }

    // In a file of its own the sections stand at the top, where the next deployment shares them.
    private static string NewFile(string file, JsonObject deployment)
    {
        var item = (JsonObject)deployment.DeepClone();
        return new ProjectFileText
        {
            Name = new ProjectInitializer(Path.GetDirectoryName(Path.GetFullPath(file))!).FolderName,
            Build = Section(item, "build"),
            Push = Section(item, "push"),
            Pull = Section(item, "pull"),
            Deployment = item,
        }.ToString();
    }

    private static JsonArray? Section(JsonObject item, string key)
    {
        item.Remove(key, out var section);
        return section as JsonArray;
    }
}
