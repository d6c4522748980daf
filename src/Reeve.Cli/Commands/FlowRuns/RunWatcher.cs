using System.Globalization;
using Reeve.Client;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Logs;
using Reeve.Protocol.Runs;
using Reeve.Settings;

namespace Reeve.Cli.Commands.FlowRuns;

/// <summary>Follows a run: prints each new state and log line until the run has ended and its last lines are there.</summary>
internal sealed class RunWatcher(OrchestrationClient client, Guid id, TextWriter output, TimeProvider time)
{
    public static readonly TimeSpan DefaultInterval = TimeSpan.FromMilliseconds(400);

    // Writers send their lines in batches of their own; one that was written earlier may arrive later.
    private static readonly TimeSpan Disorder = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LastLines = TimeSpan.FromSeconds(1.5);
    private readonly HashSet<Guid> _seenLines = [];
    private readonly HashSet<Guid> _seenStates = [];
    private DateTimeOffset? _newest;

    public TimeSpan Interval { get; init; } = DefaultInterval;

    /// <summary>Whether the states are printed as well.</summary>
    public bool ShowStates { get; init; } = true;

    /// <summary>The run, as last seen.</summary>
    public FlowRun? Run { get; private set; }

    /// <returns>0 when the run ended well, else 1.</returns>
    /// <exception cref="CliException">The run did not end within the limit, or was deleted.</exception>
    public async Task<int> WatchAsync(TimeSpan? limit, CancellationToken ct)
    {
        var start = time.GetTimestamp();
        long? quietSince = null;
        while (true)
        {
            Run = await client.FindFlowRunAsync(id, ct) ?? throw new CliException($"flow run {id} was deleted");
            var ended = Run.StateType?.IsTerminal() == true;
            var news = await ShowNewAsync(ct);
            // Lines may follow the end; it is over when none came for a while.
            quietSince = ended ? (news || quietSince is null ? time.GetTimestamp() : quietSince) : null;
            if (quietSince is { } quiet && time.GetElapsedTime(quiet) >= LastLines)
                return Conclude(Run);
            if (limit is { } patience && time.GetElapsedTime(start) > patience && !ended)
                throw new CliException($"flow run '{Run.Name}' is {Run.StateName} after {patience.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} s; it goes on", $"{CommandName.Text} flow-run inspect {id}");
            await Task.Delay(Interval, time, ct);
        }
    }

    private int Conclude(FlowRun run)
    {
        if (ShowStates)
            output.WriteLine($"Flow run '{run.Name}' has ended: {run.StateName}{(run.State?.Message is { Length: > 0 } message ? $" - {message}" : "")}");
        return run.StateType == StateType.Completed ? ExitCodes.Done : ExitCodes.Fault;
    }

    private async Task<bool> ShowNewAsync(CancellationToken ct)
    {
        var states = ShowStates ? await client.GetFlowRunStatesAsync(id, ct) : [];
        var newStates = states.Where(s => _seenStates.Add(s.Id)).Select(s => (When: s.Timestamp, Text: $"        {s.Name.ToUpperInvariant()}{(s.Message is { Length: > 0 } m ? $": {m}" : "")}"));
        var newLines = (await NewLinesAsync(ct)).Select(l => (When: l.Timestamp, Text: FlowRunLogsCommand.Text(l, time)));
        var any = false;
        foreach (var (when, text) in newStates.Concat(newLines).OrderBy(n => n.When).ToList())
        {
            output.WriteLine(text.StartsWith("        ", StringComparison.Ordinal) ? $"{FlowRunLogsCommand.Clock(when, time)} | STATE   | flow run is now {text.TrimStart()}" : text);
            any = true;
        }

        return any;
    }

    private async Task<List<Log>> NewLinesAsync(CancellationToken ct)
    {
        var found = new List<Log>();
        for (var offset = 0; ; offset += 200)
        {
            var page = await client.FindLogsAsync(new Query
            {
                Logs = new LogFilter
                {
                    FlowRunId = new AnyOf<Guid> { Any = [id] },
                    Timestamp = _newest is { } newest ? new RangeFilter<DateTimeOffset> { After = newest - Disorder } : null,
                },
                Sort = "TIMESTAMP_ASC",
                Limit = 200,
                Offset = offset,
            }, ct);
            found.AddRange(page.Where(l => _seenLines.Add(l.Id)));
            if (page.Count < 200)
                break;
        }

        if (found.Count > 0)
            _newest = found.Max(l => l.Timestamp) is var latest && (_newest is null || latest > _newest) ? latest : _newest;
        return found;
    }
}
