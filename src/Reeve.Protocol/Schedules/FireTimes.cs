using System.Text.Json;
using Reeve.Protocol.Deployments;

namespace Reeve.Protocol.Schedules;

/// <summary>When a schedule fires. Pure: no clock, no randomness; the law across daylight-saving changes stands in docs/specs/schedules.md.</summary>
public abstract class FireTimes
{
    /// <summary>"CronSchedule", "IntervalSchedule" or "RRuleSchedule": the name that made runs carry.</summary>
    public abstract string Kind { get; }

    /// <summary>The zone whose wall clock the schedule is written in.</summary>
    public abstract TimeZoneInfo Zone { get; }

    /// <summary>The moments, in UTC and rising, from <paramref name="start"/> (included) on; lazily, and without end unless the schedule ends.</summary>
    public abstract IEnumerable<DateTimeOffset> From(DateTimeOffset start);

    /// <summary>Reads a schedule as it stands on the wire.</summary>
    /// <exception cref="ScheduleFormatException">It cannot be read; the message says why.</exception>
    public static FireTimes Read(JsonElement schedule)
    {
        if (schedule.ValueKind != JsonValueKind.Object)
            throw new ScheduleFormatException($"expected a schedule with 'cron', 'interval' or 'rrule', got {schedule.ValueKind}");
        return (Has(schedule, "cron"), Has(schedule, "interval"), Has(schedule, "rrule")) switch
        {
            (true, false, false) => Of(Parse<CronSchedule>(schedule)),
            (false, true, false) => Of(Parse<IntervalSchedule>(schedule)),
            (false, false, true) => Of(Parse<RRuleSchedule>(schedule)),
            (false, false, false) => throw new ScheduleFormatException("a schedule needs 'cron', 'interval' or 'rrule'"),
            _ => throw new ScheduleFormatException("a schedule has only one of 'cron', 'interval' and 'rrule'"),
        };
    }

    /// <summary>Reads a schedule and writes it again with all fields of its kind, as it is stored and served.</summary>
    /// <exception cref="ScheduleFormatException">It cannot be read; the message says why.</exception>
    public static JsonElement Normalise(JsonElement schedule)
    {
        Read(schedule);
        return (Has(schedule, "cron"), Has(schedule, "interval")) switch
        {
            (true, _) => Write(Parse<CronSchedule>(schedule)),
            (_, true) => Write(Parse<IntervalSchedule>(schedule)),
            _ => Write(Parse<RRuleSchedule>(schedule)),
        };
    }

    /// <summary>The fire times of a cron expression.</summary>
    public static FireTimes Of(CronSchedule schedule) =>
        new CronFireTimes(CronExpression.Parse(schedule.Cron, schedule.DayOr), WallClock.FindZone(schedule.Timezone));

    /// <summary>The fire times of an interval.</summary>
    public static FireTimes Of(IntervalSchedule schedule)
    {
        var zone = WallClock.FindZone(schedule.Timezone);
        return new IntervalFireTimes(schedule.Interval, schedule.AnchorDate ?? WallClock.ToInstant(WallClock.DefaultAnchor, zone), zone);
    }

    /// <summary>The fire times of a recurrence rule.</summary>
    public static FireTimes Of(RRuleSchedule schedule) => RecurrenceFireTimes.Parse(schedule.Rrule, schedule.Timezone);

    private static bool Has(JsonElement schedule, string name) => schedule.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    private static T Parse<T>(JsonElement schedule)
    {
        try
        {
            return schedule.Deserialize(WireJson.TypeInfo<T>())!;
        }
        catch (JsonException fault)
        {
            throw new ScheduleFormatException($"{fault.Path?.TrimStart('$', '.')}: {fault.Message.Split(" Path:")[0]}");
        }
    }

    private static JsonElement Write<T>(T schedule) => JsonSerializer.SerializeToElement(schedule, WireJson.TypeInfo<T>());
}
