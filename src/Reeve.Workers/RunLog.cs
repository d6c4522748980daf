using Reeve.Protocol.Runs;

namespace Reeve.Workers;

/// <summary>Where the lines about one run go: the worker's terminal and the run's log on the server.</summary>
public sealed class RunLog(WorkerLog log, FlowRun run)
{
    public void Info(string message) => log.AboutRun(run.Id, 20, message);

    public void Warning(string message) => log.AboutRun(run.Id, 30, message);

    public void Error(string message) => log.AboutRun(run.Id, 40, message);

    /// <summary>A line that the run itself wrote; it stores its own, so this goes to the terminal alone.</summary>
    public void Output(string line) => log.Plain(line);
}
