using System.Net;
using Reeve.Client;

namespace Reeve.Workers;

/// <summary>Repeats requests for as long as the server is away, and says so once when it goes and once when it is back, however many requests wait.</summary>
internal sealed class ServerPatience(WorkerLog log, TimeProvider time)
{
    private static readonly RetryPolicy Pauses = new() { Patience = TimeSpan.MaxValue, FirstPause = TimeSpan.FromMilliseconds(250), LongestPause = TimeSpan.FromSeconds(5) };
    private readonly Lock _gate = new();
    private string? _trouble;

    /// <summary>Asks until there is an answer.</summary>
    /// <exception cref="ApiException">The server refuses: asking again would not help.</exception>
    public async Task<T> AskAsync<T>(Func<CancellationToken, Task<T>> request, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var answer = await request(ct);
                Note(null);
                return answer;
            }
            catch (ApiException e) when (e.IsUnreachable || RetryPolicy.IsTransient(e.Status!.Value) || e.Status == HttpStatusCode.InternalServerError)
            {
                Note(e.Message);
                await Task.Delay(Pauses.Pause(attempt, null), time, ct);
            }
        }
    }

    /// <summary>Remembers how the server is; a change is logged.</summary>
    public void Note(string? trouble)
    {
        bool cameBack, wentAway;
        lock (_gate)
        {
            (cameBack, wentAway) = (_trouble is not null && trouble is null, _trouble is null && trouble is not null);
            _trouble = trouble;
        }

        if (wentAway)
            log.Warning($"{trouble} The worker goes on with its runs and asks again until there is an answer.");
        else if (cameBack)
            log.Info("The API answers again.");
    }
}
