using System.Text.Json;
using Reeve.Protocol.Automations;

namespace Reeve.Protocol.Tests.Automations;

public sealed class TriggerJsonTests
{
    private static Trigger Read(string json) => JsonSerializer.Deserialize(json, WireJson.TypeInfo<Trigger>())!;

    [Fact]
    public void Type_may_stand_anywhere()
    {
        // PostgreSQL gives members back in an order of its own
        var trigger = Assert.IsType<CompoundTrigger>(Read("""{"within": 1, "require": "any", "triggers": [{"posture": "Reactive", "expect": ["a"], "type": "event"}], "type": "compound"}"""));

        Assert.Equal(["a"], Assert.IsType<EventTrigger>(Assert.Single(trigger.Triggers)).Expect);
    }

    [Fact]
    public void What_is_absent_has_the_wires_defaults()
    {
        var trigger = Assert.IsType<EventTrigger>(Read("""{"type": "event", "posture": "Proactive"}"""));

        Assert.Equal((1, 0, "{}", "{}"), (trigger.Threshold, trigger.Within, trigger.Match.GetRawText(), trigger.MatchRelated.GetRawText()));
        var metric = Assert.IsType<MetricTrigger>(Read("""{"type": "metric", "metric": {"name": "lateness", "threshold": 1, "operator": "<"}}"""));
        Assert.Equal((Posture.Metric, 300, 300), (metric.Posture, metric.Metric.Range, metric.Metric.FiringFor));
    }

    [Fact]
    public void It_is_written_with_its_type_and_all_members()
    {
        Trigger trigger = new EventTrigger { Posture = Posture.Reactive, Id = Guid.Empty };

        Assert.Equal(
            """{"type":"event","after":[],"expect":[],"for_each":[],"posture":"Reactive","threshold":1,"within":0,"match":{},"match_related":{},"id":"00000000-0000-0000-0000-000000000000"}""",
            JsonSerializer.Serialize(trigger, WireJson.TypeInfo<Trigger>()));
    }

    [Fact]
    public void A_type_that_is_missing_leaves_a_trigger_of_no_kind() => Assert.Equal(typeof(Trigger), Read("{}").GetType());

    [Fact]
    public void An_unknown_type_is_refused() => Assert.Throws<JsonException>(() => Read("""{"type": "comet"}"""));

    [Fact]
    public void A_webhooks_payload_may_be_an_object()
    {
        var action = JsonSerializer.Deserialize("""{"block_document_id": "00000000-0000-0000-0000-000000000001", "payload": {"a": 1}, "type": "call-webhook"}""", WireJson.TypeInfo<List<AutomationAction>>().Options.GetTypeInfo(typeof(AutomationAction)));

        Assert.Equal("""{"a": 1}""", Assert.IsType<CallWebhook>(action).Payload);
    }
}
