using System.Globalization;
using System.Threading.Channels;
using Reeve.Client;
using Reeve.Protocol.Logs;

namespace Reeve.Workers;

/// <summary>What the worker says: at once to its terminal, in the form people know, and in batches to the logs API when it concerns a run.</summary>
public sealed class WorkerLog(TextWriter terminal, TimeProvider time)
{
    private const string RunLogger = "prefect.flow_runs.worker";
    private const int BatchSize = 500;

    // A bound for a server that is away for long: past it the newest lines reach the terminal only.
    private readonly Channel<LogCreate> _queue = Channel.CreateBounded<LogCreate>(new BoundedChannelOptions(20_000) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly Lock _line = new();

    /// <summary>A line as it is.</summary>
    public void Plain(string line)
    {
        lock (_line)
            terminal.WriteLine(line);
    }

    /// <summary>A line about the worker itself.</summary>
    public void Info(string message) => Line(20, "prefect.worker", message, time.GetLocalNow());

    /// <summary>A line about the worker itself that asks for attention.</summary>
    public void Warning(string message) => Line(30, "prefect.worker", message, time.GetLocalNow());

    internal void AboutRun(Guid run, int level, string message)
    {
        var now = time.GetUtcNow();
        Line(level, RunLogger, message, TimeZoneInfo.ConvertTime(now, time.LocalTimeZone));
        _queue.Writer.TryWrite(new LogCreate { Name = RunLogger, Level = level, Message = message, Timestamp = now, FlowRunId = run });
    }

    private void Line(int level, string logger, string message, DateTimeOffset when)
    {
        var name = level switch { >= 40 => "ERROR", >= 30 => "WARNING", >= 20 => "INFO", _ => "DEBUG" };
        Plain($"{when.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)} | {name,-7} | {logger} - {message}");
    }

    /// <summary>Sends lines until there are no more to come and all are sent, or the token says that it is enough.</summary>
    internal async Task SendAsync(OrchestrationClient client, ServerPatience patience, CancellationToken ct)
    {
        while (await _queue.Reader.WaitToReadAsync(ct))
        {
            var batch = new List<LogCreate>();
            while (batch.Count < BatchSize && _queue.Reader.TryRead(out var line))
                batch.Add(line);
            await patience.AskAsync(async token =>
            {
                await client.CreateLogsAsync(batch, token);
                return true;
            }, ct);
        }
    }

    internal void Complete() => _queue.Writer.TryComplete();
}
