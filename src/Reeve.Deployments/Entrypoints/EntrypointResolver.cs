using System.Collections.Concurrent;
using System.Globalization;
using Reeve.Deployments.Projects;

namespace Reeve.Deployments.Entrypoints;

/// <summary>Goes from an entrypoint's text to the flow it names, building what has to be built.</summary>
public sealed class EntrypointResolver(FlowBuilder builder)
{
    // Many deployments name flows of one file: it is built, or read, once.
    private readonly ConcurrentDictionary<string, Task<(BuiltFlow? Built, IReadOnlyList<Fault> Faults)>> _built = [];
    private readonly ConcurrentDictionary<string, Task<IReadOnlyList<FlowManifest>>> _python = [];

    public async Task<(ResolvedFlow? Flow, IReadOnlyList<Fault> Faults)> ResolveAsync(string text, string directory, CancellationToken ct)
    {
        var (entrypoint, mistake) = Entrypoint.Parse(text);
        if (entrypoint is null)
            return (null, [new Fault(null, mistake!)]);
        var path = Path.GetFullPath(entrypoint.Path, directory);
        if (!File.Exists(path))
            return (null, [new Fault(null, $"the file '{entrypoint.Path}' does not exist", MissingFileHint(entrypoint.Path, directory))]);
        if (entrypoint.Kind is EntrypointKind.Python)
            return FromPython(entrypoint, await _python.GetOrAdd(path, _ => ReadPythonAsync(path, ct)));

        var (built, faults) = await _built.GetOrAdd(path, _ => builder.BuildAsync(entrypoint, directory, ct));
        if (built is null)
            return (null, faults);
        var (flow, fault) = Pick(entrypoint, built.Flows);
        return flow is null ? (null, [fault!]) : (new ResolvedFlow(entrypoint, flow, built), []);
    }

    private static async Task<IReadOnlyList<FlowManifest>> ReadPythonAsync(string path, CancellationToken ct) => [.. PythonSource.Flows(await File.ReadAllTextAsync(path, ct))];

    private static (ResolvedFlow?, IReadOnlyList<Fault>) FromPython(Entrypoint entrypoint, IReadOnlyList<FlowManifest> flows)
    {
        var (flow, fault) = Pick(entrypoint, flows);
        return flow is null ? (null, [fault!]) : (new ResolvedFlow(entrypoint, flow, null), []);
    }

    private static (FlowManifest?, Fault?) Pick(Entrypoint entrypoint, IReadOnlyList<FlowManifest> flows)
    {
        var found = flows.Where(flow => flow.IsCalled(entrypoint.Member)).ToList();
        if (found is [var only])
            return (only, null);
        if (found.Count > 1)
            return (null, new Fault(null, $"'{entrypoint.Path}' has {found.Count.ToString(CultureInfo.InvariantCulture)} flows called '{entrypoint.Member}'",
                "name the type too: " + string.Join(", ", found.Select(flow => $"{flow.Type}.{flow.Method}"))));
        var what = entrypoint.Kind is EntrypointKind.Python ? "function decorated with @flow" : "method marked [Flow]";
        return (null, new Fault(null, $"'{entrypoint.Path}' has no {what} called '{entrypoint.Member}'",
            flows.Count == 0 ? "there is no flow in it at all" : NearestName.Hint(entrypoint.Member, [.. flows.Select(flow => flow.Method)])));
    }

    // Another file of that folder with nearly the same name, or the nearest folder.
    private static string? MissingFileHint(string path, string directory)
    {
        var folder = Path.GetDirectoryName(path) ?? "";
        var full = Path.GetFullPath(folder, directory);
        if (!Directory.Exists(full))
            return $"there is no folder '{folder}' in '{Path.GetFileName(directory)}'";
        var names = Directory.EnumerateFiles(full, "*" + Path.GetExtension(path)).Select(name => Path.Combine(folder, Path.GetFileName(name))).Take(100).ToList();
        return NearestName.Hint(path, names);
    }
}

/// <summary>A flow that was found: its description, and the program that runs it (null for Python).</summary>
public sealed record ResolvedFlow(Entrypoint Entrypoint, FlowManifest Manifest, BuiltFlow? Built);
