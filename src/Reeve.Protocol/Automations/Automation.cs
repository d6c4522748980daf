namespace Reeve.Protocol.Automations;

/// <summary>What is done when certain events happen, or fail to.</summary>
public sealed record Automation
{
    /// <summary>The automation's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset Updated { get; init; }

    /// <summary>The name for people.</summary>
    public required string Name { get; init; }

    /// <summary>For people.</summary>
    public string Description { get; set; } = "";

    /// <summary>Whether it is in force.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Tags.</summary>
    public IReadOnlyList<string> Tags { get; set; } = [];

    /// <summary>When it fires.</summary>
    public required Trigger Trigger { get; init; }

    /// <summary>What is done whenever it fires.</summary>
    public required IReadOnlyList<AutomationAction> Actions { get; init; }

    /// <summary>What is done when it enters the triggered state.</summary>
    public IReadOnlyList<AutomationAction> ActionsOnTrigger { get; set; } = [];

    /// <summary>What is done when it leaves the triggered state.</summary>
    public IReadOnlyList<AutomationAction> ActionsOnResolve { get; set; } = [];
}

/// <summary>The body of <c>PUT /automations/{id}</c>, and what a new automation has, too.</summary>
public record AutomationUpdate
{
    /// <summary>The name for people.</summary>
    public required string Name { get; init; }

    /// <summary>For people.</summary>
    public string Description { get; set; } = "";

    /// <summary>Whether it is in force.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Tags.</summary>
    public IReadOnlyList<string> Tags { get; set; } = [];

    /// <summary>When it fires.</summary>
    public required Trigger Trigger { get; init; }

    /// <summary>What is done whenever it fires.</summary>
    public required IReadOnlyList<AutomationAction> Actions { get; init; }

    /// <summary>What is done when it enters the triggered state.</summary>
    public IReadOnlyList<AutomationAction> ActionsOnTrigger { get; set; } = [];

    /// <summary>What is done when it leaves the triggered state.</summary>
    public IReadOnlyList<AutomationAction> ActionsOnResolve { get; set; } = [];
}

/// <summary>The body of <c>POST /automations/</c>.</summary>
public sealed record AutomationCreate : AutomationUpdate
{
    /// <summary>The resource that it belongs to, such as <c>prefect.deployment.&lt;id&gt;</c>.</summary>
    public string? OwnerResource { get; init; }
}

/// <summary>The body of <c>PATCH /automations/{id}</c>.</summary>
public sealed record AutomationPartialUpdate
{
    /// <summary>Whether it is in force.</summary>
    public bool Enabled { get; set; } = true;
}
