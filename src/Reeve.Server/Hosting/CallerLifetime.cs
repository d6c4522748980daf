using Microsoft.Extensions.Hosting;

namespace Reeve.Server.Hosting;

/// <summary>Who starts the server decides when it ends: the host itself listens to no signals.</summary>
internal sealed class CallerLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
