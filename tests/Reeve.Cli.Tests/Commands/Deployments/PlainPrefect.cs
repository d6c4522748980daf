using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Reeve.Cli.Tests.Commands.Deployments;

/// <summary>A server that knows work pools and has never heard of projects.</summary>
internal sealed class PlainPrefect : IAsyncDisposable
{
    private readonly WebApplication _app;

    public PlainPrefect()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapPost("/api/work_pools/filter", () => Microsoft.AspNetCore.Http.Results.Text("""
            [{"id": "00000000-0000-0000-0000-000000000001", "created": "2026-11-20T12:00:00Z", "updated": "2026-11-20T12:00:00Z", "name": "local", "type": "process"}]
            """, "application/json"));
        _app.StartAsync(TestContext.Current.CancellationToken).GetAwaiter().GetResult();
    }

    public string Address => _app.Urls.First() + "/api";

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
