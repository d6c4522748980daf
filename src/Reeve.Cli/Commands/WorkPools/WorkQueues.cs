using Reeve.Client;
using Reeve.Deployments.Projects;
using Reeve.Protocol.Filters;
using Reeve.Protocol.WorkPools;
using Reeve.Settings;

namespace Reeve.Cli.Commands.WorkPools;

/// <summary>Finds the work queue that a user names, by id or by name within a pool.</summary>
internal static class WorkQueues
{
    internal const string AgentPool = "default-agent-pool";

    /// <exception cref="CliException">There is none; the message names the nearest.</exception>
    public static async Task<WorkQueue> FindAsync(OrchestrationClient client, string name, string? pool, CancellationToken ct)
    {
        var queue = Guid.TryParse(name, out var id) ? await client.FindWorkQueueAsync(id, ct) : await client.FindWorkQueueAsync(pool ?? AgentPool, name, ct);
        if (queue is not null)
            return queue;
        var known = await Lookup.WorkPoolAsync(client, pool ?? AgentPool, ct);
        var names = (await client.FindWorkQueuesAsync(known.Name, new Query(), ct)).ConvertAll(q => q.Name);
        throw new CliException($"there is no work queue '{name}' in work pool '{known.Name}'", NearestName.Hint(name, names) ?? $"{CommandName.Text} work-queue ls --pool {known.Name} shows them");
    }
}
