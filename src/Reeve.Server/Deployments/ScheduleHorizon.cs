using Reeve.Protocol;
using Reeve.Protocol.Deployments;
using Reeve.Server.Hosting;

namespace Reeve.Server.Deployments;

/// <summary>
/// How far ahead runs are made: from the start, at least so many of each schedule and at least those of the near time, but never more than the most, and none
/// after the end.
/// </summary>
internal sealed record ScheduleHorizon(DateTimeOffset Start, DateTimeOffset Near, DateTimeOffset End, int Least, int Most)
{
    internal static ScheduleHorizon Standard(DateTimeOffset now, SchedulingOptions usual) =>
        new(now, Later(now, usual.Near), Later(now, usual.Far), usual.LeastRuns, usual.MostRuns);

    /// <summary>The horizon that a body of <c>POST /deployments/{id}/schedule</c> asks for.</summary>
    internal static ScheduleHorizon Of(DeploymentScheduling body, DateTimeOffset now, SchedulingOptions usual)
    {
        List<Fault> faults = [];
        if (body.MinTime is { } seconds && !(seconds >= 0 && seconds <= TimeSpan.FromDays(36500).TotalSeconds))
            faults.Add(new(["body", "min_time"], "Input should be seconds, at least 0 and at most those of 100 years", "value_error"));
        foreach (var (name, number) in (ReadOnlySpan<(string, int?)>)[("min_runs", body.MinRuns), ("max_runs", body.MaxRuns)])
            if (number < 0)
                faults.Add(new(["body", name], "Input should be greater than or equal to 0", "greater_than_equal"));
        if (faults.Count > 0)
            throw new InvalidRequestException(faults);
        var start = body.StartTime ?? now;
        return new(
            start,
            Later(start, body.MinTime is { } near ? TimeSpan.FromSeconds(near) : usual.Near),
            body.EndTime ?? Later(start, usual.Far),
            Math.Min(body.MinRuns ?? usual.LeastRuns, usual.MostRuns),
            Math.Min(body.MaxRuns ?? usual.MostRuns, usual.MostRuns));
    }

    private static DateTimeOffset Later(DateTimeOffset start, TimeSpan span) => DateTimeOffset.MaxValue - start < span ? DateTimeOffset.MaxValue : start + span;

    internal List<DateTimeOffset> Pick(IEnumerable<DateTimeOffset> fires, int? most)
    {
        var limit = Math.Min(Most, most ?? Most);
        List<DateTimeOffset> picked = [];
        foreach (var fire in fires)
        {
            if (fire > End || picked.Count >= limit || (picked.Count >= Least && fire > Near))
                break;
            picked.Add(fire);
        }
        return picked;
    }
}
