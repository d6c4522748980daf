using System.CommandLine;
using Reeve.Cli.Output;
using Reeve.Protocol.WorkPools;

namespace Reeve.Cli.Commands.WorkPools;

internal sealed class WorkQueueInspectCommand : WorkQueueCommand
{
    private readonly OutputOption _output = new();

    public WorkQueueInspectCommand()
        : base("inspect", "Show a work queue, and whether it is well") => Options.Add(_output);

    protected override async Task RunAsync(WorkQueue queue, ParseResult parse, CliSession session, CancellationToken ct)
    {
        JsonOutput.Write(queue, session.Terminal.Out);
        if (_output.IsJson(parse))
            return;
        var status = await session.Client.GetWorkQueueStatusAsync(queue.Id, ct);
        session.Terminal.Out.WriteLine();
        session.Terminal.Out.WriteLine($"{(status.Healthy ? "Healthy" : "Not healthy")}: {(status.LastPolled is null ? "no worker has asked it for runs yet" : $"last asked for runs {Ago.Of(status.LastPolled, session.Time)}")}; late runs: {status.LateRunsCount}.");
    }
}
