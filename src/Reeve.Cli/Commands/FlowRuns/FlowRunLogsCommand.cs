using System.CommandLine;
using Reeve.Client;
using Reeve.Protocol.Filters;

namespace Reeve.Cli.Commands.FlowRuns;

internal sealed class FlowRunLogsCommand() : RunLogsCommand("Show the log lines of a run", new Argument<string>("RUN") { Description = "The run's id or name" })
{
    protected override async Task<LogFilter> FilterAsync(OrchestrationClient client, string run, CancellationToken ct) =>
        new() { FlowRunId = new AnyOf<Guid> { Any = [(await Lookup.FlowRunAsync(client, run, ct)).Id] } };
}
