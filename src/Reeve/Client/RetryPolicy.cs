using System.Net;

namespace Reeve.Client;

/// <summary>When and how long a request that found no server, or a busy one, is repeated. Every request of the protocol may be repeated: creations carry keys, proposals a transition id.</summary>
public sealed record RetryPolicy
{
    /// <summary>For people who wait at a terminal: a few seconds.</summary>
    public static RetryPolicy Interactive { get; } = new() { Patience = TimeSpan.FromSeconds(4) };

    /// <summary>No repetition.</summary>
    public static RetryPolicy None { get; } = new() { Patience = TimeSpan.Zero };

    /// <summary>For workers and engines: outlasts a restart of the server and then some.</summary>
    public static RetryPolicy Patient { get; } = new() { Patience = TimeSpan.FromMinutes(30) };

    /// <summary>For how long a request is repeated.</summary>
    public required TimeSpan Patience { get; init; }

    /// <summary>The first pause; each one after it is twice as long.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>True for answers that mean: later.</summary>
    public static bool IsTransient(HttpStatusCode status) =>
        status is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout
            or HttpStatusCode.RequestTimeout;

    /// <summary>The pause before repetition number <paramref name="attempt"/> (1 is the first), with up to a third of jitter so that clients do not return together.</summary>
    public TimeSpan Pause(int attempt, TimeSpan? asked)
    {
        var pause = asked ?? TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, FirstPause.Ticks << Math.Min(attempt - 1, 20)));
        return pause + pause * (Random.Shared.NextDouble() / 3);
    }
}
