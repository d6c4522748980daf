using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Reeve.Server.Tests.Hosting;

public sealed class RequestLogTests
{
    [Fact]
    public async Task At_debug_each_request_has_a_line_without_secrets()
    {
        using var lines = new KeptLines();
        await using var host = await TestHost.StartAsync(change: options => options with
        {
            ApiAuthentication = "admin:hunter2",
            LogLevel = LogLevel.Debug,
            Logging = logging => logging.AddProvider(lines),
        });
        var basic = "Basic " + Convert.ToBase64String("admin:hunter2"u8);

        await host.SendAsync(HttpMethod.Post, "variables/?token=hunter2", """{"name":"v","value":"hunter2"}""", ("Authorization", basic));
        await host.SendAsync(HttpMethod.Get, "flows/x", null, ("Authorization", basic));

        Assert.Contains(lines.Text, line => line.StartsWith("POST /api/variables/ answered 201 in ", StringComparison.Ordinal));
        Assert.Contains(lines.Text, line => line.StartsWith("GET /api/flows/x answered 404 in ", StringComparison.Ordinal));
        Assert.DoesNotContain(lines.Text, line => line.Contains("hunter2", StringComparison.Ordinal) || line.Contains(basic[6..], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Above_debug_requests_are_not_logged()
    {
        using var lines = new KeptLines();
        await using var host = await TestHost.StartAsync(change: options => options with { Logging = logging => logging.AddProvider(lines) });

        await host.GetAsync("health");

        Assert.DoesNotContain(lines.Text, line => line.Contains("health", StringComparison.Ordinal));
    }

    private sealed class KeptLines : ILoggerProvider, ILogger
    {
        internal ConcurrentQueue<string> Text { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Text.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
