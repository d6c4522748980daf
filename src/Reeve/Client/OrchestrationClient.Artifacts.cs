using Reeve.Protocol.Artifacts;
using Reeve.Protocol.Filters;

namespace Reeve.Client;

public sealed partial class OrchestrationClient
{
    /// <summary>Finds artifacts.</summary>
    public Task<List<Artifact>> FindArtifactsAsync(Query query, CancellationToken ct) => Connection.SendAsync<List<Artifact>>(HttpMethod.Post, "artifacts/filter", query, ct);

    /// <summary>Finds the newest artifact of each key.</summary>
    public Task<List<ArtifactCollection>> FindLatestArtifactsAsync(Query query, CancellationToken ct) =>
        Connection.SendAsync<List<ArtifactCollection>>(HttpMethod.Post, "artifacts/latest/filter", query, ct);

    /// <summary>Finds an artifact; null when there is none.</summary>
    public Task<Artifact?> FindArtifactAsync(Guid id, CancellationToken ct) => Connection.FindAsync<Artifact>($"artifacts/{id}", ct);

    /// <summary>Deletes an artifact.</summary>
    public Task DeleteArtifactAsync(Guid id, CancellationToken ct) => Connection.SendAsync(HttpMethod.Delete, $"artifacts/{id}", null, ct);
}
