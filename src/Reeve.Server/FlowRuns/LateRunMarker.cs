using Microsoft.Extensions.Logging;
using Reeve.Protocol.Runs;
using Reeve.Server.Hosting;
using Reeve.Server.Orchestration;
using Reeve.Server.Storage;

namespace Reeve.Server.FlowRuns;

/// <summary>Names a Scheduled run Late when its time is well past and nobody has taken it.</summary>
internal sealed class LateRunMarker(Database database, Orchestrator orchestrator, LateRunOptions lateness, TimeProvider clock, ILogger<LateRunMarker> log)
    : PeriodicService(lateness.Every, clock, log)
{
    private const int MostInOneRound = 200;

    internal override async Task RunOnceAsync(CancellationToken cancellation)
    {
        // only Scheduled runs have a next time, and its index finds them
        var late = await database.ReadAsync(
            session => session.QueryAsync(
                """
                select id, next_scheduled_start_time from flow_run
                where next_scheduled_start_time <= @before and state_name = 'Scheduled' order by next_scheduled_start_time limit @most
                """,
                static row => (Id: row.Id(0), Due: row.Time(1)),
                ("before", (Clock.Now() - lateness.After).Cut()), ("most", MostInOneRound)),
            cancellation).ConfigureAwait(false);
        // the rules refuse it where the run was taken in between
        await EachAsync(
            late,
            run => orchestrator.ProposeFlowRunStateAsync(
                run.Id, new SetState(new StateCreate { Type = StateType.Scheduled, Name = "Late", StateDetails = new StateDetails { ScheduledTime = run.Due } }), lease: null, cancellation).AsTask())
            .ConfigureAwait(false);
    }
}
