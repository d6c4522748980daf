namespace Reeve.Deployments.Running;

/// <summary>How a line is meant. The numbers are the levels of the logs API.</summary>
public enum LineLevel
{
    None = 0,
    Debug = 10,

    /// <summary>Printed by a program: shown as it is, stored as information.</summary>
    Print = 15,
    Information = 20,
    Warning = 30,
    Error = 40,
}

/// <summary>One line of a run's output.</summary>
public sealed record OutputLine(LineLevel Level, string Logger, string Message);

/// <summary>Takes the lines of a run. It may be called from several threads at once.</summary>
public delegate void LineSink(OutputLine line);

/// <summary>The names clients filter logs by.</summary>
public static class LoggerNames
{
    public const string Deployment = "prefect.deployment";
    public const string FlowRuns = "prefect.flow_runs";
}
