using System.Globalization;
using Microsoft.Extensions.Logging;
using Reeve.Protocol;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;
using Reeve.Protocol.WorkPools;
using Reeve.Server.FlowRuns;
using Reeve.Server.Flows;
using Reeve.Server.Orchestration;
using Reeve.Server.Storage;
using Reeve.Server.TaskRuns;
using Reeve.Server.WorkPools;

namespace Reeve.Server.Hosting;

/// <summary>
/// Lets the just-in-time compiler meet the ways of the most frequent requests before clients do. Runs are made, changed, found and written out in a database of its own, which is gone afterwards;
/// of the server's own database only the first page is read, so that its readers are open. It runs beside the first requests and never stops a start.
/// </summary>
internal sealed partial class WarmUp(
    Database database, FlowsStore flows, FlowRunsStore runs, TaskRunsStore taskRuns, WorkPoolsStore pools, WorkQueuesStore queues, DueRuns due, Orchestrator orchestrator, TimeProvider clock, ILogger<WarmUp> log)
{
    // the compiler takes a method that was called thirty times for a frequent one
    private const int Rounds = 40;
    private const int Readers = 4;

    // bodies as clients send them: to know the criteria of a query takes the reader longer than the query itself
    private static readonly byte[] Page = """{"flow_runs":{"state":{"type":{"any_":["RUNNING","COMPLETED"]}}},"sort":"EXPECTED_START_TIME_DESC","limit":10}"""u8.ToArray();
    private static readonly byte[] Proposal = """{"state":{"type":"RUNNING","name":"Running","message":null,"state_details":{},"data":null},"force":false}"""u8.ToArray();

    internal async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            await Task.WhenAll(Enumerable.Range(0, Readers).Select(_ => Task.Run(() => ReadAsync(database, cancellation), cancellation))).ConfigureAwait(false);
            var folder = Directory.CreateTempSubdirectory("reeve-warm-up-");
            try
            {
                var scratch = await Database.OpenAsync("sqlite:///" + Path.Combine(folder.FullName, "reeve.db"), clock, cancellation).ConfigureAwait(false);
                await using (scratch.ConfigureAwait(false))
                    await ServeAsync(scratch, cancellation).ConfigureAwait(false);
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // the server stops
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or StorageException or StorageBusyException or DatabaseUnusableException)
        {
            LeftOut(fault.Message);
        }
    }

    private async Task ServeAsync(Database scratch, CancellationToken cancellation)
    {
        var flow = (await scratch.WriteAsync(session => flows.CreateAsync(session, new FlowCreate { Name = "warm-up" }), cancellation).ConfigureAwait(false)).Flow;
        var pool = (await scratch.WriteAsync(session => pools.CreateAsync(session, new WorkPoolCreate { Name = "warm-up", Type = "process" }, tell: false), cancellation).ConfigureAwait(false)).Value!;
        var queue = await scratch.WriteAsync(session => queues.TakeAsync(session, pool.Id, pool.Name, "default"), cancellation).ConfigureAwait(false);
        for (var round = 0; round < Rounds; round++)
        {
            var run = new NewFlowRun
            {
                Id = Ids.New(clock.Now()),
                Name = string.Create(CultureInfo.InvariantCulture, $"warm-{round}"),
                FlowId = flow.Id,
                WorkQueueId = queue.Id,
                WorkQueueName = queue.Name,
                Tags = ["warm"],
                State = new() { Type = round % 4 == 0 ? StateType.Scheduled : StateType.Pending },
            };
            var made = await scratch.WriteBesideAsync(session => runs.CreateAsync(session, run), cancellation).ConfigureAwait(false);
            _ = WireAnswers.LengthOf(made.Run);
            foreach (var type in (StateType[])[StateType.Running, StateType.Completed])
            {
                var proposal = WireRequests.Read<SetState>(Proposal) with { State = new StateCreate { Type = type } };
                if (await scratch.WriteBesideAsync(session => orchestrator.ProposeFlowRunStateAsync(session, run.Id, proposal), cancellation).ConfigureAwait(false) is ProposalOutcome.Answered answered)
                    _ = WireAnswers.LengthOf(answered.Result);
            }
            await ReadAsync(scratch, cancellation, flow.Id).ConfigureAwait(false);
            var found = await scratch.ReadAsync(
                async session => await due.ReadAsync(session, pool, await due.QueuesAsync(session, pool.Id).ConfigureAwait(false), before: null, after: null, Rounds, withStates: false).ConfigureAwait(false),
                cancellation).ConfigureAwait(false);
            _ = WireAnswers.LengthOf(found.ConvertAll(run => new WorkerFlowRun(pool.Id, run.QueueId, run.Run with { State = null })));
        }
    }

    private async Task ReadAsync(Database from, CancellationToken cancellation, Guid? flow = null)
    {
        var page = WireRequests.Read<Query>(Page) with { Flows = flow is { } one ? new() { Id = new() { Any = [one] } } : null };
        var (found, tasks) = await from.ReadAsync(
            async session => (await runs.FilterAsync(session, page).ConfigureAwait(false), await taskRuns.FilterAsync(session, new() { Limit = 10 }).ConfigureAwait(false)), cancellation).ConfigureAwait(false);
        _ = WireAnswers.LengthOf(found);
        _ = WireAnswers.LengthOf(tasks);
    }

    [LoggerMessage(LogLevel.Information, "The first requests will be slower, for there was no warm-up: {Reason}")]
    private partial void LeftOut(string reason);
}
