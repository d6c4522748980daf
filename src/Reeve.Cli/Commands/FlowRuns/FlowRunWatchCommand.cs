using System.CommandLine;

namespace Reeve.Cli.Commands.FlowRuns;

internal sealed class FlowRunWatchCommand : CliCommand
{
    private readonly Argument<string> _run = new("RUN") { Description = "The run's id or name" };
    private readonly Option<int?> _timeout = new("--timeout", "--watch-timeout") { Description = "Stop watching after so many seconds; the run goes on", HelpName = "S" };

    public FlowRunWatchCommand()
        : base("watch", "Show a run's states and log lines until its end; the exit code tells how it ended")
    {
        Arguments.Add(_run);
        Options.Add(_timeout);
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var run = await Lookup.FlowRunAsync(session.Client, parse.GetRequiredValue(_run), ct);
        return await new RunWatcher(session.Client, run.Id, session.Terminal.Out, session.Time)
            .WatchAsync(parse.GetValue(_timeout) is { } seconds ? TimeSpan.FromSeconds(seconds) : null, ct);
    }
}
