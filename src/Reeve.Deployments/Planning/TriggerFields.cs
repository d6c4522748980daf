using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Deployments.Projects;
using Reeve.Protocol;
using Reeve.Protocol.Automations;

namespace Reeve.Deployments.Planning;

/// <summary>The triggers of a deployment: in the file as people write them, on the server automations that it owns.</summary>
internal static class TriggerFields
{
    // What is said beside a trigger is of the automation, or of the run that it starts.
    private static readonly string[] OfAutomation = ["name", "description", "enabled"];
    private static readonly string[] OfRun = ["parameters", "job_variables", "schedule_after"];

    /// <summary>By name, each with whether it is on and everything else.</summary>
    public static JsonObject Of(ListNode? triggers, string deployment, FaultCollector faults)
    {
        var map = new JsonObject();
        foreach (var (index, item) in (triggers?.Items ?? []).Index())
        {
            if (item is not MapNode trigger)
            {
                if (item is not ScalarNode { IsNull: true })
                    faults.Add(item.Position, $"a trigger should be a mapping, and this is {item.Description}");
                continue;
            }
            var fields = (JsonObject)trigger.ToJson();
            var name = (string?)fields["name"] ?? string.Create(CultureInfo.InvariantCulture, $"{deployment}__automation_{index + 1}");
            if (map.ContainsKey(name))
                faults.Add(trigger["name"]?.Position ?? trigger.Position, $"another trigger of '{deployment}' has the name '{name}'");
            var automation = Automation(name, fields);
            if (Mistake(automation) is { } mistake)
                faults.Add(trigger.Position, $"this is not a trigger: {mistake}", "expected type (event, metric, compound, sequence), and what belongs to it: expect, match, posture, threshold, within …");
            map[name] = new JsonObject { ["enabled"] = fields["enabled"]?.DeepClone() ?? true, ["definition"] = automation };
        }
        return map;
    }

    /// <summary>Automations that people cannot be seen to have changed count as what was last applied; the ones they switched or deleted do not.</summary>
    public static JsonObject Of(IReadOnlyList<Automation> automations, JsonObject? last)
    {
        var map = new JsonObject();
        foreach (var automation in automations)
            map[automation.Name] = new JsonObject { ["enabled"] = automation.Enabled, ["definition"] = last?[automation.Name]?["definition"]?.DeepClone() ?? Definition(automation) };
        return map;
    }

    public static List<AutomationCreate> ToWire(JsonObject map) => [.. map.Select(entry =>
        WireJson.Parse(entry.Value!["definition"]!.ToJsonString()).Deserialize(WireJson.TypeInfo<AutomationCreate>())! with { Enabled = (bool)entry.Value["enabled"]! })];

    private static JsonObject Automation(string name, JsonObject fields)
    {
        var trigger = new JsonObject();
        var run = new JsonObject { ["type"] = "run-deployment", ["source"] = "selected" };
        foreach (var (key, value) in fields)
        {
            if (OfRun.Contains(key))
                run[key] = value?.DeepClone();
            else if (!OfAutomation.Contains(key))
                trigger[key] = value?.DeepClone();
        }
        NameKinds(trigger);
        return new JsonObject { ["name"] = name, ["description"] = (string?)fields["description"] ?? "", ["trigger"] = trigger, ["actions"] = new JsonArray(run) };
    }

    // The kind and the posture may be left out where they follow from the rest, inside compound ones, too.
    private static void NameKinds(JsonObject trigger)
    {
        if (!trigger.ContainsKey("type"))
            trigger["type"] = trigger.ContainsKey("triggers") ? "compound" : trigger.ContainsKey("metric") ? "metric" : "event";
        if ((string?)trigger["type"] is "event")
            trigger["posture"] ??= "Reactive";
        if ((string?)trigger["type"] is "compound")
            trigger["require"] ??= "all";
        foreach (var inner in (trigger["triggers"] as JsonArray)?.OfType<JsonObject>() ?? [])
            NameKinds(inner);
    }

    private static string? Mistake(JsonObject automation)
    {
        try
        {
            WireJson.Parse(automation.ToJsonString()).Deserialize(WireJson.TypeInfo<AutomationCreate>());
            return null;
        }
        catch (JsonException exception)
        {
            return exception.Message.Split(" Path:")[0];
        }
    }

    private static JsonNode Definition(Automation automation) => JsonNode.Parse(JsonSerializer.Serialize(automation.Trigger, WireJson.TypeInfo<Trigger>()))!;
}
