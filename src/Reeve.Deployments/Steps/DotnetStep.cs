using System.Text.Json.Nodes;
using Reeve.Deployments.Entrypoints;
using Reeve.Deployments.Projects;
using Reeve.Deployments.Running;

namespace Reeve.Deployments.Steps;

/// <summary>Restores or builds a .NET project, solution or single file with the SDK, as a step of its own before the flow needs it.</summary>
internal sealed class DotnetStep(string verb) : IStep
{
    private readonly string _name = "dotnet_" + verb;

    public StepSignature Signature { get; } = new("dotnet_" + verb,
    [
        new("project", StepInputKind.Text),
        new("directory", StepInputKind.Text),
        new("arguments", StepInputKind.List),
        new("stream_output", StepInputKind.Flag),
        .. verb == "build" ? [new StepInput("configuration", StepInputKind.Text), new StepInput("output", StepInputKind.Text)] : Array.Empty<StepInput>(),
    ], verb == "build" ? ["stdout", "stderr", "project", "output"] : ["stdout", "stderr", "project"])
    { Package = StepPackage.Reeve };

    public async Task<JsonObject> RunAsync(JsonObject inputs, StepContext context, CancellationToken ct)
    {
        var directory = context.Resolve(inputs.Text("directory") ?? ".");
        if (!Directory.Exists(directory))
            throw new StepException($"{_name}: the directory '{inputs.Text("directory")}' does not exist");
        var project = ProjectIn(directory, inputs.Text("project"));
        var sdk = DotnetSdk.Find() ?? throw new StepException($"{_name}: there is no .NET SDK on this machine; install the .NET SDK 10, or build where there is one");
        List<string> arguments = [verb, project, "--nologo", "-v", "q", "--disable-build-servers"]; // servers would outlive the step
        var output = inputs.Text("output") is { } given ? Path.GetFullPath(given, directory) : null;
        if (verb == "build")
            arguments.AddRange(["-c", inputs.Text("configuration") ?? "Release"]);
        if (output is not null)
            arguments.AddRange(["-o", output]);
        if (project.EndsWith(".cs", StringComparison.OrdinalIgnoreCase))
            arguments.Add("-p:PublishAot=false"); // else a single file asks for the compiler of native programs
        arguments.AddRange(inputs.Texts("arguments"));

        var command = new ChildCommand(sdk.Program, arguments)
        {
            WorkingDirectory = directory,
            Environment = Surroundings(context.PackagesFolder),
            OnLine = inputs.Flag("stream_output", true) ? context.Print : null,
            Time = context.Time,
        };
        var result = await command.RunAsync(ct);
        if (result.ExitCode != 0)
            throw new StepException($"{_name}: '{project}' was not {(verb == "build" ? "built" : "restored")}:\n{string.Join('\n', CompilerOutput.Errors(result.StandardOutput + result.StandardError, directory))}");
        var outputs = new JsonObject { ["stdout"] = result.StandardOutput.Trim(), ["stderr"] = result.StandardError.Trim(), ["project"] = Path.GetFullPath(project, directory) };
        if (verb == "build")
            outputs["output"] = output;
        return outputs;
    }

    private static Dictionary<string, string?> Surroundings(string packages)
    {
        var sources = Environment.GetEnvironmentVariable("RestoreAdditionalProjectSources");
        return new Dictionary<string, string?>
        {
            ["RestoreAdditionalProjectSources"] = !Directory.Exists(packages) ? sources : string.IsNullOrEmpty(sources) ? packages : $"{sources};{packages}",
            ["DOTNET_NOLOGO"] = "1",
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            ["DOTNET_CLI_UI_LANGUAGE"] = "en", // its messages are read
            ["DOTNET_STARTUP_HOOKS"] = null,
            ["MSBUILDTERMINALLOGGER"] = "off",
        };
    }

    // The one named, else the only one there is; a solution goes before its projects.
    private string ProjectIn(string directory, string? named)
    {
        if (named is not null)
        {
            var path = Path.GetFullPath(named, directory);
            return File.Exists(path) || Directory.Exists(path) ? path
                : throw new StepException($"{_name}: there is no '{named}' in '{directory}'{(NearestName.Of(named, Directory.EnumerateFiles(directory).Select(file => Path.GetFileName(file)!)) is { } near ? $"; did you mean '{near}'?" : "")}");
        }
        foreach (var pattern in (string[])["*.sln*", "*.*proj", "*.cs"])
            if (Directory.EnumerateFiles(directory, pattern).Take(2).ToList() is { Count: > 0 } found)
                return found is [var only] ? only : throw new StepException($"{_name}: there are several of '{pattern}' in '{directory}'; name one by 'project'");
        throw new StepException($"{_name}: there is no project, solution or file of C# in '{directory}'; name one by 'project'");
    }
}
