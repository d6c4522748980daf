using System.ComponentModel;

namespace Reeve.Settings;

/// <summary>How the user calls the command line, for the commands that messages advise: they are to be pasted.</summary>
[EditorBrowsable(EditorBrowsableState.Never)] // of the command line, which is another assembly
public static class CommandName
{
    /// <summary><c>REEVE_COMMAND</c>, which the launcher of a clone sets to its own path as it was typed; else <c>reeve</c>.</summary>
    public static string Text { get; } = Of(Environment.GetEnvironmentVariable("REEVE_COMMAND"));

    internal static string Of(string? called) => string.IsNullOrWhiteSpace(called) ? "reeve" : called.Contains(' ') ? $"'{called}'" : called;
}
