using System.Text.Json;
using Reeve.Protocol.Automations;

namespace Reeve.Protocol.Projects;

/// <summary>The body of <c>POST /projects/{name}/apply</c>: all of it is done, or nothing.</summary>
public sealed record ProjectApply
{
    /// <summary>Names this apply: sent again after a lost answer, it is answered and not done again.</summary>
    public required Guid Id { get; init; }

    /// <summary>The environment; empty where the project has none.</summary>
    public string Environment { get; set; } = "";

    /// <summary>That of the state which the plan was made from; another one now is refused with 409.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The names that the state was asked with.</summary>
    public IReadOnlyList<string> Names { get; set; } = [];

    /// <summary>What is to be made or changed.</summary>
    public IReadOnlyList<ProjectDeploymentApply> Deployments { get; set; } = [];

    /// <summary>The project's deployments that are to go.</summary>
    public IReadOnlyList<Guid> Prune { get; set; } = [];

    /// <summary>What the apply records of itself.</summary>
    public JsonElement? Record { get; init; }
}

/// <summary>One deployment of an apply.</summary>
public sealed record ProjectDeploymentApply
{
    /// <summary>The flow's name; the flow is made if there is none.</summary>
    public required string FlowName { get; init; }

    /// <summary>The body of a <c>POST /deployments/</c> without flow_id. What it does not name stays as it is.</summary>
    public required JsonElement Deployment { get; init; }

    /// <summary>The automations that it is to own, in the place of those it does; null: those stay. An action on a selected deployment without an id means this one.</summary>
    public IReadOnlyList<AutomationCreate>? Automations { get; init; }

    /// <summary>What the project records of it, for the next plan.</summary>
    public required JsonElement Applied { get; init; }
}

/// <summary>The answer of <c>POST /projects/{name}/apply</c>.</summary>
public sealed record ProjectApplied
{
    /// <summary>The deployments, in the order of the request.</summary>
    public IReadOnlyList<ProjectDeploymentResult> Deployments { get; set; } = [];

    /// <summary>Those that are gone.</summary>
    public IReadOnlyList<Guid> Pruned { get; set; } = [];
}

/// <summary>What became of one deployment of an apply.</summary>
/// <param name="Id">Its id.</param>
/// <param name="FlowName">Its flow's name.</param>
/// <param name="Name">Its name.</param>
public sealed record ProjectDeploymentResult(Guid Id, string FlowName, string Name);
