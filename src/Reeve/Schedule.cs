using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Deployments;

namespace Reeve;

/// <summary>When a deployment runs.</summary>
public sealed record Schedule
{
    private Schedule(JsonElement rule) => Rule = rule;

    /// <summary>Whether it makes runs; default true.</summary>
    public bool Active { get; init; } = true;

    /// <summary>Names it within the deployment, so that it can be changed by name later; default none.</summary>
    public string? Slug { get; init; }

    /// <summary>Parameters of its runs over the deployment's, as an object: <c>new { full = true }</c>.</summary>
    public object? Parameters { get; init; }

    /// <summary>At most so many runs are made ahead; default as the server has it.</summary>
    public int? MaxScheduledRuns { get; init; }

    internal JsonElement Rule { get; }

    /// <summary>By a cron expression: five or six fields, or a name such as <c>@daily</c>.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="timeZone">An IANA zone; default UTC.</param>
    public static Schedule Cron(string expression, string? timeZone = null) =>
        new(JsonSerializer.SerializeToElement(new CronSchedule { Cron = expression, Timezone = timeZone }, WireJson.TypeInfo<CronSchedule>()));

    /// <summary>Again and again after the same time.</summary>
    /// <param name="interval">The time between two runs.</param>
    /// <param name="anchor">A moment at which it fires; default the server's choice.</param>
    /// <param name="timeZone">An IANA zone in which days keep their wall-clock time; default UTC.</param>
    public static Schedule Every(TimeSpan interval, DateTimeOffset? anchor = null, string? timeZone = null) =>
        new(JsonSerializer.SerializeToElement(
            new IntervalSchedule { Interval = interval.TotalSeconds, AnchorDate = anchor, Timezone = timeZone }, WireJson.TypeInfo<IntervalSchedule>()));

    /// <summary>By an iCalendar recurrence rule, such as <c>FREQ=WEEKLY;BYDAY=MO,FR</c>.</summary>
    /// <param name="rule">The rule, possibly with DTSTART and several lines.</param>
    /// <param name="timeZone">An IANA zone; default UTC.</param>
    public static Schedule Recurrence(string rule, string? timeZone = null) =>
        new(JsonSerializer.SerializeToElement(new RRuleSchedule { Rrule = rule, Timezone = timeZone }, WireJson.TypeInfo<RRuleSchedule>()));
}
