using Reeve.Server.Blocks;
using Reeve.Server.Storage;
using Reeve.Server.WorkPools;

namespace Reeve.Server.Hosting;

/// <summary>What a server has from its first start on: the key of its blocks, the built-in kinds of blocks, and the agents' pool.</summary>
internal sealed class FreshServer(Database database, BlockSecrets secrets, BuiltInBlocks blocks, WorkPoolsStore pools)
{
    private const string AgentPoolMade = "agent_pool_made";

    /// <exception cref="DatabaseUnusableException">The blocks' key is missing or wrong.</exception>
    internal async Task PrepareAsync(CancellationToken cancellation)
    {
        await secrets.OpenAsync(cancellation).ConfigureAwait(false);
        await database.WriteAsync(FillAsync, cancellation).ConfigureAwait(false);
    }

    /// <summary>Makes what is lacking.</summary>
    internal async ValueTask FillAsync(Session session)
    {
        await blocks.InstallAsync(session, onlyOnce: true).ConfigureAwait(false);
        await MakeAgentPoolAsync(session).ConfigureAwait(false);
    }

    /// <summary>The next <see cref="FillAsync"/> makes everything anew, what a user had deleted too.</summary>
    internal async ValueTask ForgetAsync(Session session) =>
        await session.ExecuteAsync("delete from configuration where key in (@pool, @blocks, 'result_storage')", ("pool", AgentPoolMade), ("blocks", BuiltInBlocks.InstalledKey)).ConfigureAwait(false);

    // once: a user may delete it
    private async ValueTask MakeAgentPoolAsync(Session session)
    {
        var isFirst = await session.ExecuteAsync(
            "insert into configuration (key, value) values (@key, @value) on conflict (key) do nothing", ("key", AgentPoolMade), ("value", SqlValue.Utf8Json("true"u8.ToArray()))).ConfigureAwait(false) == 1;
        if (isFirst)
            await pools.AgentPoolAsync(session).ConfigureAwait(false);
    }
}
