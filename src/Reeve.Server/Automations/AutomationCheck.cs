using System.Globalization;
using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Automations;

namespace Reeve.Server.Automations;

/// <summary>What types cannot say of automations: bounds, what belongs together, and automations that would trigger themselves.</summary>
internal static class AutomationCheck
{
    private const double ShortestProactive = 10;

    // a deployment's run passes through these, whatever becomes of it
    private static readonly HashSet<string> OfEveryRun =
        new(StringComparer.Ordinal) { "prefect.flow-run.Scheduled", "prefect.flow-run.Pending", "prefect.flow-run.Running", "prefect.flow-run.*" };

    internal static List<Fault> Faults(AutomationUpdate automation)
    {
        List<Fault> faults = [];
        Check(automation.Trigger, ["body", "trigger"], faults);
        ActionCheck.Check(automation.Actions, "actions", faults);
        ActionCheck.Check(automation.ActionsOnTrigger, "actions_on_trigger", faults);
        ActionCheck.Check(automation.ActionsOnResolve, "actions_on_resolve", faults);
        if (faults is [] && automation.Enabled && Loop(automation.Trigger, automation.Actions) is { } loop)
            faults.Add(new(["body"], loop, "value_error"));
        return faults;
    }

    /// <summary>The automation with what the server fills in: ids of triggers, the shortest time of proactive ones, each event named once.</summary>
    internal static AutomationUpdate Completed(AutomationUpdate automation) => automation with { Trigger = Completed(automation.Trigger) };

    /// <summary>Why the automation would trigger itself again and again; null when it would not.</summary>
    internal static string? Loop(Trigger trigger, IReadOnlyList<AutomationAction> actions)
    {
        if (trigger is not EventTrigger { Posture: Posture.Reactive } on || !on.Expect.Any(OfEveryRun.Contains))
            return null;
        foreach (var run in actions.OfType<RunDeployment>())
        {
            if (run.Source == "inferred")
                return "Running an inferred deployment on an event of its own runs would raise that event again, without end. Select a deployment and narrow the trigger down.";
            if (FitsEveryRun(on.Match) && Maps(on.MatchRelated).Any(FitsEveryRun))
                return "The selected deployment's runs would raise the same event again, without end. Narrow the trigger down by labels in match or match_related.";
        }
        return null;
    }

    private static Trigger Completed(Trigger trigger) => trigger switch
    {
        EventTrigger on => on with
        {
            Id = Guid.NewGuid(),
            Within = on is { Posture: Posture.Proactive, Within: 0 } ? ShortestProactive : on.Within,
            After = [.. on.After.Distinct(StringComparer.Ordinal)],
            Expect = [.. on.Expect.Distinct(StringComparer.Ordinal)],
            ForEach = [.. on.ForEach.Distinct(StringComparer.Ordinal)],
        },
        CompoundTrigger of => of with { Id = Guid.NewGuid(), Triggers = [.. of.Triggers.Select(Completed)] },
        SequenceTrigger of => of with { Id = Guid.NewGuid(), Triggers = [.. of.Triggers.Select(Completed)] },
        _ => trigger with { Id = Guid.NewGuid() },
    };

    private static void Check(Trigger trigger, string[] at, List<Fault> faults)
    {
        switch (trigger)
        {
            case EventTrigger on:
                CheckLabels(on, at, faults);
                CheckEvents(on, at, faults);
                break;
            case MetricTrigger on:
                CheckLabels(on, at, faults);
                CheckMetric(on, at, faults);
                break;
            case CompoundTrigger of:
                CheckInner(of.Triggers, of.Within, at, faults);
                CheckRequire(of, at, faults);
                break;
            case SequenceTrigger of:
                CheckInner(of.Triggers, of.Within, at, faults);
                break;
            default:
                faults.Add(new([.. at, "type"], "Field required: 'event', 'metric', 'compound' or 'sequence'", "missing"));
                break;
        }
    }

    private static void CheckEvents(EventTrigger on, string[] at, List<Fault> faults)
    {
        if (on.Posture == Posture.Metric)
            faults.Add(new([.. at, "posture"], "Input should be 'Reactive' or 'Proactive'", "literal_error"));
        if (on.Within is not { } within)
            faults.Add(new([.. at, "within"], "Input should be a duration", "value_error"));
        else if (within < 0)
            faults.Add(new([.. at, "within"], "Input should be greater than or equal to 0", "greater_than_equal"));
        else if (on.Posture == Posture.Proactive && within is > 0 and < ShortestProactive)
            faults.Add(new([.. at, "within"], "A proactive trigger waits at least 10 seconds", "value_error"));
    }

    private static void CheckMetric(MetricTrigger on, string[] at, List<Fault> faults)
    {
        if (on.Posture != Posture.Metric)
            faults.Add(new([.. at, "posture"], "Input should be 'Metric'", "literal_error"));
        if (on.Metric.Name is not ("lateness" or "duration" or "successes"))
            faults.Add(new([.. at, "metric", "name"], "Input should be 'lateness', 'duration' or 'successes'", "enum"));
        if (on.Metric.Operator is not ("<" or "<=" or ">" or ">="))
            faults.Add(new([.. at, "metric", "operator"], "Input should be '<', '<=', '>' or '>='", "enum"));
        if (on.Metric.Range is not >= 300)
            faults.Add(new([.. at, "metric", "range"], "A range is at least 300 seconds", "value_error"));
        if (on.Metric.FiringFor is not >= 300)
            faults.Add(new([.. at, "metric", "firing_for"], "The threshold must hold for at least 300 seconds", "value_error"));
    }

    private static void CheckInner(IReadOnlyList<Trigger> triggers, double? within, string[] at, List<Fault> faults)
    {
        if (within < 0)
            faults.Add(new([.. at, "within"], "Input should be greater than or equal to 0", "greater_than_equal"));
        for (var i = 0; i < triggers.Count; i++)
            Check(triggers[i], [.. at, "triggers", i.ToString(CultureInfo.InvariantCulture)], faults);
    }

    private static void CheckRequire(CompoundTrigger of, string[] at, List<Fault> faults)
    {
        var isRight = of.Require.ValueKind switch
        {
            JsonValueKind.String => of.Require.GetString() is "any" or "all",
            JsonValueKind.Number => of.Require.TryGetInt32(out var count) && count >= 1 && count <= of.Triggers.Count,
            _ => false,
        };
        if (!isRight)
            faults.Add(new([.. at, "require"], string.Create(CultureInfo.InvariantCulture, $"Input should be 'any', 'all' or a number from 1 to {of.Triggers.Count}"), "value_error"));
    }

    private static void CheckLabels(ResourceTrigger on, string[] at, List<Fault> faults)
    {
        if (!IsLabels(on.Match))
            faults.Add(new([.. at, "match"], "Input should be a map of labels to a text or a list of texts", "dict_type"));
        if (on.MatchRelated.ValueKind == JsonValueKind.Array ? !on.MatchRelated.EnumerateArray().All(IsLabels) : !IsLabels(on.MatchRelated))
            faults.Add(new([.. at, "match_related"], "Input should be a map of labels to a text or a list of texts, or a list of such maps", "dict_type"));
    }

    private static bool IsLabels(JsonElement value) => value.ValueKind == JsonValueKind.Object && value.EnumerateObject().All(label => label.Value.ValueKind switch
    {
        JsonValueKind.String => true,
        JsonValueKind.Array => label.Value.EnumerateArray().All(text => text.ValueKind == JsonValueKind.String),
        _ => false,
    });

    private static IEnumerable<JsonElement> Maps(JsonElement related) => related.ValueKind == JsonValueKind.Array ? related.EnumerateArray() : [related];

    private static bool FitsEveryRun(JsonElement labels) => labels.EnumerateObject().ToList() switch
    {
        [] => true,
        [{ Name: "prefect.resource.id", Value: var id }] =>
            (id.ValueKind == JsonValueKind.Array ? id.EnumerateArray().Select(i => i.GetString()) : [id.GetString()]).Contains("prefect.flow-run.*"),
        _ => false,
    };
}
