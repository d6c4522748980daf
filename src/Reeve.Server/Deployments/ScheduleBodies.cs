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

    /// <summary>The schedules that a change of a deployment asks for; null where it says nothing of them. An entry that names a known slug may leave out what stays.</summary>
    internal static List<DeploymentScheduleCreate>? Of(DeploymentUpdate body, IReadOnlyList<DeploymentSchedule> known)
    {
        if (body.Schedules.Value is { } list)
        {
            List<DeploymentScheduleCreate> wanted = [.. list.Select((entry, index) => Whole(entry, index, known))];
            return Checked([.. wanted, .. Untouched(list, known)], "body.schedules");
        }
        // the single schedule of 2.x clients, or its switch
        if (!body.Schedule.IsGiven && !body.IsScheduleActive.IsGiven)
            return null;
        if (known.Count > 1)
            throw new InvalidRequestException("body.schedule", "The deployment has several schedules: change them by /deployments/{id}/schedules");
        var before = known.Count == 1 ? known[0] : null;
        var schedule = body.Schedule.IsGiven ? body.Schedule.Value : before?.Schedule;
        var active = body.IsScheduleActive.IsGiven ? body.IsScheduleActive.Value : before?.Active ?? true;
        return schedule is { ValueKind: JsonValueKind.Object } single ? Checked([new DeploymentScheduleCreate { Schedule = single, Active = active, Slug = before?.Slug }], "body.schedule") : [];
    }

    /// <summary>
    /// Schedules that all have slugs are changed one by one: those that the change does not name stay. Otherwise, and where the change names none at all, the list is the whole.
    /// </summary>
    private static IEnumerable<DeploymentScheduleCreate> Untouched(IReadOnlyList<DeploymentScheduleUpdate> list, IReadOnlyList<DeploymentSchedule> known)
    {
        if (list.Count == 0 || known.Count == 0 || known.Any(schedule => schedule.Slug is null))
            return [];
        if (list.Any(entry => entry.Slug.Value is null))
            throw new InvalidRequestException("body.schedules", "Please provide a slug for each schedule in your request to ensure schedules are updated correctly.");
        var replaced = list.Select(entry => entry.Replaces.Value).OfType<string>().ToList();
        if (replaced.GroupBy(slug => slug).FirstOrDefault(group => group.Skip(1).Any()) is { } twice)
            throw new InvalidRequestException("body.schedules", $"Multiple schedules have 'replaces' targeting the same slug: {twice.Key}");
        if (list.FirstOrDefault(entry => entry.Replaces.Value is not null && !replaced.Contains(entry.Slug.Value!) && known.Any(schedule => schedule.Slug == entry.Slug.Value)) is { } taken)
            throw new InvalidRequestException(
                "body.schedules", $"Cannot rename schedule from '{taken.Replaces.Value}' to '{taken.Slug.Value}': a schedule with slug '{taken.Slug.Value}' already exists.");
        var named = list.Select(entry => entry.Replaces.Value ?? entry.Slug.Value).ToHashSet();
        return known.Where(schedule => !named.Contains(schedule.Slug)).Select(schedule => new DeploymentScheduleCreate
        {
            Schedule = schedule.Schedule,
            Active = schedule.Active,
            MaxScheduledRuns = schedule.MaxScheduledRuns,
            Parameters = schedule.Parameters,
            Slug = schedule.Slug,
            MaxActiveRuns = schedule.MaxActiveRuns,
            Catchup = schedule.Catchup,
        });
    }

    private static DeploymentScheduleCreate Whole(DeploymentScheduleUpdate entry, int index, IReadOnlyList<DeploymentSchedule> known)
    {
        var place = entry.Replaces.Value ?? entry.Slug.Value;
        var before = place is null ? null : known.FirstOrDefault(schedule => schedule.Slug == place);
        return new()
        {
            Schedule = entry.Schedule.Value ?? before?.Schedule ?? throw new InvalidRequestException(string.Create(CultureInfo.InvariantCulture, $"body.schedules.{index}.schedule"), "Unable to create new deployment schedules without a schedule configuration.", "missing"),
            Active = entry.Active.Or(before?.Active),
            MaxScheduledRuns = entry.MaxScheduledRuns.Or(before?.MaxScheduledRuns),
            Parameters = entry.Parameters.Or(before?.Parameters),
            Slug = entry.Slug.Value,
            Replaces = entry.Replaces.Value,
            MaxActiveRuns = entry.MaxActiveRuns.Or(before?.MaxActiveRuns),
            Catchup = entry.Catchup.Or(before?.Catchup),
        };
    }

    internal static List<DeploymentScheduleCreate> Checked(IReadOnlyList<DeploymentScheduleCreate> list, string at, bool mayRepeat = false)
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
        var twice = mayRepeat ? [] : read.Where(s => s.Slug is not null).GroupBy(s => s.Slug).Where(g => g.Count() > 1).Select(g => g.Key);
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

    private static DeploymentScheduleCreate Checked(DeploymentScheduleCreate schedule, string at)
    {
        Check(schedule.MaxScheduledRuns, schedule.Parameters, at[..^".schedule".Length]);
        return schedule with { Schedule = Checked(schedule.Schedule, at) };
    }

    /// <exception cref="InvalidRequestException">One of them cannot be.</exception>
    internal static void Check(int? maxScheduledRuns, JsonElement? parameters, string at)
    {
        List<Fault> faults = [];
        if (maxScheduledRuns is <= 0)
            faults.Add(new([.. at.Split('.'), "max_scheduled_runs"], "Input should be greater than 0", "greater_than"));
        if (parameters is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Object) })
            faults.Add(new([.. at.Split('.'), "parameters"], "Input should be a valid dictionary", "dict_type"));
        if (faults.Count > 0)
            throw new InvalidRequestException(faults);
    }
}
