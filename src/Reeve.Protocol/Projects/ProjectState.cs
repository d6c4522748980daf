using System.Text.Json;
using Reeve.Protocol.Automations;
using Reeve.Protocol.Deployments;

namespace Reeve.Protocol.Projects;

/// <summary>The body of <c>POST /projects/{name}/state</c>.</summary>
public sealed record ProjectQuery
{
    /// <summary>The environment; empty where the project has none.</summary>
    public string Environment { get; set; } = "";

    /// <summary>Deployments to tell of beside those that the project owns, "flow/deployment".</summary>
    public IReadOnlyList<string> Names { get; set; } = [];
}

/// <summary>What a project has on the server in one environment.</summary>
public sealed record ProjectState
{
    /// <summary>The project.</summary>
    public required string Name { get; init; }

    /// <summary>The environment; empty where the project has none.</summary>
    public required string Environment { get; init; }

    /// <summary>Changes whenever anything of the answer does that a plan depends on.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>When it was last applied; null: never.</summary>
    public DateTimeOffset? Applied { get; init; }

    /// <summary>What the last apply recorded of itself, such as the commit.</summary>
    public JsonElement? Record { get; init; }

    /// <summary>The project's deployments, and those that were asked for and exist.</summary>
    public IReadOnlyList<ProjectDeploymentState> Deployments { get; set; } = [];

    /// <summary>The environments in which the project has been applied.</summary>
    public IReadOnlyList<string> Environments { get; set; } = [];
}

/// <summary>A deployment as it is, whose it is, and what was last applied to it.</summary>
public sealed record ProjectDeploymentState
{
    /// <summary>The flow's name.</summary>
    public required string FlowName { get; init; }

    /// <summary>The deployment as it is.</summary>
    public required Deployment Deployment { get; init; }

    /// <summary>The automations that belong to it.</summary>
    public IReadOnlyList<Automation> Automations { get; set; } = [];

    /// <summary>The project that owns it; null: none does.</summary>
    public string? Project { get; init; }

    /// <summary>The environment of the owning project.</summary>
    public string? Environment { get; init; }

    /// <summary>What its project recorded when it last applied it.</summary>
    public JsonElement? Applied { get; init; }
}
