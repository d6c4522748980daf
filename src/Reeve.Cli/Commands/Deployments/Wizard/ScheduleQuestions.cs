using System.Globalization;
using System.Text.Json.Nodes;
using Reeve.Deployments.Deploying;

namespace Reeve.Cli.Commands.Deployments.Wizard;

/// <summary>When the flow is to run by itself.</summary>
internal static class ScheduleQuestions
{
    private const string Flag = "--cron, --interval, --rrule or --no-schedule";

    /// <summary>The schedules as a project file says them; null: none.</summary>
    public static JsonArray? Ask(Questions questions)
    {
        if (!questions.Yes("Would you like to configure schedules for this deployment?", Flag, fallback: true))
            return null;
        var schedules = new JsonArray();
        do
        {
            schedules.Add(AskOne(questions));
        }
        while (questions.Yes("Would you like to add another schedule?", Flag, fallback: false));
        return schedules;
    }

    private static JsonObject AskOne(Questions questions)
    {
        var kind = questions.Choose("What type of schedule would you like to use?", Flag, ["Type", "When"],
        [
            ["Interval", "every so many seconds"],
            ["Cron", "a cron expression: 0 6 * * 1-5"],
            ["RRule", "an iCalendar recurrence rule"],
        ]);
        var schedule = kind switch
        {
            0 => new JsonObject
            {
                ["interval"] = JsonNode.Parse(questions.Text("Seconds between scheduled runs", "--interval", "3600",
                    text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? Mistake(new JsonObject { ["interval"] = text }) : "a number of seconds is needed")),
            },
            1 => new JsonObject { ["cron"] = questions.Text("Cron string", "--cron", "0 0 * * *", text => Mistake(new JsonObject { ["cron"] = text })) },
            _ => new JsonObject { ["rrule"] = questions.Text("RRule string", "--rrule", "RRULE:FREQ=DAILY", text => Mistake(new JsonObject { ["rrule"] = text })) },
        };
        if (kind > 0)
            schedule["timezone"] = questions.Text("Timezone", "--timezone", "UTC", zone => Mistake(With(schedule, "timezone", zone)));
        schedule["active"] = questions.Yes("Would you like to activate this schedule?", Flag, fallback: true);
        return schedule;
    }

    private static JsonObject With(JsonObject schedule, string key, string value)
    {
        var copy = (JsonObject)schedule.DeepClone();
        copy[key] = value;
        return copy;
    }

    // Judged as in a project file, so that what is asked again here would have been refused there.
    private static string? Mistake(JsonObject schedule)
    {
        var (_, faults) = DeploymentSelection.FromCommandLine(new JsonObject { ["name"] = "x", ["entrypoint"] = "x.cs:X", ["schedule"] = schedule });
        return faults.Count == 0 ? null : string.Join("; ", faults.Select(fault => fault.Hint is null ? fault.Message : $"{fault.Message}; {fault.Hint}"));
    }
}
