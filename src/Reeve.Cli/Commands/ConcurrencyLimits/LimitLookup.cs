using Reeve.Client;
using Reeve.Deployments.Projects;
using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Protocol.Filters;
using Reeve.Settings;

namespace Reeve.Cli.Commands.ConcurrencyLimits;

internal static class LimitLookup
{
    /// <exception cref="CliException">The tag has no limit.</exception>
    public static async Task<TagLimit> TagAsync(OrchestrationClient client, string tag, CancellationToken ct)
    {
        if (await client.FindTagLimitAsync(tag, ct) is { } limit)
            return limit;
        var tags = (await client.FindTagLimitsAsync(new Query { Limit = 200 }, ct)).Select(l => l.Tag).ToList();
        throw new CliException($"there is no concurrency limit on the tag '{tag}'", NearestName.Hint(tag, tags) ?? $"{CommandName.Text} concurrency-limit ls shows them");
    }

    /// <exception cref="CliException">There is none of this name or id.</exception>
    public static async Task<GlobalLimit> GlobalAsync(OrchestrationClient client, string name, CancellationToken ct)
    {
        if (await client.FindGlobalLimitAsync(name, ct) is { } limit)
            return limit;
        var names = (await client.FindGlobalLimitsAsync(new Query { Limit = 200 }, ct)).Select(l => l.Name).ToList();
        throw new CliException($"there is no global concurrency limit '{name}'", NearestName.Hint(name, names) ?? $"{CommandName.Text} global-concurrency-limit ls shows them");
    }
}
