using System.Globalization;
using System.Text;
using Reeve.Engine;
using Reeve.Logging;
using Reeve.Protocol.Logs;

namespace Reeve;

/// <summary>Writes log lines of a run: to the standard error stream and, in batches, to the API.</summary>
public sealed class RunLogger
{
    private readonly EngineSession _session;
    private string _prefix;
    private readonly string _name;
    private readonly Guid? _flowRunId;
    private Guid? _taskRunId;
    private readonly StringBuilder _line = new();
    private readonly Lock _gate = new();

    private RunLogger(EngineSession session, string name, string prefix, Guid? flowRunId, Guid? taskRunId, bool logsPrints)
    {
        _session = session;
        _name = name;
        _prefix = prefix;
        _flowRunId = flowRunId;
        _taskRunId = taskRunId;
        LogsPrints = logsPrints;
        if (logsPrints)
            PrintCapture.Install();
    }

    /// <summary>The logger of the task run or flow run that this code runs in.</summary>
    /// <exception cref="InvalidOperationException">This code runs in neither.</exception>
    public static RunLogger Current =>
        Ambient ?? throw new InvalidOperationException("There is no run here. RunLogger.Current works inside [Flow] and [Task] methods.");

    internal static RunLogger? Ambient => TaskRunContext.Current?.Logger ?? FlowRunContext.Current?.Logger;

    internal bool LogsPrints { get; }

    internal static RunLogger ForFlowRun(EngineSession session, Guid id, string name, bool logsPrints) =>
        new(session, "prefect.flow_runs", $"Flow run '{name}' - ", id, null, logsPrints);

    internal static RunLogger ForTaskRun(EngineSession session, Guid? flowRunId, Guid id, string name, bool logsPrints) =>
        new(session, "prefect.task_runs", PrefixOf(name), flowRunId, id, logsPrints);

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
        if (level < _session.LogLevel)
            return;
        var now = _session.Time.GetUtcNow();
        var local = TimeZoneInfo.ConvertTime(now, _session.Time.LocalTimeZone);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{local:HH:mm:ss.fff} | {level.Label()}| {_prefix}{message}"));
        _session.Logs.Write(new LogCreate { Name = _name, Level = (int)level, Message = message, Timestamp = now, FlowRunId = _flowRunId, TaskRunId = _taskRunId });
    }

    /// <summary>Takes console output; each complete line becomes a log line.</summary>
    internal void Print(ReadOnlySpan<char> text)
    {
        lock (_gate)
        {
            while (text.IndexOf('\n') is var end and >= 0)
            {
                var line = _line.Append(text[..end].TrimEnd('\r')).ToString();
                _line.Clear();
                Log(RunLogLevel.Info, line);
                text = text[(end + 1)..];
            }

            _line.Append(text);
        }
    }

    /// <summary>Logs what was printed without a line's end.</summary>
    internal void EndPrints()
    {
        lock (_gate)
        {
            if (_line.Length > 0)
                Log(RunLogLevel.Info, _line.ToString());
            _line.Clear();
        }
    }
}
