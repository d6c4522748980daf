using Reeve.Deployments.Projects;
using Reeve.Deployments.Steps.Git;

namespace Reeve.Deployments.Steps;

/// <summary>The steps this program runs, under the names people have written over the years.</summary>
public sealed class StepCatalog
{
    private static readonly string[] CorePrefixes = ["prefect.deployments.steps.", "prefect.projects.steps.", "reeve.steps."];

    // Modules inside the packages above; their functions were also written with the module's name.
    private static readonly string[] Modules = ["pull.", "utility.", "core."];

    private readonly Dictionary<string, IStep> _steps = [];

    public StepCatalog(params IEnumerable<IStep> steps)
    {
        foreach (var step in steps)
            _steps.Add(step.Signature.Name, step);
    }

    /// <summary>Every step of this program.</summary>
    public static StepCatalog BuiltIn { get; } = new(
        new RunShellScriptStep(),
        new GitCloneStep("git_clone"),
        new GitCloneStep("git_clone_project"),
        new SetWorkingDirectoryStep(),
        new PipInstallStep());

    public IStep? Find(string name) => _steps.GetValueOrDefault(ShortName(name));

    /// <summary>Whether the name is in a package this program answers for, so that not knowing it is a fault.</summary>
    public static bool IsOurs(string name) => !name.Contains('.', StringComparison.Ordinal)
        || CorePrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>The last part of a step's name: what the log calls it.</summary>
    public static string ShortName(string name)
    {
        var prefix = CorePrefixes.FirstOrDefault(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
        if (prefix is null)
            return name;
        var rest = name[prefix.Length..];
        var module = Modules.FirstOrDefault(module => rest.StartsWith(module, StringComparison.Ordinal));
        return module is null ? rest : rest[module.Length..];
    }

    /// <summary>What to say beside "unknown step".</summary>
    public string Hint(string name)
    {
        var dot = name.LastIndexOf('.') + 1;
        var prefix = CorePrefixes.FirstOrDefault(prefix => name.StartsWith(prefix, StringComparison.Ordinal))
            ?? NearestName.Of(name[..dot], CorePrefixes) ?? CorePrefixes[0];
        return NearestName.Of(name[dot..], _steps.Keys) is { } nearest
            ? $"did you mean '{prefix}{nearest}'?"
            : "known are: " + string.Join(", ", _steps.Keys.Order().Select(key => CorePrefixes[0] + key));
    }
}
