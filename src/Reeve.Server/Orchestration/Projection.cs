using Reeve.Protocol.Runs;

namespace Reeve.Server.Orchestration;

/// <summary>What a run's history sums up to: counts and times.</summary>
internal sealed record Projection
{
    internal int RunCount { get; init; }

    internal DateTimeOffset? ExpectedStartTime { get; init; }

    internal DateTimeOffset? NextScheduledStartTime { get; init; }

    internal DateTimeOffset? StartTime { get; init; }

    internal DateTimeOffset? EndTime { get; init; }

    /// <summary>Seconds in Running states that have ended.</summary>
    internal double TotalRunTime { get; init; }

    /// <summary>The sums after entering a state. A resumed run goes on with the run it was in, which is not counted again.</summary>
    internal Projection Enter(State? initial, State next, bool resumes = false)
    {
        var (wasFinal, isFinal) = (initial?.Type.IsTerminal() == true, next.Type.IsTerminal());
        var scheduledTime = next.Type == StateType.Scheduled ? next.StateDetails.ScheduledTime : null;
        return new()
        {
            RunCount = next.Type == StateType.Running && !resumes ? RunCount + 1 : RunCount,
            ExpectedStartTime = ExpectedStartTime ?? scheduledTime ?? next.Timestamp,
            NextScheduledStartTime = scheduledTime,
            // a run that ends before it began has begun when it ended
            StartTime = StartTime ?? (next.Type == StateType.Running || isFinal ? next.Timestamp : null),
            EndTime = isFinal ? EndTime ?? next.Timestamp : wasFinal ? null : EndTime,
            TotalRunTime = initial?.Type == StateType.Running ? TotalRunTime + (next.Timestamp - initial.Timestamp).TotalSeconds : TotalRunTime,
        };
    }

    /// <summary>Seconds in Running states up to now.</summary>
    internal static double EstimatedRunTime(double total, StateType? state, DateTimeOffset? since, DateTimeOffset now) =>
        state == StateType.Running && since is { } start ? total + Math.Max(0, (now - start).TotalSeconds) : total;

    /// <summary>Seconds between the expected and the real start; it grows while a run that should have started has not.</summary>
    internal static double EstimatedStartTimeDelta(DateTimeOffset? start, DateTimeOffset? expected, DateTimeOffset? end, DateTimeOffset now)
    {
        if (start is { } started && expected is { } wanted)
            return Math.Max(0, (started - wanted).TotalSeconds);
        return start is null && end is null && expected is { } due && due < now ? (now - due).TotalSeconds : 0;
    }
}
