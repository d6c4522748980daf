using System.Globalization;
using System.Text.Json.Nodes;
using System.Xml;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Schedules;

namespace Reeve.Deployments.Projects;

/// <summary>Reads schedules in both forms people write: flat (cron, timezone, active …) and with an inner "schedule".</summary>
internal static class ScheduleReader
{
    private static readonly string[] Kinds = ["cron", "interval", "rrule"];

    public static IReadOnlyList<ProjectSchedule>? Read(MapReader deployment, FaultCollector faults)
    {
        var one = deployment.Node("schedule");
        var many = deployment.List("schedules");
        if (one is not null and not MapNode && !MapReader.IsPlaceholder(one))
            deployment.Wrong("schedule", one, "a mapping with 'cron', 'interval' or 'rrule'");
        if (one is MapNode { Entries.Count: > 0 } && many is { Items.Count: > 0 })
            faults.Add(one.Position, "give 'schedule' or 'schedules', not both");

        List<ProjectSchedule> schedules = [];
        foreach (var item in many?.Items ?? [])
        {
            if (item is MapNode map)
                AddFrom(map, schedules, faults);
            else if (item is not ScalarNode { IsNull: true } && !MapReader.IsPlaceholder(item))
                faults.Add(item.Position, $"a schedule should be a mapping with 'cron', 'interval' or 'rrule', and this is {item.Description}");
        }
        if (one is MapNode single)
            AddFrom(single, schedules, faults);
        return many is null && one is null ? null : schedules;
    }

    private static void AddFrom(MapNode map, List<ProjectSchedule> schedules, FaultCollector faults)
    {
        // What `init` writes: a schedule with nothing in it is no schedule.
        if (map.Entries.All(entry => entry.Value is ScalarNode { IsNull: true }))
            return;
        var outer = new MapReader(map, "a schedule", faults);
        var inner = outer.Inner("schedule") is { } nested ? new MapReader(nested, "a schedule", faults) : outer;
        var schedule = ReadKind(inner, faults);
        var read = new ProjectSchedule(schedule ?? [])
        {
            Active = outer.Flag("active") ?? true,
            Parameters = outer.Inner("parameters")?.ToJson(),
            MaxScheduledRuns = outer.Whole("max_scheduled_runs"),
            Slug = outer.Text("slug"),
            Replaces = outer.Text("replaces"),
        };
        outer.RefuseOthers();
        if (inner != outer)
            inner.RefuseOthers();
        if (schedule is not null)
            schedules.Add(read);
    }

    private static JsonObject? ReadKind(MapReader map, FaultCollector faults)
    {
        var given = Kinds.Where(map.Has).ToList();
        var cron = map.Text("cron");
        var interval = map.Node("interval");
        var rrule = map.Text("rrule");
        var zone = map.Text("timezone");
        var dayOr = map.Flag("day_or");
        var anchor = map.Text("anchor_date");
        if (given.Count != 1)
        {
            faults.Add(map.Map.Position, given.Count == 0 ? "a schedule has one of 'cron', 'interval' and 'rrule', and this one has none"
                : $"a schedule has one of 'cron', 'interval' and 'rrule', and this one has {string.Join(" and ", given.Select(kind => $"'{kind}'"))}");
            return null;
        }
        if (zone is not null && !MapReader.IsPlaceholder(map.Map["timezone"]!) && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
            faults.Add(map.Map["timezone"]!.Position, $"'{zone}' is not a time zone",
                NearestName.Of(zone, TimeZoneInfo.GetSystemTimeZones().Select(known => known.Id)) is { } near ? $"did you mean '{near}'?" : "expected an IANA name such as Europe/Berlin");
        if (dayOr is not null && cron is null)
            faults.Add(map.Map["day_or"]!.Position, "'day_or' belongs to a cron schedule");
        if (anchor is not null && interval is null)
            faults.Add(map.Map["anchor_date"]!.Position, "'anchor_date' belongs to an interval schedule");
        return cron is not null ? Cron(map, cron, zone, dayOr, faults)
            : interval is not null ? Interval(map, interval, zone, anchor, faults)
            : RRule(map, rrule!, zone, faults);
    }

    private static JsonObject Cron(MapReader map, string cron, string? zone, bool? dayOr, FaultCollector faults)
    {
        Check(map.Map["cron"]!, () => FireTimes.Of(new CronSchedule { Cron = cron, DayOr = dayOr ?? true }), faults);
        return new JsonObject { ["cron"] = cron, ["timezone"] = zone, ["day_or"] = dayOr ?? true };
    }

    private static JsonObject? Interval(MapReader map, DocumentNode node, string? zone, string? anchor, FaultCollector faults)
    {
        if (anchor is not null && !DateTimeOffset.TryParse(anchor, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _))
            faults.Add(map.Map["anchor_date"]!.Position, $"'{anchor}' is not a date and time", "expected something like 2026-01-31T08:00:00+01:00");
        if (MapReader.IsPlaceholder(node))
            return new JsonObject { ["interval"] = 0 };
        if (Seconds((node as ScalarNode)?.Text) is not { } seconds || seconds <= 0)
        {
            map.Wrong("interval", node, "seconds above 0 (or a duration such as PT1H)");
            return null;
        }
        var schedule = new JsonObject { ["interval"] = seconds, ["timezone"] = zone };
        if (anchor is not null)
            schedule["anchor_date"] = anchor;
        return schedule;
    }

    private static double? Seconds(string? text)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return number;
        try
        {
            return text is ['P', ..] ? XmlConvert.ToTimeSpan(text).TotalSeconds : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static JsonObject RRule(MapReader map, string rrule, string? zone, FaultCollector faults)
    {
        Check(map.Map["rrule"]!, () => FireTimes.Of(new RRuleSchedule { Rrule = rrule }), faults, "expected something like FREQ=WEEKLY;BYDAY=MO,WE");
        return new JsonObject { ["rrule"] = rrule, ["timezone"] = zone };
    }

    // What the server reads it with; the time zone is judged apart, where it stands.
    private static void Check(DocumentNode node, Func<FireTimes> read, FaultCollector faults, string? hint = null)
    {
        if (MapReader.IsPlaceholder(node))
            return;
        try
        {
            read();
        }
        catch (ScheduleFormatException fault)
        {
            faults.Add(node.Position, fault.Message, hint);
        }
    }
}
