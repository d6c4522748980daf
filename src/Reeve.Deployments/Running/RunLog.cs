using System.Threading.Channels;
using Reeve.Client;
using Reeve.Protocol.Logs;

namespace Reeve.Deployments.Running;

/// <summary>
/// Writes a run's lines where people look for them: to the terminal at once, to the logs API in batches. The buffer is bounded; when the API
/// cannot be reached for long, the oldest lines are given up and a line says how many.
/// </summary>
public sealed class RunLog : IAsyncDisposable
{
    private const int Buffered = 10_000;
    private const int BatchSize = 500;
    private static readonly TimeSpan FlushPatience = TimeSpan.FromSeconds(10);

    private readonly Channel<LogCreate> _lines;
    private readonly Task _sending;
    private readonly CancellationTokenSource _giveUp = new();
    private readonly OrchestrationClient _client;
    private readonly Guid _flowRunId;
    private readonly TextWriter _terminal;
    private readonly int _leastLevel;
    private readonly TimeProvider _time;
    private readonly Lock _terminalGate = new();
    private int _lost;

    /// <param name="leastLevel">The least level that is sent to the API, and shown.</param>
    public RunLog(OrchestrationClient client, Guid flowRunId, TextWriter terminal, int leastLevel, TimeProvider time)
    {
        (_client, _flowRunId, _terminal, _leastLevel, _time) = (client, flowRunId, terminal, leastLevel, time);
        _lines = Channel.CreateBounded<LogCreate>(
            new BoundedChannelOptions(Buffered) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            _ => Interlocked.Increment(ref _lost));
        _sending = SendAsync(_giveUp.Token);
    }

    /// <summary>The number the logs API gives a level's name; 20 for a name it does not know.</summary>
    public static int LevelOf(string name) => name.ToUpperInvariant() switch
    {
        "DEBUG" => 10,
        "WARNING" or "WARN" => 30,
        "ERROR" => 40,
        "CRITICAL" => 50,
        _ => 20,
    };

    /// <summary>A line to the terminal and the API.</summary>
    public void Write(OutputLine line)
    {
        var level = line.Level is LineLevel.Print ? (int)LineLevel.Information : (int)line.Level;
        if (level < _leastLevel)
            return;
        Show(line);
        Store(line.Logger, level, line.Message);
    }

    /// <summary>A line to the terminal only: the flow's own engine sends its lines to the API itself.</summary>
    public void Show(OutputLine line)
    {
        var text = line.Level is LineLevel.Print
            ? line.Message
            : $"{_time.GetLocalNow():HH:mm:ss.fff} | {NameOf(line.Level),-7} | {line.Logger} - {line.Message}";
        lock (_terminalGate)
            _terminal.WriteLine(text);
    }

    /// <summary>Sends what is left, for a limited time.</summary>
    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        _giveUp.CancelAfter(FlushPatience);
        await _sending;
        _giveUp.Dispose();
    }

    private void Store(string logger, int level, string message) => _lines.Writer.TryWrite(new LogCreate
    {
        Name = logger,
        Level = level,
        Message = message,
        Timestamp = _time.GetUtcNow(),
        FlowRunId = _flowRunId,
    });

    private async Task SendAsync(CancellationToken ct)
    {
        List<LogCreate> batch = [];
        try
        {
            while (await _lines.Reader.WaitToReadAsync(ct))
            {
                while (batch.Count < BatchSize && _lines.Reader.TryRead(out var line))
                    batch.Add(line);
                if (Interlocked.Exchange(ref _lost, 0) is > 0 and var lost)
                    batch.Add(batch[^1] with { Level = (int)LineLevel.Warning, Message = $"{lost} lines are missing here: the API could not take them in time" });
                await _client.CreateLogsAsync(batch, ct);
                batch.Clear();
            }
        }
        catch (Exception exception) when (exception is ApiException or OperationCanceledException)
        {
            Show(new OutputLine(LineLevel.Warning, LoggerNames.FlowRuns, $"{batch.Count + _lines.Reader.Count} log lines could not be stored: {exception.Message}"));
        }
    }

    private static string NameOf(LineLevel level) => level switch
    {
        LineLevel.Debug => "DEBUG",
        LineLevel.Warning => "WARNING",
        LineLevel.Error => "ERROR",
        _ => "INFO",
    };
}
