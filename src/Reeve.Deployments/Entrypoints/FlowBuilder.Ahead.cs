using Reeve.Deployments.Projects;

namespace Reeve.Deployments.Entrypoints;

public sealed partial class FlowBuilder
{
    /// <summary>Names the folder of flows that were built ahead, in an image for instance: a run then needs no SDK and compiles nothing.</summary>
    public const string AheadVariable = "REEVE_BUILT_FLOWS";

    /// <summary>Where flows built ahead lie; they are found by the content of their sources, so newer code is never taken for them.</summary>
    public string? AheadFolder { get; init; } = Environment.GetEnvironmentVariable(AheadVariable);

    /// <summary>What in a folder can be built ahead: projects with flows, and files with flows that are in no project.</summary>
    public static Task<IReadOnlyList<string>> FindProgramsAsync(string folder, CancellationToken ct) => FlowSourceSurvey.ProgramsAsync(folder, ct);

    /// <summary>Builds one program (a .cs file or a project) into <see cref="AheadFolder"/>, unless it is there.</summary>
    public async Task<(BuiltFlow? Built, IReadOnlyList<Fault> Faults)> BuildAheadAsync(string path, CancellationToken ct)
    {
        var (entrypoint, mistake) = Entrypoint.Parse(path + ":_");
        if (entrypoint is null)
            return (null, [new Fault(null, mistake!)]);
        var source = Path.GetFullPath(path);
        if (DotnetSdk.Find() is not { } sdk)
            return (null, [new Fault(null, $"'{path}' has to be built and there is no .NET SDK on this machine", "install the .NET SDK 10")]);
        var kept = Path.Combine(AheadFolder!, await AheadKeyAsync(source, ct));
        Directory.CreateDirectory(AheadFolder!);
        if (!Directory.Exists(kept) && await BuildIntoAsync(kept, sdk, source, entrypoint, Directory.GetCurrentDirectory(), ct) is { Count: > 0 } faults)
            return (null, faults);
        return Inspect(MainAssembly(kept, source), entrypoint, fromCache: false);
    }

    private async Task<string?> FindAheadAsync(string path, CancellationToken ct) =>
        AheadFolder is { Length: > 0 } folder && Directory.Exists(folder) && Path.Combine(folder, await AheadKeyAsync(path, ct)) is var kept && Directory.Exists(kept) ? kept : null;

    // Not the version of the SDK: where it is looked for there may be none.
    private static Task<string> AheadKeyAsync(string path, CancellationToken ct) => SourceFingerprint.OfAsync(path, [$"ahead {ReeveVersion}"], ct);
}
