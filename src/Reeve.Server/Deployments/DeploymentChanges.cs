using Reeve.Protocol.Deployments;
using Reeve.Protocol.Json;
using Reeve.Server.ConcurrencyLimits;
using Reeve.Server.Events;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.Deployments;

/// <summary>Stores and deletes a checked deployment with everything that hangs on it: its place, limit, schedules, runs made ahead, and the event that tells of it.</summary>
internal sealed class DeploymentChanges(
    DeploymentsStore deployments, DeploymentDrafts drafts, SchedulesStore schedules, AutoScheduledRuns runs, DeploymentLimits limits, TimeProvider clock)
{
    internal async ValueTask<Outcome<Deployment>> StoreAsync(
        Session session, Deployment deployment, List<DeploymentScheduleCreate>? wanted, Optional<int?> limit, Optional<Guid?> globalLimit)
    {
        if (await limits.CheckAsync(session, globalLimit).ConfigureAwait(false) is { } refusal)
            return refusal;
        var before = await deployments.ReadAsync(session, deployment.Id).ConfigureAwait(false);
        await deployments.SaveAsync(session, await drafts.PlacedAsync(session, deployment).ConfigureAwait(false)).ConfigureAwait(false);
        await limits.LinkAsync(session, deployment.Id, limit, globalLimit).ConfigureAwait(false);
        if (wanted is not null)
            await schedules.ReplaceAsync(session, deployment.Id, wanted).ConfigureAwait(false);
        await runs.RenewAsync(session, deployment.Id).ConfigureAwait(false);
        var after = (await deployments.ReadAsync(session, deployment.Id).ConfigureAwait(false))!;
        await DeploymentEvents.TellAsync(session, clock.Now(), before, after).ConfigureAwait(false);
        return after;
    }

    internal async ValueTask DeleteAsync(Session session, Deployment known)
    {
        await DeploymentEvents.TellAsync(session, clock.Now(), ObjectEvents.Deleted, known).ConfigureAwait(false);
        await AutoScheduledRuns.RemoveAllAsync(session, known.Id).ConfigureAwait(false);
        await deployments.DeleteAsync(session, known.Id).ConfigureAwait(false);
        await limits.UnlinkAsync(session, known.Id).ConfigureAwait(false);
    }
}
