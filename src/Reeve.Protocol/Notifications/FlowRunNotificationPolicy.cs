using Reeve.Protocol.Json;

namespace Reeve.Protocol.Notifications;

/// <summary>Tells of flow runs that enter certain states, by a notification block. Known to clients of the 2.x line; newer ones use automations.</summary>
public sealed record FlowRunNotificationPolicy
{
    /// <summary>The policy's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset Updated { get; init; }

    /// <summary>Whether it is in force.</summary>
    public bool IsActive { get; set; } = true;

    /// <summary>The names of the states; empty: all.</summary>
    public required IReadOnlyList<string> StateNames { get; init; }

    /// <summary>Runs with one of these tags; empty: all.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>The notification block.</summary>
    public required Guid BlockDocumentId { get; init; }

    /// <summary>The text with places such as <c>{flow_run_name}</c>; null: the usual one.</summary>
    public string? MessageTemplate { get; init; }
}

/// <summary>The body of <c>POST /flow_run_notification_policies/</c>.</summary>
public sealed record FlowRunNotificationPolicyCreate
{
    /// <summary>Whether it is in force.</summary>
    public bool IsActive { get; set; } = true;

    /// <summary>The names of the states; empty: all.</summary>
    public required IReadOnlyList<string> StateNames { get; init; }

    /// <summary>Runs with one of these tags; empty: all.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>The notification block.</summary>
    public required Guid BlockDocumentId { get; init; }

    /// <summary>The text with places such as <c>{flow_run_name}</c>.</summary>
    public string? MessageTemplate { get; init; }
}

/// <summary>The body of <c>PATCH /flow_run_notification_policies/{id}</c>.</summary>
public sealed record FlowRunNotificationPolicyUpdate
{
    /// <summary>Whether it is in force.</summary>
    public Optional<bool?> IsActive { get; init; }

    /// <summary>The names of the states.</summary>
    public Optional<IReadOnlyList<string>> StateNames { get; init; }

    /// <summary>The tags.</summary>
    public Optional<IReadOnlyList<string>> Tags { get; init; }

    /// <summary>The notification block.</summary>
    public Optional<Guid?> BlockDocumentId { get; init; }

    /// <summary>The text.</summary>
    public Optional<string> MessageTemplate { get; init; }
}
