using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Protocol.Json;
using Reeve.Server.Hosting;
using Reeve.Server.Orchestration;
using Reeve.Server.Storage;

namespace Reeve.Server.ConcurrencyLimits;

/// <summary>
/// The limits of deployments: each has one of its own, "deployment:&lt;id&gt;", which lives as long as the deployment asks for it, or is linked to a limit that others use too.
/// </summary>
internal sealed class DeploymentLimits(ConcurrencyLimitsStore limits, Orchestrator orchestrator, TimeProvider clock)
{
    /// <summary>Why a deployment cannot be linked to a limit; null when it can. To be asked before anything is written: a refusal undoes nothing.</summary>
    internal async ValueTask<Refusal?> CheckAsync(Session session, Optional<Guid?> global) =>
        global.Value is { } linked && await limits.ReadAsync(session, linked).ConfigureAwait(false) is null
            ? Refusal.NotFound($"There is no concurrency limit {linked}. Make it first, or give concurrency_limit.")
            : null;

    /// <summary>Makes, changes, links or removes the limit of a stored deployment. What is not given stays.</summary>
    internal async ValueTask LinkAsync(Session session, Guid deploymentId, Optional<int?> limit, Optional<Guid?> global)
    {
        if (!limit.IsGiven && !global.IsGiven)
            return;
        var own = await limits.ReadAsync(session, OwnName(deploymentId)).ConfigureAwait(false);
        if (global.Value is { } linked)
        {
            await PointAsync(session, deploymentId, linked).ConfigureAwait(false);
        }
        else if (limit.Value is { } wanted)
        {
            if (own is null)
                own = await limits.AddAsync(session, new GlobalLimitCreate { Name = OwnName(deploymentId), Limit = wanted }).ConfigureAwait(false);
            else
                await limits.SaveAsync(session, own with { Limit = wanted }).ConfigureAwait(false);
            await PointAsync(session, deploymentId, own.Id).ConfigureAwait(false);
            await CallWaitingAsync(session, own.Id).ConfigureAwait(false);
            return;
        }
        else if (limit.IsGiven || own is null)
        {
            await PointAsync(session, deploymentId, null).ConfigureAwait(false);
        }
        else
        {
            return;
        }
        if (own is not null && own.Id != global.Value)
            await DeleteAsync(session, own.Id).ConfigureAwait(false);
    }

    /// <summary>Deletes a deployment's own limit with it.</summary>
    internal async ValueTask UnlinkAsync(Session session, Guid deploymentId)
    {
        if (await limits.ReadAsync(session, OwnName(deploymentId)).ConfigureAwait(false) is { } own)
            await limits.DeleteAsync(session, own.Id).ConfigureAwait(false);
    }

    /// <summary>Something of the limit may have become free: the runs that wait for it are due.</summary>
    internal ValueTask CallWaitingAsync(Session session, Guid limitId, bool all = false) => orchestrator.CallWaitingAsync(session, limitId, clock.Now(), all);

    private async ValueTask DeleteAsync(Session session, Guid limitId)
    {
        await CallWaitingAsync(session, limitId, all: true).ConfigureAwait(false);
        await limits.DeleteAsync(session, limitId).ConfigureAwait(false);
    }

    private static ValueTask<int> PointAsync(Session session, Guid deploymentId, Guid? limitId) =>
        session.ExecuteAsync("update deployment set concurrency_limit_id = @limit where id = @id", ("limit", limitId), ("id", deploymentId));

    private static string OwnName(Guid deploymentId) => $"deployment:{deploymentId}";
}
