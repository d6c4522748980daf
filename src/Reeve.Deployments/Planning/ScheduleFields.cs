using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Deployments.Projects;
using Reeve.Protocol;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Schedules;

namespace Reeve.Deployments.Planning;

/// <summary>
/// The schedules of a deployment as a map, so that each can be merged by itself: the key is its slug, or else what it says. A single one without a slug
/// keeps its key when its times change, since that is the same schedule to whoever paused it.
/// </summary>
internal static class ScheduleFields
{
    public static JsonObject Of(IEnumerable<ProjectSchedule> schedules) => Keyed(schedules.Select(schedule => Fields(
        Normal(schedule.Schedule), schedule.Active, schedule.Parameters?.DeepClone(), schedule.MaxScheduledRuns, schedule.Slug)));

    public static JsonObject Of(IEnumerable<DeploymentSchedule> schedules) => Keyed(schedules.Reverse().Select(schedule => Fields(
        JsonNode.Parse(schedule.Schedule.GetRawText())!, schedule.Active, JsonNode.Parse(schedule.Parameters.GetRawText()), schedule.MaxScheduledRuns, schedule.Slug)));

    /// <summary>The same map with its one schedule without a slug under the key that the other map has its one under.</summary>
    public static JsonObject Aligned(JsonObject map, JsonObject? like)
    {
        if (like is null || Unnamed(map) is not [var key] || Unnamed(like) is not [var other] || key == other)
            return map;
        return new JsonObject(map.Select(entry => KeyValuePair.Create(entry.Key == key ? other : entry.Key, entry.Value?.DeepClone())));
    }

    public static JsonArray ToWire(JsonObject map) => new([.. map.Select(entry =>
    {
        var schedule = entry.Value!.DeepClone().AsObject();
        return (JsonNode)schedule;
    })]);

    private static JsonObject Fields(JsonNode schedule, bool active, JsonNode? parameters, int? most, string? slug) => new()
    {
        ["schedule"] = schedule,
        ["active"] = active,
        ["parameters"] = parameters ?? new JsonObject(),
        ["max_scheduled_runs"] = most,
        ["slug"] = slug,
    };

    private static JsonObject Keyed(IEnumerable<JsonObject> schedules)
    {
        var map = new JsonObject();
        foreach (var schedule in schedules)
        {
            var key = Key(schedule);
            for (var number = 2; map.ContainsKey(key); number++)
                key = string.Create(CultureInfo.InvariantCulture, $"{Key(schedule)} #{number}");
            map[key] = schedule;
        }
        return map;
    }

    private static string Key(JsonObject schedule)
    {
        if ((string?)schedule["slug"] is { Length: > 0 } slug)
            return slug;
        var times = schedule["schedule"]!;
        var what = times["cron"] is { } cron ? $"cron {cron}" : times["interval"] is { } interval ? $"every {interval} s" : $"rrule {times["rrule"]}";
        return times["timezone"] is { } zone ? $"{what} {zone}" : what;
    }

    private static List<string> Unnamed(JsonObject map) => [.. map.Where(entry => entry.Value is JsonObject schedule && schedule["slug"] is null).Select(entry => entry.Key)];

    // As the server keeps it, so that a value that it fills in is no difference.
    private static JsonNode Normal(JsonObject schedule)
    {
        try
        {
            return JsonNode.Parse(FireTimes.Normalise(WireJson.Parse(schedule.ToJsonString())).GetRawText())!;
        }
        catch (ScheduleFormatException)
        {
            return schedule.DeepClone(); // holds a placeholder of a step's output
        }
    }
}
