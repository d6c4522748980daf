using System.Text.Json;
using Reeve.Protocol;
using Reeve.Server.Hosting;

namespace Reeve.Server.Deployments;

/// <summary>
/// How far ahead runs are made: from the start, at least so many of each schedule and at least those of the near time, but never more than the most, and none
/// after the end.
/// </summary>
internal sealed record ScheduleHorizon(DateTimeOffset Start, DateTimeOffset Near, DateTimeOffset End, int Least, int Most)
{
    private const int MostAhead = 100;

    internal static ScheduleHorizon Standard(DateTimeOffset now) => new(now, now.AddHours(1), now.AddDays(100), 3, MostAhead);

    /// <summary>The horizon that a body of <c>POST /deployments/{id}/schedule</c> asks for.</summary>
    internal static ScheduleHorizon Read(JsonElement body, DateTimeOffset now)
    {
        var standard = Standard(now);
        var start = Time("start_time") ?? now;
        return new(
            start,
            start + (Number("min_time") is { } near ? TimeSpan.FromSeconds(near) : standard.Near - now),
            Time("end_time") ?? start + (standard.End - now),
            (int)Math.Clamp(Number("min_runs") ?? standard.Least, 0, MostAhead),
            (int)Math.Clamp(Number("max_runs") ?? standard.Most, 0, MostAhead));

        DateTimeOffset? Time(string name) => Member(name) is { } value ? WireRequests.Read<DateTimeOffset>(value) : null;
        double? Number(string name) => Member(name) is { } value
            ? value.ValueKind == JsonValueKind.Number ? Math.Clamp(value.GetDouble(), 0, TimeSpan.FromDays(36500).TotalSeconds)
                : throw new InvalidRequestException([new Fault(["body", name], "Input should be a valid number", "float_parsing")])
            : null;
        JsonElement? Member(string name) => body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

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
