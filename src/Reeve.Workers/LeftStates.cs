using Reeve.Client;
using Reeve.Spooling;

namespace Reeve.Workers;

/// <summary>
/// Tells the server of states, events and log lines that the processes of runs left on this machine, because it was away when they ended. That comes before the worker's own word on a run: a run
/// that completed is not to be called crashed.
/// </summary>
internal sealed class LeftStates(Func<Guid?, ApiConnection> connect, string? home, ServerPatience patience, WorkerLog log)
{
    public async Task TellAsync(CancellationToken ct)
    {
        if (home is null)
            return;
        try
        {
            using var connection = connect(null);
            var folder = LeftBehind.FolderOf(home, connection.ApiUrl);
            if (!Directory.Exists(folder))
                return;
            await patience.AskAsync(async token =>
            {
                await LeftBehind.SendAsync(connection, folder, token);
                return true;
            }, ct);
        }
        catch (Exception e) when (e is ApiException or IOException or UnauthorizedAccessException)
        {
            log.Warning($"What runs left under {home} could not be told: {e.Message}");
        }
    }
}
