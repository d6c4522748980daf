using System.ComponentModel;
using Reeve.Workers.Jobs;

namespace Reeve.Workers.Process;

/// <summary>Runs each flow run as a process of this machine, in a session of its own.</summary>
public sealed class ProcessWorker(TimeProvider time) : IInfrastructure
{
    public string Type => "process";

    public string WorkerKind => "ProcessWorker";

    public Task<RunningJob> StartAsync(Job job, RunLog log, CancellationToken ct)
    {
        RunFolders.RemoveAbandoned(); // a worker that was killed could not
        log.Info("Opening process...");
        var program = FindProgram(job);
        var temporary = job.WorkingDirectory is null ? RunFolders.Create() : null;
        try
        {
            var process = SessionProcess.Start([program, .. job.Command.Skip(1)], temporary ?? job.WorkingDirectory!, job.Environment, job.StreamOutput ? log.Output : null, time);
            return Task.FromResult<RunningJob>(new RunProcess(process, temporary));
        }
        catch (Win32Exception e)
        {
            if (temporary is not null)
                Directory.Delete(temporary, recursive: true);
            throw new InfrastructureException($"cannot start '{job.Command[0]}': {e.Message}", e);
        }
    }

    // Looked for beforehand: what begins the session would not tell us that there is no such program.
    private static string FindProgram(Job job)
    {
        if (job.WorkingDirectory is { } folder && !Directory.Exists(folder))
            throw new InfrastructureException($"the working directory '{folder}' does not exist on this worker");
        if (job.Command is not [var name, ..])
            throw new InfrastructureException("the job's command is empty");
        var found = name.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? Path.GetFullPath(name, job.WorkingDirectory ?? Environment.CurrentDirectory) is var path && File.Exists(path) ? path : null
            : Programs.OnPath(name, job.Environment.GetValueOrDefault("PATH"));
        if (found is null)
            throw new InfrastructureException($"cannot start '{name}': there is no such program on this worker");
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(found) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) == 0)
            throw new InfrastructureException($"cannot start '{name}': {found} is not executable");
        return found;
    }
}
