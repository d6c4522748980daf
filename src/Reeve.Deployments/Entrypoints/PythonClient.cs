using Reeve.Deployments.Running;
using Reeve.Deployments.Steps;

namespace Reeve.Deployments.Entrypoints;

/// <summary>The Python on this machine and the client installed in it, whose engine runs Python flows.</summary>
internal sealed record PythonClient(string Interpreter, string Version)
{
    /// <summary>The interpreter of the active virtual environment, else the first on PATH.</summary>
    public static string? FindInterpreter()
    {
        string[] names = OperatingSystem.IsWindows() ? ["python.exe"] : ["python3", "python"];
        List<string> folders = [];
        if (Environment.GetEnvironmentVariable("VIRTUAL_ENV") is { Length: > 0 } environment)
            folders.Add(Path.Combine(environment, OperatingSystem.IsWindows() ? "Scripts" : "bin"));
        folders.AddRange((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries));
        return folders.SelectMany(folder => names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
    }

    /// <summary>The installed client, or a message that says what to install.</summary>
    public static async Task<(PythonClient? Client, string? Missing)> FindAsync(string directory, CancellationToken ct)
    {
        if (FindInterpreter() is not { } interpreter)
            return (null, "this is a Python flow and there is no Python on PATH: install Python 3.9 or newer and then 'pip install prefect'");
        CommandResult answer;
        try
        {
            answer = await new ChildCommand(interpreter, ["-c", "from importlib.metadata import version; print(version('prefect'))"]) { WorkingDirectory = directory }.RunAsync(ct);
        }
        catch (StepException exception)
        {
            return (null, $"this is a Python flow and its Python does not start: {exception.Message}");
        }
        return answer.ExitCode == 0
            ? (new PythonClient(interpreter, answer.StandardOutput.Trim()), null)
            : (null, $"this is a Python flow and the Python at '{interpreter}' has no engine for it: run 'pip install prefect' (2.20 or 3.x) in that Python");
    }
}
