using Microsoft.Extensions.Logging;

namespace Reeve.Logging;

/// <summary>How much a log line matters; the numbers are those of the wire.</summary>
public enum RunLogLevel
{
    /// <summary>Below every line: as a threshold it lets all through.</summary>
    NotSet = 0,

    /// <summary>For the author while looking for a fault.</summary>
    Debug = 10,

    /// <summary>What happens.</summary>
    Info = 20,

    /// <summary>What somebody should know.</summary>
    Warning = 30,

    /// <summary>What went wrong.</summary>
    Error = 40,

    /// <summary>What ends the run.</summary>
    Critical = 50,
}

internal static class RunLogLevels
{
    /// <summary>The level of a setting's text, by name or number; <see cref="RunLogLevel.Info"/> when it is neither.</summary>
    public static RunLogLevel Parse(string text)
    {
        if (text.Equals("WARN", StringComparison.OrdinalIgnoreCase))
            return RunLogLevel.Warning;
        return Enum.TryParse<RunLogLevel>(text, ignoreCase: true, out var level) ? level : RunLogLevel.Info;
    }

    public static RunLogLevel Of(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => RunLogLevel.Debug,
        LogLevel.Information => RunLogLevel.Info,
        LogLevel.Warning => RunLogLevel.Warning,
        LogLevel.Error => RunLogLevel.Error,
        _ => RunLogLevel.Critical,
    };

    public static LogLevel ToHost(this RunLogLevel level) => level switch
    {
        <= RunLogLevel.Debug => LogLevel.Debug,
        <= RunLogLevel.Info => LogLevel.Information,
        <= RunLogLevel.Warning => LogLevel.Warning,
        <= RunLogLevel.Error => LogLevel.Error,
        _ => LogLevel.Critical,
    };

    public static string Label(this RunLogLevel level) => level switch
    {
        <= RunLogLevel.Debug => "DEBUG   ",
        <= RunLogLevel.Info => "INFO    ",
        <= RunLogLevel.Warning => "WARNING ",
        <= RunLogLevel.Error => "ERROR   ",
        _ => "CRITICAL",
    };
}
