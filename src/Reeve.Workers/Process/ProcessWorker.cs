using System.ComponentModel;
using System.Diagnostics;
using Reeve.Workers.Jobs;

namespace Reeve.Workers.Process;

/// <summary>Runs each flow run as a process of this machine, in a session of its own, so that a Ctrl+C meant for the worker does not reach it and all that it
/// starts can be stopped with it.</summary>
public sealed class ProcessWorker(TimeProvider time) : IInfrastructure
{
    public string Type => "process";

    public string WorkerKind => "ProcessWorker";

    public Task<RunningJob> StartAsync(Job job, RunLog log, CancellationToken ct)
    {
        log.Info("Opening process...");
        var program = FindProgram(job);
        var temporary = job.WorkingDirectory is null ? Directory.CreateTempSubdirectory("reeve-run-").FullName : null;
        var session = SessionPrefix();
        var start = new ProcessStartInfo(session is [] ? program : session[0])
        {
            WorkingDirectory = temporary ?? job.WorkingDirectory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in session is [] ? job.Command.Skip(1) : [.. session.Skip(1), program, .. job.Command.Skip(1)])
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in job.Environment)
            start.Environment[name] = value;
        try
        {
            var process = System.Diagnostics.Process.Start(start)!;
            process.StandardInput.Close();
            return Task.FromResult<RunningJob>(new RunProcess(process, ownsGroup: session is not [], temporary, job.StreamOutput ? log.Output : null, time));
        }
        catch (Win32Exception e)
        {
            if (temporary is not null)
                Directory.Delete(temporary, recursive: true);
            throw new InfrastructureException($"cannot start '{job.Command[0]}': {e.Message}", e);
        }
    }

    // setsid executes the program in its own place, so the pid stays; it would not tell us that there is no such program, hence the look beforehand.
    private static string[] SessionPrefix()
    {
        if (OperatingSystem.IsWindows())
            return [];
        if (OnPath("setsid") is { } setsid)
            return [setsid];
        return OnPath("perl") is { } perl ? [perl, "-e", "use POSIX; POSIX::setsid(); exec { $ARGV[0] } @ARGV or die"] : [];
    }

    private static string FindProgram(Job job)
    {
        if (job.WorkingDirectory is { } folder && !Directory.Exists(folder))
            throw new InfrastructureException($"the working directory '{folder}' does not exist on this worker");
        if (job.Command is not [var name, ..])
            throw new InfrastructureException("the job's command is empty");
        var found = name.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? Path.GetFullPath(name, job.WorkingDirectory ?? Environment.CurrentDirectory) is var path && File.Exists(path) ? path : null
            : OnPath(name, job.Environment.GetValueOrDefault("PATH"));
        if (found is null)
            throw new InfrastructureException($"cannot start '{name}': there is no such program on this worker");
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(found) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) == 0)
            throw new InfrastructureException($"cannot start '{name}': {found} is not executable");
        return found;
    }

    private static string? OnPath(string name, string? path = null) =>
        (path ?? Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => OperatingSystem.IsWindows() ? [Path.Combine(folder, name), Path.Combine(folder, name + ".exe")] : (string[])[Path.Combine(folder, name)])
            .FirstOrDefault(File.Exists);
}
