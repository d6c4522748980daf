using System.Globalization;
using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Schedules;
using Reeve.Server.Hosting;

namespace Reeve.Server.Deployments;

/// <summary>Schedules as bodies bring them, read and checked; every fault of every schedule is named at once.</summary>
internal static class ScheduleBodies
{
    /// <summary>The schedules of a deployment's body: the list, or the single one of 2.x clients; null where the body says nothing of schedules.</summary>
    internal static List<DeploymentScheduleCreate>? Of(IReadOnlyList<DeploymentScheduleCreate>? list, JsonElement? single)
    {
        if (single is { ValueKind: JsonValueKind.Object } schedule && list is null or [])
            return [Checked(new DeploymentScheduleCreate { Schedule = schedule }, "body.schedule")];
        return list is null ? null : Checked(list, "body.schedules");
    }

    internal static List<DeploymentScheduleCreate> Checked(IReadOnlyList<DeploymentScheduleCreate> list, string at)
    {
        List<Fault> faults = [];
        List<DeploymentScheduleCreate> read = [];
        foreach (var (index, schedule) in list.Index())
        {
            try
            {
                read.Add(Checked(schedule, string.Create(CultureInfo.InvariantCulture, $"{at}.{index}.schedule")));
            }
            catch (InvalidRequestException fault)
            {
                faults.AddRange(fault.Faults);
            }
        }
        var twice = read.Where(s => s.Slug is not null).GroupBy(s => s.Slug).Where(g => g.Count() > 1).Select(g => g.Key);
        faults.AddRange(twice.Select(slug => new Fault(at.Split('.'), $"two schedules have the slug '{slug}'", "value_error")));
        return faults.Count == 0 ? read : throw new InvalidRequestException(faults);
    }

    internal static JsonElement Checked(JsonElement schedule, string at)
    {
        try
        {
            return FireTimes.Normalise(schedule);
        }
        catch (ScheduleFormatException fault)
        {
            throw new InvalidRequestException(at, fault.Message);
        }
    }

    private static DeploymentScheduleCreate Checked(DeploymentScheduleCreate schedule, string at) =>
        schedule.MaxScheduledRuns is < 0
            ? throw new InvalidRequestException(at.Replace(".schedule", ".max_scheduled_runs", StringComparison.Ordinal), "Input should be greater than or equal to 0", "greater_than_equal")
            : schedule with { Schedule = Checked(schedule.Schedule, at) };
}
