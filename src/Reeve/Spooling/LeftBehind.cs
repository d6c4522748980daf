using System.Security.Cryptography;
using System.Text;
using Reeve.Client;
using Reeve.Logging;

namespace Reeve.Spooling;

/// <summary>What the ended processes of a home have left for an API that was away: states of runs, then events, then log lines, the oldest file of each first.</summary>
internal static class LeftBehind
{
    /// <summary>The folder of what an API is still to be told.</summary>
    public static string FolderOf(string home, Uri api) =>
        Path.Combine(home, "spool", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(api.ToString())))[..16]);

    /// <summary>Tells the API of it. What another process is sending in this moment is left to that process.</summary>
    /// <exception cref="ApiException">The API is away, or lets nobody in; what was not sent stays.</exception>
    public static async Task SendAsync(ApiConnection connection, string folder, CancellationToken ct)
    {
        var states = new LateStateSending(connection);
        await SendFilesAsync(Path.Combine(folder, "states"), "*.states", file => states.SendAsync(file, ct));
        var client = new OrchestrationClient(connection.With(RetryPolicy.None));
        await SendFilesAsync(Path.Combine(folder, "events"), "*.events", file => LateEventSending.SendAsync(client, file, ct));
        await LogSpool.SendAsync(folder, client, ct);
    }

    /// <summary>Returns when the API is there. Whatever is answered, somebody answers; what else is wrong is told to those who wait.</summary>
    /// <exception cref="ApiException">It is away.</exception>
    public static async Task AskAsync(ApiConnection connection, CancellationToken ct)
    {
        try
        {
            await new OrchestrationClient(connection.With(RetryPolicy.None)).IsHealthyAsync(ct);
        }
        catch (ApiException e) when (e.Status is { } status && !RetryPolicy.IsTransient(status))
        {
            // It is there.
        }
    }

    private static async Task SendFilesAsync(string folder, string pattern, Func<SpoolFile, Task> send)
    {
        var paths = Directory.Exists(folder) ? Directory.GetFiles(folder, pattern) : [];
        foreach (var path in paths.Order(StringComparer.Ordinal))
        {
            using var file = SpoolFile.TakeOver(path);
            if (file is not null)
                await send(file);
        }
    }
}
