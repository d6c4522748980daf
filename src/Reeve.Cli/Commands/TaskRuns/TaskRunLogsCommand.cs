using System.CommandLine;
using Reeve.Cli.Commands.FlowRuns;
using Reeve.Client;
using Reeve.Protocol.Filters;

namespace Reeve.Cli.Commands.TaskRuns;

internal sealed class TaskRunLogsCommand() : RunLogsCommand("Show the log lines of a task run", new Argument<string>("TASK_RUN") { Description = "The task run's id or name" })
{
    protected override async Task<LogFilter> FilterAsync(OrchestrationClient client, string run, CancellationToken ct) =>
        new() { TaskRunId = new AnyOf<Guid> { Any = [(await Lookup.TaskRunAsync(client, run, ct)).Id] } };
}
