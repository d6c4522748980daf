using System.Reflection;
using System.Runtime.Loader;
using Reeve.Cli.Commands.Deployments;
using Reeve.Deployments.Entrypoints;
using Reeve.Deployments.Projects;

namespace Reeve.Cli.Commands.Blocks;

/// <summary>Registers the types of an assembly that are marked [Block].</summary>
internal static class DotnetBlocks
{
    /// <summary>Builds a file or a project first.</summary>
    public static async Task<IReadOnlyList<string>> RegisterSourceAsync(string file, CliSession session, CancellationToken ct)
    {
        await using var lines = new DeployLines(session.Terminal);
        var builder = new FlowBuilder(session.Settings.Home, lines.Write, session.Time);
        var (entrypoint, mistake) = Entrypoint.Parse($"{file}:Blocks");
        if (entrypoint is null)
            throw new CliException(mistake!);
        var (built, faults) = await builder.BuildAsync(entrypoint, session.Folder, ct);
        if (built is null)
            throw new CliException($"'{file}' cannot be built:\n  {string.Join("\n  ", faults)}");
        return await RegisterAssemblyAsync(built.AssemblyPath, session, ct);
    }

    public static async Task<IReadOnlyList<string>> RegisterAssemblyAsync(string path, CliSession session, CancellationToken ct)
    {
        // The engine takes its settings from the process; a profile that was chosen for this command only is told it here.
        System.Environment.SetEnvironmentVariable("REEVE_API_URL", session.Settings.ApiUrl.ToString());
        if (session.ProfileName is { } profile)
            System.Environment.SetEnvironmentVariable("REEVE_PROFILE", profile);
        var types = TypesOf(Path.GetFullPath(path)).Where(type => type.IsDefined(typeof(BlockAttribute), inherit: false)).ToList();
        if (types.Count == 0)
            throw new CliException($"'{path}' has no type marked [Block]", "a kind of block is a class or record: [Block(\"my-kind\")] public sealed record MyKind(string Url);");
        foreach (var type in types)
            await Reeve.Blocks.RegisterAsync(type, ct);
        List<string> names = [];
        foreach (var slug in types.Select(type => type.GetCustomAttribute<BlockAttribute>()!.Slug))
            names.Add((await session.Client.FindBlockTypeAsync(slug, ct))?.Name ?? slug);
        return [.. names.Order(StringComparer.Ordinal)];
    }

    private static Type[] TypesOf(string path)
    {
        try
        {
            var context = new BlockAssemblies(path);
            return context.LoadFromAssemblyPath(path).GetTypes();
        }
        catch (ReflectionTypeLoadException exception)
        {
            throw new CliException($"the types of '{path}' cannot be loaded: {exception.LoaderExceptions.FirstOrDefault()?.Message}", "is everything it needs beside it?");
        }
        catch (BadImageFormatException)
        {
            throw new CliException($"'{path}' is not a .NET assembly");
        }
    }

    // What the assembly brings along comes from its folder; Reeve itself is the one of this program, or its [Block] would be another.
    private sealed class BlockAssemblies(string path) : AssemblyLoadContext("blocks")
    {
        private readonly AssemblyDependencyResolver _resolver = new(path);

        protected override Assembly? Load(AssemblyName name) =>
            name.Name is "Reeve" or "Reeve.Protocol" ? null : _resolver.ResolveAssemblyToPath(name) is { } found ? LoadFromAssemblyPath(found) : null;
    }
}
