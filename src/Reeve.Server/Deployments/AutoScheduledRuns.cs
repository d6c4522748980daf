using Reeve.Server.Storage;

namespace Reeve.Server.Deployments;

/// <summary>Runs that schedules made ahead and nobody has taken yet.</summary>
internal sealed class AutoScheduledRuns(TimeProvider clock)
{
    /// <summary>Wakes the scheduler: schedules or their deployment have changed.</summary>
    internal const string Changed = "schedules changed";

    // one that waits for a slot or for its next try has begun
    private const string Untouched = "state_type = 'SCHEDULED' and state_name <> 'AwaitingConcurrencySlot' and run_count = 0 and auto_scheduled = @yes";

    /// <summary>
    /// Removes those that lie in the future, since what made them has changed, and has the scheduler make them anew. A run that is already due was promised and stays.
    /// </summary>
    internal async ValueTask RenewAsync(Session session, Guid deployment)
    {
        await LockAsync(session, deployment).ConfigureAwait(false);
        await session.ExecuteAsync(
            $"delete from flow_run where deployment_id = @deployment and {Untouched} and next_scheduled_start_time > @now",
            ("deployment", deployment), ("yes", true), ("now", clock.Now())).ConfigureAwait(false);
        session.Wake(Changed);
    }

    /// <summary>Removes all of them, also those that are due: the deployment is paused.</summary>
    internal static async ValueTask WithdrawAsync(Session session, Guid deployment)
    {
        await LockAsync(session, deployment).ConfigureAwait(false);
        await session.ExecuteAsync($"delete from flow_run where deployment_id = @deployment and {Untouched}", ("deployment", deployment), ("yes", true)).ConfigureAwait(false);
    }

    /// <summary>
    /// Keeps the scheduler, and who changes what it schedules, apart: runs of the old schedule must not come in behind the one who has just removed them.
    /// </summary>
    internal static ValueTask LockAsync(Session session, Guid deployment) => session.LockAsync("deployment", deployment);

    /// <summary>Removes every run of the deployment that is still Scheduled, since the deployment goes.</summary>
    internal static async ValueTask RemoveAllAsync(Session session, Guid deployment) =>
        await session.ExecuteAsync("delete from flow_run where deployment_id = @deployment and state_type = 'SCHEDULED'", ("deployment", deployment)).ConfigureAwait(false);
}
