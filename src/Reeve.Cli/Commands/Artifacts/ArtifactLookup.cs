using Reeve.Client;
using Reeve.Deployments.Projects;
using Reeve.Protocol.Artifacts;
using Reeve.Protocol.Filters;
using Reeve.Settings;

namespace Reeve.Cli.Commands.Artifacts;

internal static class ArtifactLookup
{
    /// <summary>The versions of a key, the newest first.</summary>
    public static Task<List<Artifact>> PageAsync(OrchestrationClient client, string key, int limit, CancellationToken ct) =>
        client.FindArtifactsAsync(new Query { Artifacts = new ArtifactFilter { Key = new KeyFilter { Any = [key] } }, Sort = "CREATED_DESC", Limit = limit }, ct);

    /// <exception cref="CliException">The key has none.</exception>
    public static async Task<List<Artifact>> OfKeyAsync(OrchestrationClient client, string key, int limit, CancellationToken ct)
    {
        var artifacts = await PageAsync(client, key, limit, ct);
        if (artifacts.Count > 0)
            return artifacts;
        var keys = (await client.FindLatestArtifactsAsync(new Query { Limit = 200 }, ct)).Select(a => a.Key).ToList();
        throw new CliException($"there is no artifact '{key}'", NearestName.Hint(key, keys) ?? $"{CommandName.Text} artifact ls shows them");
    }
}
