using System.Text.Json.Serialization;

namespace Reeve.Protocol.Filters;

/// <summary>A criterion on a key that may be absent.</summary>
public sealed record KeyFilter
{
    /// <summary>The key is one of these.</summary>
    [JsonPropertyName("any_")]
    public IReadOnlyList<string>? Any { get; init; }

    /// <summary>The key contains this, whatever the case.</summary>
    [JsonPropertyName("like_")]
    public string? Like { get; init; }

    /// <summary>True: there is a key; false: there is none.</summary>
    [JsonPropertyName("exists_")]
    public bool? Exists { get; init; }
}

/// <summary>Criteria on artifacts, and on the newest artifact of each key.</summary>
public sealed record ArtifactFilter
{
    /// <summary>"and_" (default) or "or_" between the criteria.</summary>
    public string? Operator { get; init; }

    /// <summary>The artifact's id.</summary>
    public AnyOf<Guid>? Id { get; init; }

    /// <summary>Collections: the newest artifact's id.</summary>
    public AnyOf<Guid>? LatestId { get; init; }

    /// <summary>The key.</summary>
    public KeyFilter? Key { get; init; }

    /// <summary>The flow run that made it.</summary>
    public AnyOf<Guid>? FlowRunId { get; init; }

    /// <summary>The task run that made it.</summary>
    public AnyOf<Guid>? TaskRunId { get; init; }

    /// <summary>The type.</summary>
    public AnyOf<string>? Type { get; init; }
}

/// <summary>Criteria on automations.</summary>
public sealed record AutomationFilter
{
    /// <summary>"and_" (default) or "or_" between the criteria.</summary>
    public string? Operator { get; init; }

    /// <summary>The name.</summary>
    public AnyOf<string>? Name { get; init; }

    /// <summary>When it was made.</summary>
    public RangeFilter<DateTimeOffset>? Created { get; init; }

    /// <summary>The tags.</summary>
    public TagsFilter? Tags { get; init; }
}

/// <summary>Criteria on notification policies.</summary>
public sealed record FlowRunNotificationPolicyFilter
{
    /// <summary>Whether the policy is in force; left out, as clients expect it: those that are not.</summary>
    public EqualsFilter? IsActive { get; set; } = new(false);
}
