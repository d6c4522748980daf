using Microsoft.Extensions.Logging;
using Reeve.Logging;

namespace Reeve.Hosting;

/// <summary>
/// Ships what any logger of the host says inside a run to that run's logs, beside what the host's other providers do with it. Outside of runs
/// nothing is shipped.
/// </summary>
[ProviderAlias("Reeve")]
internal sealed class RunLoggerProvider : ILoggerProvider, ISupportExternalScope
{
    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    public ILogger CreateLogger(string categoryName) => new CategoryLogger(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose()
    {
        // The lines belong to the session, which flushes them.
    }

    private sealed class CategoryLogger(RunLoggerProvider provider, string category) : ILogger
    {
        private readonly bool _isRunLine = HostLines.IsRunLine(category);

        public bool IsEnabled(LogLevel logLevel) => !_isRunLine && RunLogger.Ambient?.IsEnabled(logLevel) == true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => provider._scopes.Push(state);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
                return;
            var text = new System.Text.StringBuilder();
            provider._scopes.ForEachScope(static (scope, text) => text.Append(scope).Append(" => "), text);
            RunLogger.Ambient!.Ship(category, RunLogLevels.Of(logLevel), text.Append(LogText.Of(state, exception, formatter)).ToString());
        }
    }
}
