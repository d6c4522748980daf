namespace Reeve.Logging;

/// <summary>The text of a structured line: its template filled in, and the exception's trace below it.</summary>
internal static class LogText
{
    public static string Of<TState>(TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var text = formatter(state, exception);
        return exception is null ? text : text.Length == 0 ? exception.ToString() : $"{text}\n{exception}";
    }
}
