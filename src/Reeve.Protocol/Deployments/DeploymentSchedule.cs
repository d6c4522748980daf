using System.Text.Json;
using Reeve.Protocol.Json;

namespace Reeve.Protocol.Deployments;

/// <summary>A deployment's schedule, as served.</summary>
public sealed record DeploymentSchedule
{
    /// <summary>The schedule's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset Updated { get; init; }

    /// <summary>The deployment.</summary>
    public Guid? DeploymentId { get; init; }

    /// <summary>A <see cref="CronSchedule"/>, <see cref="IntervalSchedule"/> or <see cref="RRuleSchedule"/>.</summary>
    public required JsonElement Schedule { get; init; }

    /// <summary>Whether it makes runs.</summary>
    public bool Active { get; set; } = true;

    /// <summary>Kept for 2.x clients; no server acts on it.</summary>
    public int? MaxActiveRuns { get; init; }

    /// <summary>At most so many runs are scheduled ahead.</summary>
    public int? MaxScheduledRuns { get; init; }

    /// <summary>Kept for 2.x clients; no server acts on it: a missed fire time stays missed unless <c>POST /deployments/{id}/schedule</c> asks for it.</summary>
    public bool Catchup { get; init; }

    /// <summary>Parameters of its runs, over the deployment's.</summary>
    public JsonElement Parameters { get; set; } = WireJson.EmptyObject;

    /// <summary>Names it within the deployment.</summary>
    public string? Slug { get; init; }
}

/// <summary>A schedule that a client gives a deployment.</summary>
public sealed record DeploymentScheduleCreate
{
    /// <summary>A <see cref="CronSchedule"/>, <see cref="IntervalSchedule"/> or <see cref="RRuleSchedule"/>.</summary>
    public required JsonElement Schedule { get; init; }

    /// <summary>Whether it makes runs; null: true.</summary>
    public bool? Active { get; init; }

    /// <summary>At most so many runs are scheduled ahead.</summary>
    public int? MaxScheduledRuns { get; init; }

    /// <summary>Parameters of its runs.</summary>
    public JsonElement? Parameters { get; init; }

    /// <summary>Names it within the deployment.</summary>
    public string? Slug { get; init; }

    /// <summary>The slug of a schedule that this one takes the place of.</summary>
    public string? Replaces { get; init; }

    /// <summary>Kept for 2.x clients.</summary>
    public int? MaxActiveRuns { get; init; }

    /// <summary>Kept for 2.x clients.</summary>
    public bool? Catchup { get; init; }
}

/// <summary>The body of <c>PATCH /deployments/{id}/schedules/{schedule_id}</c>.</summary>
public sealed record DeploymentScheduleUpdate
{
    /// <summary>The schedule.</summary>
    public Optional<JsonElement?> Schedule { get; init; }

    /// <summary>Whether it makes runs.</summary>
    public Optional<bool?> Active { get; init; }

    /// <summary>At most so many runs are scheduled ahead.</summary>
    public Optional<int?> MaxScheduledRuns { get; init; }

    /// <summary>Parameters of its runs.</summary>
    public Optional<JsonElement?> Parameters { get; init; }

    /// <summary>Names it within the deployment.</summary>
    public Optional<string> Slug { get; init; }

    /// <summary>The slug of a schedule that this one takes the place of.</summary>
    public Optional<string> Replaces { get; init; }

    /// <summary>Kept for 2.x clients.</summary>
    public Optional<int?> MaxActiveRuns { get; init; }

    /// <summary>Kept for 2.x clients.</summary>
    public Optional<bool?> Catchup { get; init; }
}

/// <summary>Fires by a cron expression.</summary>
public sealed record CronSchedule
{
    /// <summary>Five or six fields, or a name such as "@daily".</summary>
    public required string Cron { get; init; }

    /// <summary>IANA time zone; null: UTC.</summary>
    public string? Timezone { get; init; }

    /// <summary>True: day of month or day of week matches (as cron does); false: both.</summary>
    public bool DayOr { get; set; } = true;
}

/// <summary>Fires every so many seconds from an anchor.</summary>
public sealed record IntervalSchedule
{
    /// <summary>Seconds.</summary>
    public required double Interval { get; init; }

    /// <summary>A moment at which it fires; null: the server's choice.</summary>
    public DateTimeOffset? AnchorDate { get; init; }

    /// <summary>IANA time zone: days keep their wall-clock time across daylight-saving changes; null: UTC.</summary>
    public string? Timezone { get; init; }
}

/// <summary>Fires by an iCalendar recurrence rule.</summary>
public sealed record RRuleSchedule
{
    /// <summary>The rule, possibly with DTSTART and several lines.</summary>
    public required string Rrule { get; init; }

    /// <summary>IANA time zone; null: UTC.</summary>
    public string? Timezone { get; init; }
}
