using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol.WorkPools;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.WorkPools;

/// <summary>
/// <c>/work_pools/{name}/workers/connect</c>: 3.8 workers say hello, hear which queues and what pool they serve, send their heartbeats, and hear when the pool changes. A worker
/// that is refused goes on with its heartbeats over HTTP, which tell the same.
/// </summary>
internal sealed class WorkerChannel(
    Database database, WorkPoolsStore pools, WorkersStore workers, DueRuns due, BasicAuthentication authentication, TimeProvider clock)
{
    private static readonly TimeSpan PoolInterval = TimeSpan.FromSeconds(2);

    internal void Map(IEndpointRouteBuilder api) => api.MapGet("/work_pools/{name}/workers/connect", ConnectAsync).WithMetadata(WireSocket.Route);

    private Task ConnectAsync(HttpContext http) => WireSocket.ServeAsync(
        http,
        authentication,
        async (socket, stop) =>
        {
            try
            {
                if (await socket.ReceiveAsync(stop).ConfigureAwait(false) is { } first)
                    await ConverseAsync(socket, http.Route("name"), WorkerChannelFrames.Hello(first), stop).ConfigureAwait(false);
            }
            catch (WorkerChannelRefusal refusal)
            {
                await socket.CloseAsync(refusal.Code, refusal.Message, CancellationToken.None).ConfigureAwait(false);
            }
        },
        WorkerChannelRefusal.NotAuthenticated);

    private async Task ConverseAsync(WireSocket socket, string name, WorkerHello hello, CancellationToken stop)
    {
        var (pool, queues) = await MeetAsync(name, hello, stop).ConfigureAwait(false);
        await socket.SendAsync(WorkerChannelFrames.Frame("worker.ready.v1", WorkerChannelFrames.Ready(hello, pool, queues), clock.GetUtcNow()), stop).ConfigureAwait(false);
        var (told, sequence) = (WorkerChannelFrames.Concern(pool), 1);
        var receiving = socket.ReceiveAsync(stop);
        while (true)
        {
            if (!await database.Wakeups.WaitAsync(receiving, PoolInterval, stop).ConfigureAwait(false))
            {
                if (await database.ReadAsync(session => pools.ReadAsync(session, name), stop).ConfigureAwait(false) is not { } present || present.Id != pool.Id)
                    throw WorkerChannelRefusal.NotAuthorized;
                if (WorkerChannelFrames.Concern(present) is var concern && concern != told)
                {
                    told = concern;
                    var payload = WorkerChannelFrames.Snapshot(present, ++sequence, "work_pool_updated");
                    await socket.SendAsync(WorkerChannelFrames.Frame("work_pool.snapshot.v1", payload, clock.GetUtcNow()), stop).ConfigureAwait(false);
                }
                continue;
            }
            if (await receiving.ConfigureAwait(false) is not { } frame)
                break;
            await BeatAsync(pool.Id, WorkerChannelFrames.Beat(frame, hello), stop).ConfigureAwait(false);
            receiving = socket.ReceiveAsync(stop);
        }
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task BeatAsync(Guid pool, WorkerBeat beat, CancellationToken stop)
    {
        try
        {
            await database.WriteAsync(session => workers.HeartbeatAsync(session, pool, new(beat.WorkerName, beat.HeartbeatIntervalSeconds)), stop).ConfigureAwait(false);
        }
        catch (StorageException gone) when (gone.IsForeignKeyViolation)
        {
            throw WorkerChannelRefusal.NotAuthorized;
        }
        catch (Exception fault) when (fault is StorageException or StorageBusyException)
        {
            throw WorkerChannelRefusal.HeartbeatNotStored;
        }
    }

    /// <summary>Notes the worker; makes the pool, or gives it a job template, where the worker brings what is missing.</summary>
    private ValueTask<(WorkPool Pool, List<DueRuns.Queue> Queues)> MeetAsync(string name, WorkerHello hello, CancellationToken cancellation) => database.WriteAsync(
        async session =>
        {
            var template = hello.DefaultBaseJobTemplate is { ValueKind: JsonValueKind.Object } given && given.EnumerateObject().Any() ? given : (JsonElement?)null;
            var pool = await pools.ReadAsync(session, name).ConfigureAwait(false);
            if (pool is null && hello.CreatePoolIfNotFound == true && !WorkPoolsApi.IsReserved(name))
                pool = (await pools.CreateAsync(session, new() { Name = name, Type = hello.WorkerType, BaseJobTemplate = template }).ConfigureAwait(false)).Value;
            if (pool is null)
                throw WorkerChannelRefusal.NotAuthorized;
            if (template is not null && !(pool.BaseJobTemplate is { ValueKind: JsonValueKind.Object } held && held.EnumerateObject().Any()))
                await pools.UpdateAsync(session, name, new() { BaseJobTemplate = template }).ConfigureAwait(false);
            var queues = await due.QueuesAsync(session, pool.Id).ConfigureAwait(false);
            if (hello.WorkQueueNames is { Count: > 0 } names)
            {
                queues = [.. queues.Where(queue => names.Contains(queue.Name))];
                if (queues.Count < names.Distinct().Count())
                    throw WorkerChannelRefusal.NotAuthorized;
            }
            await workers.HeartbeatAsync(session, pool.Id, new(hello.WorkerName, hello.HeartbeatIntervalSeconds)).ConfigureAwait(false);
            return ((await pools.ReadAsync(session, name).ConfigureAwait(false))!, queues);
        },
        cancellation);
}
