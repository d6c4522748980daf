using System.Text.Json;
using System.Text.Json.Serialization;
using Reeve.Protocol.Json;

namespace Reeve.Protocol.Automations;

/// <summary>When an automation fires. On the wire "type" says which kind it is; one without a known type cannot be used.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(EventTrigger), "event")]
[JsonDerivedType(typeof(MetricTrigger), "metric")]
[JsonDerivedType(typeof(CompoundTrigger), "compound")]
[JsonDerivedType(typeof(SequenceTrigger), "sequence")]
public record Trigger
{
    /// <summary>The trigger's id; given by the server.</summary>
    public Guid? Id { get; init; }
}

/// <summary>How a trigger looks at events.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Posture>))]
public enum Posture
{
    /// <summary>Fires when the expected events are there.</summary>
    Reactive,

    /// <summary>Fires when the expected events stay away.</summary>
    Proactive,

    /// <summary>Fires by a measured value.</summary>
    Metric,
}

/// <summary>A trigger that looks at the labels of resources.</summary>
public abstract record ResourceTrigger : Trigger
{
    /// <summary>Label to wanted text or texts; "*" at a text's end stands for anything, "!" at its start for not.</summary>
    public JsonElement Match { get; set; } = WireJson.EmptyObject;

    /// <summary>The same for the related resources: one map, or a list of maps that must each find a resource.</summary>
    public JsonElement MatchRelated { get; set; } = WireJson.EmptyObject;
}

/// <summary>Fires by the presence or absence of events.</summary>
public sealed record EventTrigger : ResourceTrigger
{
    /// <summary>Events that must have been seen first; empty: none. "*" at the end stands for anything.</summary>
    public IReadOnlyList<string> After { get; set; } = [];

    /// <summary>The expected events; empty: every event.</summary>
    public IReadOnlyList<string> Expect { get; set; } = [];

    /// <summary>The trigger is looked at separately for each value of these labels.</summary>
    public IReadOnlyList<string> ForEach { get; set; } = [];

    /// <summary>Reactive or Proactive.</summary>
    public required Posture Posture { get; init; }

    /// <summary>How many events.</summary>
    public int Threshold { get; set; } = 1;

    /// <summary>Within how many seconds; at least 10 for Proactive.</summary>
    [JsonConverter(typeof(DurationConverter))]
    public double? Within { get; set; } = 0;
}

/// <summary>Fires when a measured value of the runs passes a threshold.</summary>
public sealed record MetricTrigger : ResourceTrigger
{
    /// <summary>Always Metric.</summary>
    public Posture Posture { get; set; } = Posture.Metric;

    /// <summary>What is measured.</summary>
    public required MetricQuery Metric { get; init; }
}

/// <summary>A measurement and its threshold.</summary>
public sealed record MetricQuery
{
    /// <summary>"lateness", "duration" or "successes".</summary>
    public required string Name { get; init; }

    /// <summary>The threshold.</summary>
    public required double Threshold { get; init; }

    /// <summary>"&lt;", "&lt;=", "&gt;" or "&gt;=": how the value is compared with the threshold.</summary>
    public required string Operator { get; init; }

    /// <summary>Over the last so many seconds; at least 300.</summary>
    [JsonConverter(typeof(DurationConverter))]
    public double? Range { get; set; } = 300;

    /// <summary>For so many seconds the comparison must hold; at least 300.</summary>
    [JsonConverter(typeof(DurationConverter))]
    public double? FiringFor { get; set; } = 300;
}

/// <summary>Fires when some of its triggers have fired.</summary>
public sealed record CompoundTrigger : Trigger
{
    /// <summary>The triggers.</summary>
    public required IReadOnlyList<Trigger> Triggers { get; init; }

    /// <summary>Within how many seconds; null: any time.</summary>
    [JsonConverter(typeof(DurationConverter))]
    public double? Within { get; init; }

    /// <summary>"any", "all", or how many.</summary>
    public required JsonElement Require { get; init; }
}

/// <summary>Fires when its triggers have fired in their order.</summary>
public sealed record SequenceTrigger : Trigger
{
    /// <summary>The triggers.</summary>
    public required IReadOnlyList<Trigger> Triggers { get; init; }

    /// <summary>Within how many seconds; null: any time.</summary>
    [JsonConverter(typeof(DurationConverter))]
    public double? Within { get; init; }
}
