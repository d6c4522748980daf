using System.Text.Json.Nodes;
using Reeve.Deployments.Projects;
using Reeve.Protocol.Projects;

namespace Reeve.Deployments.Planning;

/// <summary>What is planned for a deployment.</summary>
public enum PlanAction
{
    Create,
    Change,
    Unchanged,

    /// <summary>The project owns it and no longer names it, and is to prune.</summary>
    Prune,

    /// <summary>The same, and it stays, as pruning was not asked for.</summary>
    Left,
}

/// <summary>How a plan is to be made.</summary>
public sealed record PlanOptions
{
    public MergeForce Force { get; init; }

    public bool Prune { get; init; }

    /// <summary>Builds and pushes although the content is known.</summary>
    public bool Rebuild { get; init; }

    /// <summary>Only some of the file's deployments are planned: the others are not missing.</summary>
    public bool IsPart { get; init; }

    /// <summary>The environment whose builds are taken over; null: none is.</summary>
    public ProjectState? PromotedFrom { get; init; }

    /// <summary>Promotes although the checkout is another commit.</summary>
    public bool AnyCommit { get; init; }
}

/// <summary>What is planned for one deployment, field by field.</summary>
public sealed record PlannedDeployment(string FlowName, string Name, PlanAction Action, IReadOnlyList<FieldChange> Fields)
{
    public string FullName => $"{FlowName}/{Name}";

    /// <summary>It exists and no project owns it.</summary>
    public bool IsAdopted { get; init; }

    /// <summary>Its build or push steps are to run.</summary>
    public bool IsBuilt { get; init; }

    /// <summary>For a new one: everything it is to be.</summary>
    public JsonObject? Created { get; init; }
}

/// <summary>Build and push steps that are to run, once for all the deployments that share them.</summary>
public sealed record PlannedBuild(IReadOnlyList<string> Steps, int Deployments, SourcePosition? Position);

/// <summary>What applying a project would do.</summary>
public sealed record ProjectPlan
{
    public required string Project { get; init; }

    public required string Environment { get; init; }

    public required IReadOnlyList<PlannedDeployment> Deployments { get; init; }

    public required IReadOnlyList<PlannedBuild> Builds { get; init; }

    /// <summary>What people should know beside: a promotion's commit, names that do not fit.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Declared secret providers that the server does not have like that.</summary>
    public IReadOnlyList<string> SecretProviders { get; init; } = [];

    public bool HasChanges => SecretProviders.Count > 0 || Deployments.Any(deployment => deployment.Action is PlanAction.Create or PlanAction.Change or PlanAction.Prune);

    public bool HasConflicts => Deployments.Any(deployment => deployment.Fields.Any(change => change.Outcome is FieldOutcome.Conflict));

    public int Count(PlanAction action) => Deployments.Count(deployment => deployment.Action == action);

    public int CountFields(FieldOutcome outcome) => Deployments.Sum(deployment => deployment.Fields.Count(field => field.Outcome == outcome));
}
