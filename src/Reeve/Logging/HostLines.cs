using Microsoft.Extensions.Logging;

namespace Reeve.Logging;

/// <summary>Lines of runs as a host's own loggers show them. Their categories are those of the wire, by which they are known not to be shipped twice.</summary>
internal static class HostLines
{
    public const string FlowRuns = "prefect.flow_runs";
    public const string TaskRuns = "prefect.task_runs";

    private static readonly Action<ILogger, string, string, Exception?>[] Writers =
        [.. Enum.GetValues<LogLevel>().Where(level => level != LogLevel.None).Select(level => LoggerMessage.Define<string, string>(level, default, "{Run}{Message}"))];

    public static bool IsRunLine(string category) => category is FlowRuns or TaskRuns;

    public static void Write(ILoggerFactory host, string category, RunLogLevel level, string run, string message)
    {
        var logger = host.CreateLogger(category); // kept by the factory, so this is a look-up
        if (logger.IsEnabled(level.ToHost()))
            Writers[(int)level.ToHost()](logger, run, message, null);
    }
}
