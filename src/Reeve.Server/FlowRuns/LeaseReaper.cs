using System.Globalization;
using Microsoft.Extensions.Logging;
using Reeve.Protocol.Json;
using Reeve.Protocol.Runs;
using Reeve.Server.Hosting;
using Reeve.Server.Orchestration;
using Reeve.Server.Storage;

namespace Reeve.Server.FlowRuns;

/// <summary>
/// Judges runs of whose processes nothing was heard for a whole lease: Crashed, or Cancelled where that was asked for, with the evidence. A run
/// that was claimed and never started loses nothing and goes back to be claimed again; its old lease is fenced off by the next one. While this
/// server was not there nobody could renew, so no lease is judged before its whole length has passed since the start, or since the clock was set.
/// </summary>
internal sealed partial class LeaseReaper(Database database, Orchestrator orchestrator, UpkeepOptions upkeep, TimeProvider clock, ILogger<LeaseReaper> log)
    : PeriodicService(upkeep.LeasesEvery, clock, log)
{
    private const int MostInOneRound = 200;

    // more than any clock is corrected by in passing
    private static readonly TimeSpan Jump = TimeSpan.FromSeconds(2);

    private DateTimeOffset since = clock.Now();
    private (DateTimeOffset Wall, long Steady) seen = (clock.Now(), clock.GetTimestamp());

    internal override async Task RunOnceAsync(CancellationToken cancellation)
    {
        var now = Clock.Now();
        NoticeJump(now);
        var lapsed = await database.ReadAsync(
            session => session.QueryAsync(
                """
                select flow_run_id, length from flow_run_lease where released is null and expires <= @now order by expires limit @most
                """,
                static row => (FlowRunId: row.Id(0), Seconds: row.Real(1)),
                ("now", now), ("most", MostInOneRound)),
            cancellation).ConfigureAwait(false);
        await EachAsync(
            lapsed.Where(lease => now >= since.AddSeconds(lease.Seconds)),
            lease => database.WriteAsync(session => JudgeAsync(session, lease.FlowRunId), cancellation).AsTask()).ConfigureAwait(false);
    }

    /// <summary>A clock that was set forward, or a machine that slept, makes every lease look lapsed: all have their whole length again.</summary>
    private void NoticeJump(DateTimeOffset now)
    {
        var passed = Clock.GetElapsedTime(seen.Steady);
        if (now - seen.Wall - passed > Jump)
            since = now;
        seen = (now, Clock.GetTimestamp());
    }

    // looked at again inside the transaction: a renewal may have come in between
    private async ValueTask JudgeAsync(Session session, Guid flowRunId)
    {
        var now = Clock.Now();
        if (await LoadedFlowRun.LoadAsync(session, flowRunId).ConfigureAwait(false) is not { Lease: { Released: null } lease } run || lease.Expires > now)
            return;
        if (run.State?.Type.IsTerminal() != false)
        {
            await FlowRunLeases.ReleaseAsync(session, flowRunId, now).ConfigureAwait(false);
            return;
        }
        var evidence = string.Create(CultureInfo.InvariantCulture,
            $"The lease of attempt {lease.Attempt} ({lease.Owner}) lapsed: none of the run's processes was heard from for {lease.Seconds:0} s, last the {lease.RenewedBy} at {WireTimeConverter.ToText(lease.Renewed)}.");
        var outcome = await orchestrator.ProposeFlowRunStateAsync(session, flowRunId, new SetState(Verdict(run, evidence))).ConfigureAwait(false);
        // refused all the same: the lease must not be judged for ever
        if (outcome is not ProposalOutcome.Answered { Stored: true })
            await FlowRunLeases.ReleaseAsync(session, flowRunId, now).ConfigureAwait(false);
        session.AfterCommit(() => Judged(run.Name, flowRunId, evidence));
    }

    private static StateCreate Verdict(LoadedFlowRun run, string evidence) => run switch
    {
        { State.Type: StateType.Cancelling } => new() { Type = StateType.Cancelled, Message = "Cancelled. " + evidence },
        { State.Type: StateType.Pending, InfrastructurePid: null, Facts.WorkPool: not null } => new()
        {
            Type = StateType.Scheduled,
            Message = "Given back, since it was claimed and never started. " + evidence,
            StateDetails = new() { ScheduledTime = run.State.StateDetails.ScheduledTime },
        },
        _ => new() { Type = StateType.Crashed, Message = evidence },
    };

    [LoggerMessage(LogLevel.Warning, "Flow run {Name} ({FlowRunId}): {Evidence}")]
    private partial void Judged(string name, Guid flowRunId, string evidence);
}
