using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Reeve.Deployments;
using Reeve.Engine;

namespace Reeve.Hosting;

/// <summary>Serves the host's deployments while the host runs. At its end the runs under way are asked to stop and are reported within the host's limit.</summary>
internal sealed partial class ServingService(
    IServiceProvider services, HostedSession hosted, IEnumerable<ServedDeployment> served, IOptions<ReeveOptions> options, ReeveHealth health, ILogger<ServingService> logger)
    : IHostedService, IDisposable
{
    private readonly RunStop _stop = new(null, CancellationToken.None);
    private readonly CancellationTokenSource _limit = new();
    private Task _serving = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        EngineSession.Hosted = hosted.Session;
        IReadOnlyList<Deployment> deployments = [.. served.Select(one => one.Make(services))];
        if (deployments.Count == 0)
            return Task.CompletedTask;
        DeploymentFaults.Refuse(deployments, isServed: true);
        var server = new DeploymentServer(hosted.Session, deployments, options.Value.Serving, new ServeLog(LogInfo, LogTrouble)) { OpenScope = OpenScope, Contact = health.Note };
        health.Serve(server);
        _serving = Task.Run(() => ServeAsync(server), CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await using var over = cancellationToken.Register(_limit.Cancel);
        _stop.Request(StopCause.Interrupted, "The host was shut down");
        await _serving.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        EngineSession.EndHosted(hosted.Session);
    }

    private async Task ServeAsync(DeploymentServer server)
    {
        try
        {
            await server.RunAsync(_stop, _limit.Token);
        }
        catch (Exception e)
        {
            // The host goes on: a web application must not fall because its flows cannot be served. Its health says so.
            health.Note(e);
            LogEnd(e);
        }
    }

    private ServeScope OpenScope()
    {
        var scope = services.CreateAsyncScope();
        return new ServeScope(scope.ServiceProvider, scope);
    }

    public void Dispose()
    {
        _stop.Dispose();
        _limit.Dispose();
    }

    [LoggerMessage(LogLevel.Information, "{Message}")]
    private partial void LogInfo(string message);

    [LoggerMessage(LogLevel.Warning, "{Message}")]
    private partial void LogTrouble(string message);

    [LoggerMessage(LogLevel.Error, "The serving of deployments ended")]
    private partial void LogEnd(Exception fault);
}

/// <summary>A deployment that a host is to serve; made when the host starts.</summary>
internal sealed record ServedDeployment(Func<IServiceProvider, Deployment> Make);
