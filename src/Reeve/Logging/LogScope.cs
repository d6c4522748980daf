namespace Reeve.Logging;

/// <summary>The scopes that are open where a line is written, the outermost first.</summary>
internal sealed class LogScope : IDisposable
{
    private static readonly AsyncLocal<LogScope?> Innermost = new();
    private readonly LogScope? _outer;
    private readonly object _state;
    private bool _isClosed;

    private LogScope(LogScope? outer, object state)
    {
        _outer = outer;
        _state = state;
    }

    public static LogScope Begin(object state) => Innermost.Value = new LogScope(Innermost.Value, state);

    /// <summary>The line with the scopes before it.</summary>
    public static string Before(string message)
    {
        for (var scope = Innermost.Value; scope is not null; scope = scope._outer)
        {
            if (!scope._isClosed)
                message = $"{scope._state} => {message}";
        }

        return message;
    }

    // A scope may be disposed out of order, or in another asynchronous flow than the one that opened it.
    public void Dispose()
    {
        _isClosed = true;
        if (Innermost.Value == this)
            Innermost.Value = _outer;
    }
}
