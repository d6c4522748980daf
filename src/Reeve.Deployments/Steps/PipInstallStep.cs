using System.Text.Json.Nodes;
using Reeve.Deployments.Entrypoints;
using Reeve.Deployments.Running;

namespace Reeve.Deployments.Steps;

/// <summary>Installs a Python project's requirements into the Python that will run the flow.</summary>
internal sealed class PipInstallStep : IStep
{
    public StepSignature Signature { get; } = new("pip_install_requirements",
    [
        new("directory", StepInputKind.Text),
        new("requirements_file", StepInputKind.Text),
        new("stream_output", StepInputKind.Flag),
    ], ["stdout", "stderr"]);

    public async Task<JsonObject> RunAsync(JsonObject inputs, StepContext context, CancellationToken ct)
    {
        var directory = context.Resolve(inputs.Text("directory") ?? ".");
        var file = inputs.Text("requirements_file") ?? "requirements.txt";
        if (!Directory.Exists(directory))
            throw new StepException($"pip_install_requirements: the directory '{inputs.Text("directory")}' does not exist");
        if (!File.Exists(Path.Combine(directory, file)))
            throw new StepException($"pip_install_requirements: there is no '{file}' in '{directory}'");
        var python = PythonClient.FindInterpreter()
            ?? throw new StepException("pip_install_requirements: no Python was found on PATH; install Python 3 or leave this step out");
        // Behind "./" no name of a file can be read as an option.
        var argument = Path.IsPathRooted(file) ? file : Path.Combine(".", file);
        var command = new ChildCommand(python, ["-m", "pip", "install", "--disable-pip-version-check", "-r", argument])
        {
            WorkingDirectory = directory,
            OnLine = inputs.Flag("stream_output", true) ? context.Print : null,
            Time = context.Time,
        };
        var result = await command.RunAsync(ct);
        if (result.ExitCode != 0)
            throw new StepException($"pip_install_requirements: {Reason(python, result)}");
        return new JsonObject { ["stdout"] = result.StandardOutput.Trim(), ["stderr"] = result.StandardError.Trim() };
    }

    private static string Reason(string python, CommandResult result) =>
        result.LastErrors.Contains("No module named pip", StringComparison.Ordinal)
            ? $"the Python at '{python}' has no pip; install it ('{python} -m ensurepip', or the package python3-pip)"
            : $"pip ended with exit code {result.ExitCode}: {result.LastErrors}";
}
