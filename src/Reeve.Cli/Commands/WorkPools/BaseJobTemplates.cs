using System.Text.Json;
using Reeve.Client;
using Reeve.Deployments.Projects;

namespace Reeve.Cli.Commands.WorkPools;

/// <summary>The templates that the server knows for each kind of work pool.</summary>
internal static class BaseJobTemplates
{
    /// <exception cref="CliException">There is no such kind.</exception>
    public static async Task<JsonElement> OfTypeAsync(OrchestrationClient client, string type, CancellationToken ct)
    {
        var metadata = await client.GetWorkerMetadataAsync(ct);
        var kinds = metadata.EnumerateObject().SelectMany(package => package.Value.EnumerateObject()).ToList();
        foreach (var kind in kinds)
        {
            if (kind.Name == type)
                return kind.Value.GetProperty("default_base_job_configuration");
        }

        throw new CliException($"there is no work pool type '{type}'", NearestName.Hint(type, [.. kinds.Select(k => k.Name).Distinct()]), ExitCodes.Usage);
    }
}
