using Reeve.Deployments.BlockBased;
using Reeve.Deployments.Entrypoints;
using Reeve.Deployments.Projects;

namespace Reeve.Cli.Commands.Deployments;

/// <summary><c>deploy --from FILE</c>: what wrapper scripts around <c>deployment build</c> did, in one step and all or nothing.</summary>
internal static class DeployFrom
{
    public static async Task<int> RunAsync(string file, string[] names, CliSession session, CancellationToken ct)
    {
        if (!File.Exists(file))
            throw new CliException($"there is no file '{file}'");
        var (requests, mistakes) = await BuildRequestReader.ReadFileAsync(file, ct);
        DeployFaults.Refuse(mistakes);
        if (names.FirstOrDefault(name => requests.All(request => request.Name != name)) is { } unknown)
            throw new CliException($"{file} has no deployment '{unknown}'", NearestName.Hint(unknown, [.. requests.Select(request => request.Name)]));
        await using var lines = new DeployLines(session.Terminal);
        var builder = new DeploymentBuilder(session.Client, new EntrypointResolver(new FlowBuilder(session.Settings.Home, lines.Write, session.Time)), lines.Write);
        var (files, faults) = await builder.BuildAsync([.. requests.Where(request => names.Length == 0 || names.Contains(request.Name))], session.Folder, ct);
        DeployFaults.Refuse(faults);
        await DeploymentApplyCommand.ApplyAsync(files, session, lines, ct);
        return ExitCodes.Done;
    }
}
