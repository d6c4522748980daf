using System.Globalization;
using Microsoft.Extensions.Logging;
using Reeve.Engine;
using Reeve.Logging;
using Reeve.Protocol.Logs;

namespace Reeve;

/// <summary>
/// Writes log lines of a run: to the standard error stream (in a host: to the host's own loggers) and, in batches, to the API. It is an
/// <see cref="ILogger"/>, so that <c>LogInformation("{Count} rows", count)</c> and its like work on it.
/// </summary>
public sealed class RunLogger : ILogger
{
    private readonly EngineSession _session;
    private string _prefix;
    private readonly string _name;
    private readonly Guid? _flowRunId;
    private Guid? _taskRunId;
    private readonly PrintQueue? _prints;

    private RunLogger(EngineSession session, string name, string prefix, Guid? flowRunId, Guid? taskRunId, bool logsPrints)
    {
        _session = session;
        _name = name;
        _prefix = prefix;
        _flowRunId = flowRunId;
        _taskRunId = taskRunId;
        if (!logsPrints)
            return;
        _prints = new PrintQueue(Log, session.Time);
        PrintCapture.Install();
    }

    /// <summary>The logger of the task run or flow run that this code runs in.</summary>
    /// <exception cref="InvalidOperationException">This code runs in neither.</exception>
    public static RunLogger Current =>
        Ambient ?? throw new InvalidOperationException("There is no run here. RunLogger.Current works inside [Flow] and [Task] methods.");

    internal static RunLogger? Ambient => TaskRunContext.Current?.Logger ?? FlowRunContext.Current?.Logger;

    internal bool LogsPrints => _prints is not null;

    internal static RunLogger ForFlowRun(EngineSession session, Guid id, string name, bool logsPrints) =>
        new(session, HostLines.FlowRuns, $"Flow run '{name}' - ", id, null, logsPrints);

    internal static RunLogger ForTaskRun(EngineSession session, Guid? flowRunId, Guid id, string name, bool logsPrints) =>
        new(session, HostLines.TaskRuns, PrefixOf(name), flowRunId, id, logsPrints);

    /// <summary>The task run turned out to be known under another id.</summary>
    internal void Rename(Guid taskRunId, string name) => (_taskRunId, _prefix) = (taskRunId, PrefixOf(name));

    private static string PrefixOf(string taskRun) => $"Task run '{taskRun}' - ";

    /// <summary>Logs at level DEBUG.</summary>
    public void Debug(string message) => Log(RunLogLevel.Debug, message);

    /// <summary>Logs at level INFO.</summary>
    public void Info(string message) => Log(RunLogLevel.Info, message);

    /// <summary>Logs at level WARNING.</summary>
    public void Warning(string message) => Log(RunLogLevel.Warning, message);

    /// <summary>Logs at level ERROR.</summary>
    public void Error(string message) => Log(RunLogLevel.Error, message);

    /// <summary>Logs an exception with its trace at level ERROR.</summary>
    public void Error(Exception exception, string message) => Log(RunLogLevel.Error, $"{message}\n{exception}");

    /// <summary>Logs at level CRITICAL.</summary>
    public void Critical(string message) => Log(RunLogLevel.Critical, message);

    /// <summary>Logs a line. Lines below <c>REEVE_LOGGING_LEVEL</c> (default INFO) are left out.</summary>
    public void Log(RunLogLevel level, string message)
    {
        _prints?.Tell(); // what the same code printed before comes first
        Log(level, message, _session.Time.GetUtcNow());
    }

    private void Log(RunLogLevel level, string message, DateTimeOffset now)
    {
        if (level < _session.LogLevel)
            return;
        if (_session.HostLogs is { } host)
        {
            HostLines.Write(host, _name, level, _prefix, message);
        }
        else
        {
            var local = TimeZoneInfo.ConvertTime(now, _session.Time.LocalTimeZone);
            StandardError.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{local:HH:mm:ss.fff} | {level.Label()}| {_prefix}{message}"));
        }

        Store(_name, level, message, now);
    }

    /// <inheritdoc />
    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None && RunLogLevels.Of(logLevel) >= _session.LogLevel;

    /// <summary>Puts a text before the lines that are written until the scope is disposed: <c>import =&gt; 17 rows</c>.</summary>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => LogScope.Begin(state);

    /// <inheritdoc />
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        ArgumentNullException.ThrowIfNull(formatter);
        if (IsEnabled(logLevel))
            Log(RunLogLevels.Of(logLevel), LogScope.Before(LogText.Of(state, exception, formatter)));
    }

    /// <summary>Ships a line that a host's logger shows itself.</summary>
    internal void Ship(string category, RunLogLevel level, string message)
    {
        if (level >= _session.LogLevel)
            Store(category, level, message, _session.Time.GetUtcNow());
    }

    private void Store(string name, RunLogLevel level, string message, DateTimeOffset now) =>
        _session.Logs.Write(new LogCreate { Name = name, Level = (int)level, Message = message, Timestamp = now, FlowRunId = _flowRunId, TaskRunId = _taskRunId });

    /// <summary>Takes console output; each complete line becomes a log line.</summary>
    internal void Print(ReadOnlySpan<char> text) => _prints?.Print(text);

    /// <summary>Logs what was printed without a line's end.</summary>
    internal void EndPrints() => _prints?.End();
}
