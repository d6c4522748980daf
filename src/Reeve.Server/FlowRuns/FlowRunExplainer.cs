using System.Globalization;
using Reeve.Protocol.Json;
using Reeve.Protocol.Runs;
using Reeve.Server.Orchestration;
using Reeve.Server.Orchestration.Rules;
using Reeve.Server.Storage;

namespace Reeve.Server.FlowRuns;

/// <summary>Says why a run does not run or go on, from what stands in the database alone; nothing is changed by asking.</summary>
internal sealed partial class FlowRunExplainer(WorkerHealthOptions health, FlowRunInputsStore inputs, TimeProvider clock)
{
    private const int MostHolders = 20;

    internal async ValueTask<FlowRunExplanation?> ExplainAsync(Session session, Guid id)
    {
        if (await LoadedFlowRun.ReadAsync(session, id).ConfigureAwait(false) is not { } run)
            return null;
        var now = clock.Now();
        List<FlowRunReason> reasons = run.State switch
        {
            null => [],
            { Type: StateType.Scheduled } state => await ScheduledAsync(session, run, state, now).ConfigureAwait(false),
            { Type: StateType.Pending } state => [Pending(run, state, now)],
            { Type: StateType.Running } state => await RunningAsync(session, run, state, now).ConfigureAwait(false),
            { Type: StateType.Paused } state => [await PausedAsync(session, run, state, now).ConfigureAwait(false)],
            { Type: StateType.Cancelling } state => [await CancellingAsync(session, run, state, now).ConfigureAwait(false)],
            { } state => [Ended(run, state, now)],
        };
        return new()
        {
            FlowRunId = id,
            Name = run.Name,
            StateName = run.State?.Name,
            Summary = reasons is [var first, ..] ? first.Message : "Nothing holds the run back.",
            Reasons = reasons,
        };
    }

    private static FlowRunReason Pending(LoadedFlowRun run, State state, DateTimeOffset now) => run.Lease switch
    {
        { Released: null } lease when lease.Expires <= now => Lapsed(lease, now),
        { Released: null } lease => new()
        {
            Code = "pending",
            Message = $"The {lease.Owner} took the run at {Text(state.Timestamp, now)} and prepares it; last sign of life: {Text(lease.Renewed, now)}.",
            Since = state.Timestamp,
            Holders = [Holder(lease)],
            Hint = "Look at the worker's output, and at what its infrastructure says, if this takes too long.",
        },
        _ => new()
        {
            Code = "pending_unwatched",
            Message = $"Somebody took the run at {Text(state.Timestamp, now)} without a lease; whether it still prepares it is not known here."
                + (run.InfrastructurePid is { } pid ? $" Its infrastructure is '{pid}'." : ""),
            Since = state.Timestamp,
            Hint = $"Look at the client that took it. If it is gone: reeve flow-run cancel {run.Id}, then reeve flow-run retry {run.Id}",
        },
    };

    private static async ValueTask<List<FlowRunReason>> RunningAsync(Session session, LoadedFlowRun run, State state, DateTimeOffset now)
    {
        List<FlowRunReason> reasons = await FullTagsAsync(session, run.Id, now).ConfigureAwait(false);
        reasons.Add(run.Lease switch
        {
            { Released: null } lease when lease.Expires <= now => Lapsed(lease, now),
            { Released: null } lease => new()
            {
                Code = "running",
                Message = $"The run has been running since {Text(state.Timestamp, now)}; last sign of life of its {lease.RenewedBy}: {Text(lease.Renewed, now)}.",
                Since = state.Timestamp,
                Holders = [Holder(lease)],
            },
            _ => new()
            {
                Code = "running_unwatched",
                Message = $"The run has been running since {Text(state.Timestamp, now)}; its client renews no lease, so whether its process lives is not known here.",
                Since = state.Timestamp,
                Hint = "Look at the client's process. If it is gone, set the run to Crashed or run it again.",
            },
        });
        return reasons;
    }

    private static async ValueTask<FlowRunReason> CancellingAsync(Session session, LoadedFlowRun run, State state, DateTimeOffset now)
    {
        if (run.Lease is { Released: null } lease && lease.Expires > now)
        {
            return new()
            {
                Code = "cancelling",
                Message = $"The run was asked to stop at {Text(state.Timestamp, now)}; it is the turn of the {lease.Owner}, last sign of life: {Text(lease.Renewed, now)}.",
                Since = state.Timestamp,
                Holders = [Holder(lease)],
            };
        }
        var workers = run.Facts.WorkPool is { } pool ? await WorkersAsync(session, pool.Id, now, onlineOnly: true).ConfigureAwait(false) : [];
        return new()
        {
            Code = "cancelling",
            Message = (run.Facts.WorkPool, workers.Count) switch
            {
                (null, _) => "The run is to be cancelled; nobody but its own process can do it, and that has not answered yet.",
                ({ } of, 0) => $"The run is to be cancelled, and no worker of the work pool '{of.Name}' is online to stop it.",
                ({ } of, _) => $"The run is to be cancelled; any worker of the work pool '{of.Name}' may stop it and has not yet.",
            },
            Since = state.Timestamp,
            Holders = workers,
            Hint = workers.Count > 0 ? null : run.Facts.WorkPool is { } started ? $"reeve worker start --pool {started.Name}" : "If its process is gone, set the run to Cancelled.",
        };
    }

    private static FlowRunReason Ended(LoadedFlowRun run, State state, DateTimeOffset now) => state.Type switch
    {
        StateType.Crashed => new()
        {
            Code = "crashed",
            Message = state.Message ?? "The run crashed, and whoever said so gave no evidence.",
            Since = state.Timestamp,
            Holders = run.Lease is { } lease ? [Holder(lease)] : [],
            Hint = run.Facts.Deployment is null ? "Run its program again." : $"reeve flow-run retry {run.Id}",
        },
        StateType.Failed => new() { Code = "failed", Message = state.Message ?? "The run failed.", Since = state.Timestamp, Hint = $"reeve flow-run logs {run.Id} --tail" },
        _ => new() { Code = "ended", Message = $"The run ended as {state.Name} at {Text(state.Timestamp, now)}." + (state.Message is { } message ? $" {message}" : ""), Since = state.Timestamp },
    };

    private static FlowRunReason Lapsed(StoredLease lease, DateTimeOffset now) => new()
    {
        Code = "lease_lapsed",
        Message = string.Create(CultureInfo.InvariantCulture, $"The lease of the {lease.Owner} (attempt {lease.Attempt}) lapsed at {Text(lease.Expires, now)}; the run will be judged in a moment."),
        Since = lease.Expires,
        Holders = [Holder(lease)],
    };

    private static ReasonHolder Holder(StoredLease lease) => new("lease", null, lease.Owner, lease.Renewed);

    /// <summary>The moment, and how far it is: whoever reads this at night should not have to reckon.</summary>
    private static string Text(DateTimeOffset time, DateTimeOffset now) => string.Create(
        CultureInfo.InvariantCulture, $"{time.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC ({(time > now ? $"in {Span(time - now)}" : $"{Span(now - time)} ago")})");

    private static string Span(TimeSpan span) => span switch
    {
        { TotalSeconds: < 90 } => Number(span.TotalSeconds) + " s",
        { TotalMinutes: < 90 } => Number(span.TotalMinutes) + " min",
        { TotalHours: < 36 } => Number(span.TotalHours) + " h",
        _ => Number(span.TotalDays) + " days",
    };

    private static string Number(double value) => value.ToString("F0", CultureInfo.InvariantCulture);

    private static bool IsAwaitingSlot(State state) => state.Name == SecureFlowSlots.AwaitingSlot;
}
