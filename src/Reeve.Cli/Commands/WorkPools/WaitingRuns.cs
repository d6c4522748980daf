using System.CommandLine;
using Reeve.Cli.Output;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;
using Reeve.Protocol.WorkPools;

namespace Reeve.Cli.Commands.WorkPools;

/// <summary>The table of runs that wait for a worker.</summary>
internal static class WaitingRuns
{
    internal static Option<double> Hours() => new("--hours", "-h") { Description = "Runs of the next so many hours; default: 1", HelpName = "N", DefaultValueFactory = _ => 1 };

    internal static DateTimeOffset Until(ParseResult parse, Option<double> hours, TimeProvider time)
    {
        var span = parse.GetValue(hours);
        return span is >= 0 and <= 876_000 ? time.GetUtcNow().AddHours(span) : throw new CliException($"--hours {span} makes no sense; 0 or more", exitCode: ExitCodes.Usage);
    }

    internal static Task<int> OfQueueAsync(CliSession session, WorkQueue queue, DateTimeOffset until, bool asJson, CancellationToken ct) => WriteAsync(
        session, new WorkPoolFilter { Name = new AnyOf<string> { Any = [queue.WorkPoolName!] } }, new WorkQueueFilter { Id = new AnyOf<Guid> { Any = [queue.Id] } }, until, asJson, ct);

    /// <summary>Shows them as they would be handed out. Asking as a worker does would make the queue look served.</summary>
    internal static async Task<int> WriteAsync(CliSession session, WorkPoolFilter pools, WorkQueueFilter? queues, DateTimeOffset until, bool asJson, CancellationToken ct)
    {
        var runs = await session.Client.FindFlowRunsAsync(new Query
        {
            FlowRuns = new FlowRunFilter
            {
                State = new StateFilter { Type = new AnyOf<StateType> { Any = [StateType.Scheduled] } },
                NextScheduledStartTime = new RangeFilter<DateTimeOffset> { Before = until },
            },
            WorkPools = pools,
            WorkPoolQueues = queues,
            Sort = "NEXT_SCHEDULED_START_TIME_ASC",
            Limit = 200,
        }, ct);
        if (asJson)
        {
            JsonOutput.Write(runs, session.Terminal.Out);
            return runs.Count;
        }

        var table = new TextTable("Due", "Flow run", "Queue", "State", "ID");
        foreach (var run in runs)
            table.Add(run.NextScheduledStartTime?.ToString("yyyy-MM-dd HH:mm:ss'Z'", null), run.Name, run.WorkQueueName, run.StateName, run.Id.ToString());
        table.Write(session.Terminal.Out, "No runs wait in that time.");
        return runs.Count;
    }
}

internal sealed class WorkQueuePreviewCommand : WorkQueueCommand
{
    private readonly Option<double> _hours = WaitingRuns.Hours();
    private readonly OutputOption _output = new();

    public WorkQueuePreviewCommand()
        : base("preview", "List the runs that wait in a work queue, in the order they are handed out")
    {
        Options.Add(_hours);
        Options.Add(_output);
    }

    protected override Task RunAsync(WorkQueue queue, ParseResult parse, CliSession session, CancellationToken ct) =>
        WaitingRuns.OfQueueAsync(session, queue, WaitingRuns.Until(parse, _hours, session.Time), _output.IsJson(parse), ct);
}

internal sealed class WorkPoolPreviewCommand : CliCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "The pool" };
    private readonly Option<double> _hours = WaitingRuns.Hours();
    private readonly OutputOption _output = new();

    public WorkPoolPreviewCommand()
        : base("preview", "List the runs that wait in a work pool, in the order they are handed out")
    {
        Arguments.Add(_name);
        Options.Add(_hours);
        Options.Add(_output);
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var pool = await Lookup.WorkPoolAsync(session.Client, parse.GetRequiredValue(_name), ct);
        await WaitingRuns.WriteAsync(session, new WorkPoolFilter { Name = new AnyOf<string> { Any = [pool.Name] } }, null, WaitingRuns.Until(parse, _hours, session.Time), _output.IsJson(parse), ct);
        return ExitCodes.Done;
    }
}

internal sealed class WorkQueueReadRunsCommand() : WorkQueueCommand("read-runs", "List the runs that a work queue would hand out now")
{
    protected override async Task RunAsync(WorkQueue queue, ParseResult parse, CliSession session, CancellationToken ct)
    {
        var count = await WaitingRuns.OfQueueAsync(session, queue, session.Time.GetUtcNow(), asJson: false, ct);
        session.Terminal.Out.WriteLine($"{count} runs of work queue '{queue.Name}' are due.");
    }
}
