using System.Text.Json.Nodes;
using Reeve.Deployments.Entrypoints;
using Reeve.Deployments.Running;

namespace Reeve.Deployments.Steps;

/// <summary>
/// A step somebody wrote in .NET: <c>steps.cs:PushReport</c>, <c>Steps.csproj:PushReport</c> or <c>Steps.dll:PushReport</c>. It is built like a flow and
/// runs as a process of its own that gets its inputs on its standard input (docs/decisions/0009-custom-steps.md).
/// </summary>
internal sealed class CustomStep(Entrypoint entrypoint) : IStep
{
    public StepSignature Signature { get; } = new(entrypoint.Text, [], null) { TakesAnyKey = true };

    /// <summary>The step, when the name is that of one in a file of .NET.</summary>
    public static CustomStep? TryFrom(string name) =>
        name.Contains(':', StringComparison.Ordinal) && Entrypoint.Parse(name).Entrypoint is { Kind: not EntrypointKind.Python } entrypoint ? new CustomStep(entrypoint) : null;

    public async Task<JsonObject> RunAsync(JsonObject inputs, StepContext context, CancellationToken ct)
    {
        if (!File.Exists(context.Resolve(entrypoint.Path)))
            throw new StepException($"the step '{entrypoint.Text}' is not there: there is no file '{entrypoint.Path}' in '{context.WorkingDirectory}'");
        var builder = new FlowBuilder(context.Home, line => context.Log(line.Level, line.Message), context.Time) { PackagesFolder = context.PackagesFolder };
        var (program, faults) = await builder.BuildAsync(entrypoint, context.WorkingDirectory, ct);
        if (program is null)
            throw new StepException($"the step '{entrypoint.Text}' cannot be built: {string.Join("; ", faults)}");

        var folder = Directory.CreateTempSubdirectory("reeve-step-").FullName; // only this user may look into it
        try
        {
            return await RunAsync(program, Path.Combine(folder, "outputs.json"), inputs, context, ct);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<JsonObject> RunAsync(BuiltFlow program, string outputs, JsonObject inputs, StepContext context, CancellationToken ct)
    {
        var command = new ChildCommand(DotnetSdk.FindHost() ?? "dotnet", [program.AssemblyPath, entrypoint.Member])
        {
            WorkingDirectory = context.WorkingDirectory,
            Environment = new Dictionary<string, string?> { ["REEVE_STEP_OUTPUTS"] = outputs, ["DOTNET_STARTUP_HOOKS"] = null },
            Input = inputs.ToJsonString(),
            OnLine = context.Print,
            Time = context.Time,
        };
        var result = await command.RunAsync(ct);
        var answer = File.Exists(outputs) ? JsonNode.Parse(await File.ReadAllTextAsync(outputs, ct)) as JsonObject : null;
        if (answer?["error"]?.ToString() is { } error)
            throw new StepException($"the step '{entrypoint.Text}' failed: {error}");
        if (result.ExitCode != 0)
            throw new StepException($"the step '{entrypoint.Text}' ended with exit code {result.ExitCode}" + (result.LastErrors.Length > 0 ? ": " + result.LastErrors : ""));
        if (answer is null)
            throw new StepException($"the step '{entrypoint.Text}' gave no answer; its program should end with 'return await StepProgram.RunAsync(args);'");
        return answer["outputs"]?.DeepClone() as JsonObject ?? []; // what is no mapping has no names to be asked for by
    }
}
