using Reeve.Protocol;
using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Server.Storage;

namespace Reeve.Server.ConcurrencyLimits;

/// <summary>What a flow run's deployment says of its limit.</summary>
internal sealed record DeploymentLimit(Guid LimitId, ConcurrencyOptions? Options)
{
    internal bool CancelsNew => Options?.CollisionStrategy == "CANCEL_NEW";

    /// <summary>For how long a run may be Pending and keep its slot.</summary>
    internal TimeSpan Grace(SlotOptions usual) => Options?.GracePeriodSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : usual.DeploymentGrace;
}

/// <summary>The limit of a flow run's deployment as the rules see it. Held: the lease that the run's present state names has not lapsed.</summary>
internal sealed record DeploymentSlot(DeploymentLimit Deployment, GlobalLimit Limit, bool IsHeld)
{
    internal bool HasRoom => ConcurrencySlots.HasRoom(Limit, 1);

    /// <summary>The limit, locked until the transaction ends; null where there is none.</summary>
    internal static async ValueTask<DeploymentSlot?> LockAsync(Session session, DeploymentLimit deployment, Guid? lease, DateTimeOffset now)
    {
        if (await ConcurrencySlots.LockAsync(session, deployment.LimitId, now).ConfigureAwait(false) is not { } limit)
            return null;
        var held = lease is { } id && await session.ScalarAsync(
            $"select count(*) from concurrency_lease l join concurrency_slot s on s.lease_id = l.id where l.id = @lease and s.limit_id = @limit and {LimitRows.Live}",
            ("lease", id), ("limit", limit.Id), ("now", now)).ConfigureAwait(false) > 0;
        return new(deployment, limit, held);
    }

    /// <summary>Writes what the rules decided: a new lease for a run that becomes Pending, or the one it has until the run's end.</summary>
    internal async ValueTask WriteAsync(Session session, SlotUse use, Guid flowRunId, Guid lease, SlotOptions usual, DateTimeOffset now)
    {
        if (use is SlotUse.Take or SlotUse.TakeToRun)
        {
            await ConcurrencySlots.TakeAsync(
                session, lease, [Limit], 1, new SlotHolder("flow_run", flowRunId), flowRunId, use == SlotUse.Take ? now + Deployment.Grace(usual) : null, now).ConfigureAwait(false);
        }
        else
        {
            await KeepAsync(session, lease).ConfigureAwait(false);
        }
    }

    /// <summary>Holds a slot until its run's end: something else than the lease, such as the run's own lease, says whether it lives.</summary>
    internal static ValueTask<int> KeepAsync(Session session, Guid lease) =>
        session.ExecuteAsync("update concurrency_lease set expires = null where id = @lease", ("lease", lease));
}

/// <summary>What an accepted transition does with the slot of the run's deployment.</summary>
internal enum SlotUse
{
    None,

    /// <summary>A new slot for the grace period: the run becomes Pending.</summary>
    Take,

    /// <summary>A new slot in the place of one that lapsed while the run was Pending.</summary>
    TakeToRun,

    /// <summary>The run begins: its slot is held until its end.</summary>
    Keep,
}
