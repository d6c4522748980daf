using Reeve.Deployments.Projects;
using Reeve.Deployments.Steps.Docker;
using Reeve.Deployments.Steps.Git;
using Reeve.Deployments.Steps.Storage;

namespace Reeve.Deployments.Steps;

/// <summary>The steps this program runs, under the names people have written over the years.</summary>
public sealed class StepCatalog
{
    // Modules inside the packages; their functions were also written with the module's name.
    private static readonly string[] Modules = ["pull.", "utility.", "core."];

    // Longest first, so that no prefix hides another.
    private static readonly (string Prefix, StepPackage Package)[] Prefixes =
        [.. StepPackage.All.SelectMany(package => package.Prefixes.Select(prefix => (prefix, package))).OrderByDescending(pair => pair.prefix.Length)];

    private readonly Dictionary<string, IStep> _steps = [];

    public StepCatalog(params IEnumerable<IStep> steps)
    {
        foreach (var step in steps)
        {
            _steps.Add(step.Signature.Name, step);
            foreach (var old in step.Signature.OldNames)
                _steps.Add(old, step);
        }
    }

    /// <summary>Every step of this program.</summary>
    public static StepCatalog BuiltIn { get; } = new(
        new RunShellScriptStep(),
        new GitCloneStep(),
        new SetWorkingDirectoryStep(),
        new PipInstallStep(),
        new DotnetStep("restore"),
        new DotnetStep("build"),
        new PullFromRemoteStorageStep(),
        new PullWithBlockStep(),
        TransferStep.Push(ObjectStoreKind.S3),
        TransferStep.Pull(ObjectStoreKind.S3),
        TransferStep.Push(ObjectStoreKind.AzureBlob),
        TransferStep.Pull(ObjectStoreKind.AzureBlob),
        TransferStep.Push(ObjectStoreKind.Gcs),
        TransferStep.Pull(ObjectStoreKind.Gcs),
        new BuildDockerImageStep(),
        new PushDockerImageStep());

    /// <summary>Each step once, in the order of the list above.</summary>
    public IEnumerable<IStep> Steps => _steps.Values.Distinct();

    public IStep? Find(string name)
    {
        if (CustomStep.TryFrom(name) is { } custom)
            return custom;
        var package = PackageOf(name);
        var step = _steps.GetValueOrDefault(ShortName(name));
        // A bare name and our own prefix find every step; a package's prefix only its own.
        return step is null || package is null && name.Contains('.', StringComparison.Ordinal) || package is not null && package != StepPackage.Reeve && package != step.Signature.Package
            ? null
            : step;
    }

    /// <summary>Whether the name is in a package this program answers for, so that not knowing it is a fault.</summary>
    public static bool IsOurs(string name) => !name.Contains('.', StringComparison.Ordinal) || PackageOf(name) is not null;

    /// <summary>The last part of a step's name: what the log calls it.</summary>
    public static string ShortName(string name)
    {
        var prefix = PrefixOf(name);
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
        if (NearestName.Of(name[dot..], _steps.Keys) is { } nearest)
        {
            var package = _steps[nearest].Signature.Package;
            var prefix = package.Prefixes.FirstOrDefault(prefix => name.StartsWith(prefix, StringComparison.Ordinal)) ?? package.Prefixes[0];
            return $"did you mean '{prefix}{nearest}'?";
        }
        return "docs/guides/steps.md lists the steps there are; one of your own is called by its file, like 'steps.cs:Name'";
    }

    private static string? PrefixOf(string name) => Prefixes.FirstOrDefault(pair => name.StartsWith(pair.Prefix, StringComparison.Ordinal)).Prefix;

    private static StepPackage? PackageOf(string name) => Prefixes.FirstOrDefault(pair => name.StartsWith(pair.Prefix, StringComparison.Ordinal)).Package;
}
