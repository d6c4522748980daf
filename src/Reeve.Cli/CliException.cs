namespace Reeve.Cli;

/// <summary>Something the user has to know and can mend: one message, and a hint where there is a next step.</summary>
internal sealed class CliException(string message, string? hint = null, int exitCode = ExitCodes.Fault) : Exception(message)
{
    public string? Hint { get; } = hint;

    public int ExitCode { get; } = exitCode;
}

internal static class ExitCodes
{
    public const int Done = 0;
    public const int Fault = 1;
    public const int Usage = 2;

    /// <summary>Of a plan: there is something to apply.</summary>
    public const int Changes = 2;

    /// <summary>As shells count a program that was ended by Ctrl+C.</summary>
    public const int Interrupted = 130;
}
