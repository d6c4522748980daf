using System.Text.Json.Nodes;

namespace Reeve.Deployments.Steps;

/// <summary>Makes a directory the one later steps and the flow work in.</summary>
internal sealed class SetWorkingDirectoryStep : IStep
{
    public StepSignature Signature { get; } = new("set_working_directory", [new("directory", StepInputKind.Text, Required: true)], ["directory"]);

    public Task<JsonObject> RunAsync(JsonObject inputs, StepContext context, CancellationToken ct)
    {
        var directory = inputs.RequiredText("directory");
        var path = context.Resolve(directory);
        if (!Directory.Exists(path))
            throw new StepException($"the directory '{directory}' does not exist on this machine");
        context.WorkingDirectory = path;
        return Task.FromResult(new JsonObject { ["directory"] = path });
    }
}
