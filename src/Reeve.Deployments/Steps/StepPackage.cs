namespace Reeve.Deployments.Steps;

/// <summary>
/// The Python package people know a step by. Its steps are written with any of the prefixes, the newest of which stands first; "reeve.steps." and
/// the bare name find every step.
/// </summary>
/// <param name="Distributions">What `requires` calls it.</param>
public sealed record StepPackage(IReadOnlyList<string> Prefixes, IReadOnlyList<string> Distributions)
{
    /// <summary>In front of the name of any step.</summary>
    public const string OwnPrefix = "reeve.steps.";

    public static StepPackage Core { get; } = new(["prefect.deployments.steps.", "prefect.projects.steps."], ["prefect"]);

    public static StepPackage Reeve { get; } = new([OwnPrefix], ["reeve"]);

    public static StepPackage Docker { get; } = Integration("docker");

    public static StepPackage Aws { get; } = Integration("aws");

    public static StepPackage Azure { get; } = Integration("azure");

    public static StepPackage Gcp { get; } = Integration("gcp");

    public static IReadOnlyList<StepPackage> All { get; } = [Core, Reeve, Docker, Aws, Azure, Gcp];

    // "deployment.steps" is a slip that stands in many files; it never meant anything else.
    private static StepPackage Integration(string name) =>
        new([$"prefect_{name}.deployments.steps.", $"prefect_{name}.projects.steps.", $"prefect_{name}.deployment.steps."], [$"prefect-{name}"]);
}
