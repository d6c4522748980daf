using System.Text.Json.Nodes;

namespace Reeve.Deployments.Projects;

/// <summary>A project file: the steps every deployment shares unless it has its own, and the deployments.</summary>
public sealed record Project
{
    public required string File { get; init; }

    public string Directory => Path.GetDirectoryName(Path.GetFullPath(File))!;

    /// <summary>The file's name in messages.</summary>
    public string ShownAs { get; init; } = "";

    public string? Name { get; init; }

    /// <summary>The environment that was laid over the file; null: none.</summary>
    public string? Environment { get; init; }

    /// <summary>The environments that the file knows.</summary>
    public IReadOnlyList<string> Environments { get; init; } = [];

    /// <summary>The profile of settings that the environment names.</summary>
    public string? Profile { get; init; }

    public string? PrefectVersion { get; init; }

    public StepSection Build { get; init; } = StepSection.Absent;

    public StepSection Push { get; init; } = StepSection.Absent;

    public StepSection Pull { get; init; } = StepSection.Absent;

    public IReadOnlyList<ProjectDeployment> Deployments { get; init; } = [];

    /// <summary>The secret providers that the file declares.</summary>
    public IReadOnlyList<SecretDeclaration> Secrets { get; init; } = [];
}

/// <summary>
/// A build, push or pull section. That it is absent (or null), and that it is there and empty, are different things: an empty pull section
/// says that nothing is to be pulled, an absent one leaves it to the next level.
/// </summary>
public sealed record StepSection(bool IsGiven, IReadOnlyList<StepEntry> Steps)
{
    public static StepSection Absent { get; } = new(false, []);

    public StepSection Or(StepSection outer) => IsGiven ? this : outer;

    public JsonArray ToJson() => new([.. Steps.Select(step => step.Source.ToJson())]);
}

/// <summary>One step as written.</summary>
/// <param name="Name">The full name as written.</param>
/// <param name="Id">The id its outputs are kept under.</param>
/// <param name="Source">The one-key mapping of name to inputs.</param>
/// <param name="IsForeign">A step of a Python package or project: this program does not know it, a Python flow's own engine may.</param>
public sealed record StepEntry(SourcePosition Position, string Name, string? Id, MapNode Source, bool IsForeign);

/// <summary>One entry of <c>deployments</c>.</summary>
public sealed record ProjectDeployment
{
    /// <summary>The mapping as written; later checks take their positions from it.</summary>
    public required MapNode Source { get; init; }

    public string? Name { get; init; }

    /// <summary>The name without what an environment makes of it: by this one, deployments of two environments are the same.</summary>
    public string? BaseName { get; init; }

    public string? Version { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    public string? Description { get; init; }

    public string? Entrypoint { get; init; }

    public string? FlowName { get; init; }

    public MapNode? Parameters { get; init; }

    /// <summary>Null: not said, so an existing deployment keeps those it has.</summary>
    public IReadOnlyList<ProjectSchedule>? Schedules { get; init; }

    public bool? Paused { get; init; }

    public int? ConcurrencyLimit { get; init; }

    /// <summary>What is said beside the limit: collision_strategy, grace_period_seconds.</summary>
    public JsonObject? ConcurrencyOptions { get; init; }

    public bool? EnforceParameterSchema { get; init; }

    public StepSection Build { get; init; } = StepSection.Absent;

    public StepSection Push { get; init; } = StepSection.Absent;

    public StepSection Pull { get; init; } = StepSection.Absent;

    public string? WorkPoolName { get; init; }

    public string? WorkQueueName { get; init; }

    public MapNode? JobVariables { get; init; }

    /// <summary>Kept as written.</summary>
    public ListNode? Triggers { get; init; }

    /// <summary>Nothing is said in it: the entry that `init` writes.</summary>
    public bool IsEmpty => Name is null && Entrypoint is null && FlowName is null;

    public bool IsPython => Entrypoint?.Split(':')[0].EndsWith(".py", StringComparison.OrdinalIgnoreCase) ?? false;

    /// <summary>Where a key's value stands, or the deployment itself if the key is absent.</summary>
    public SourcePosition At(params ReadOnlySpan<string> path)
    {
        DocumentNode node = Source;
        foreach (var key in path)
        {
            if ((node as MapNode)?[key] is not { } inner)
                break;
            node = inner;
        }
        return node.Position;
    }
}

/// <summary>One schedule, its own part already in the form of the API.</summary>
public sealed record ProjectSchedule(JsonObject Schedule)
{
    public bool Active { get; init; } = true;

    public JsonNode? Parameters { get; init; }

    public int? MaxScheduledRuns { get; init; }

    public string? Slug { get; init; }

    public string? Replaces { get; init; }
}
