using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol;
using Reeve.Protocol.Json;
using Reeve.Protocol.WorkPools;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.WorkPools;

/// <summary><c>/work_pools/{name}/workers/connect</c>: 3.8 workers say hello, hear which queues and what pool they serve, and send their heartbeats.</summary>
internal sealed class WorkerChannel(
    Database database, WorkPoolsStore pools, WorkersStore workers, DueRuns due, BasicAuthentication authentication, TimeProvider clock)
{
    private const string ChannelVersion = "work_pool_worker_channel.v1";
    private static readonly string[] Capabilities = ["worker_heartbeat.v1", "work_pool_snapshot.v1"];

    internal void Map(IEndpointRouteBuilder api) => api.MapGet("/work_pools/{name}/workers/connect", ConnectAsync).WithMetadata(WireSocket.Route);

    // where it is refused the worker goes on with its heartbeats over HTTP, which tell it the same
    private Task ConnectAsync(HttpContext http) => WireSocket.ServeAsync(http, authentication, async (socket, stop) =>
    {
        var name = http.Route("name");
        while (await socket.ReceiveAsync(stop).ConfigureAwait(false) is { } message)
        {
            if (await AnswerAsync(name, message, stop).ConfigureAwait(false) is { } answer)
                await socket.SendAsync(Encoding.UTF8.GetBytes(answer.ToJsonString()), stop).ConfigureAwait(false);
        }
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).ConfigureAwait(false);
    });

    private async Task<JsonObject?> AnswerAsync(string pool, JsonElement message, CancellationToken cancellation)
    {
        var payload = Member(message, "payload") ?? WireJson.EmptyObject;
        switch (Member(message, "type")?.ToString())
        {
            case "worker.hello.v1":
                var found = await MeetAsync(pool, payload, cancellation).ConfigureAwait(false);
                return Ready(found.Pool, found.Queues, payload);
            case "worker.heartbeat.v1":
                await database.WriteAsync(
                    async session =>
                    {
                        if (await pools.ReadAsync(session, pool).ConfigureAwait(false) is { } known)
                            await workers.HeartbeatAsync(session, known.Id, Beat(payload)).ConfigureAwait(false);
                    },
                    cancellation).ConfigureAwait(false);
                return null;
            default:
                return null;
        }
    }

    /// <summary>Notes the worker, and makes the pool where the worker brings what a new one needs.</summary>
    private ValueTask<(WorkPool Pool, List<DueRuns.Queue> Queues)> MeetAsync(string name, JsonElement payload, CancellationToken cancellation) => database.WriteAsync(
        async session =>
        {
            var pool = await pools.ReadAsync(session, name).ConfigureAwait(false);
            if (pool is null && Member(payload, "create_pool_if_not_found") is { ValueKind: JsonValueKind.True } && !WorkPoolsApi.IsReserved(name))
            {
                var wanted = new WorkPoolCreate { Name = name, Type = Member(payload, "worker_type")?.ToString(), BaseJobTemplate = Member(payload, "default_base_job_template") };
                pool = (await pools.CreateAsync(session, wanted).ConfigureAwait(false)).Value;
            }
            if (pool is null)
                throw new InvalidRequestException("path.name", $"Work pool \"{name}\" not found.");
            await workers.HeartbeatAsync(session, pool.Id, Beat(payload)).ConfigureAwait(false);
            var names = Member(payload, "work_queue_names") is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().Select(n => n.ToString()).ToList() : [];
            var queues = await due.QueuesAsync(session, pool.Id).ConfigureAwait(false);
            return ((await pools.ReadAsync(session, name).ConfigureAwait(false))!, names.Count == 0 ? queues : queues.FindAll(q => names.Contains(q.Name)));
        },
        cancellation);

    private JsonObject Ready(WorkPool pool, List<DueRuns.Queue> queues, JsonElement hello)
    {
        var asked = Member(hello, "requested_capabilities") is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().Select(c => c.ToString()).ToList() : [];
        return new JsonObject
        {
            ["type"] = "worker.ready.v1",
            ["id"] = Ids.New(clock.GetUtcNow()).ToString(),
            ["sent_at"] = WireTimeConverter.ToText(clock.GetUtcNow()),
            ["payload"] = new JsonObject
            {
                ["consumer_id"] = Member(hello, "consumer_id")?.ToString(),
                ["worker_id"] = null,
                ["selected_channel_version"] = ChannelVersion,
                ["effective_heartbeat_interval_seconds"] = Beat(hello).HeartbeatIntervalSeconds,
                ["accepted_capabilities"] = Texts(asked.Where(c => Capabilities.Contains(c))),
                ["rejected_capabilities"] = Texts(asked.Where(c => !Capabilities.Contains(c))),
                ["effective_max_cleanup_concurrency"] = 0,
                ["resolved_work_queues"] = new JsonArray([.. queues.Select(q => new JsonObject { ["id"] = q.Id.ToString(), ["name"] = q.Name })]),
                ["initial_snapshot"] = new JsonObject
                {
                    ["snapshot_sequence"] = 1,
                    ["reason"] = "initial",
                    ["work_pool"] = JsonSerializer.SerializeToNode(pool, WireJson.TypeInfo<WorkPool>()),
                },
            },
        };
    }

    private static WorkerHeartbeat Beat(JsonElement payload) => new(
        Member(payload, "worker_name")?.ToString() is { Length: > 0 } name ? name : throw new InvalidRequestException("payload.worker_name", "Field required", "missing"),
        Member(payload, "heartbeat_interval_seconds") is { ValueKind: JsonValueKind.Number } seconds ? seconds.GetDouble() : null);

    private static JsonElement? Member(JsonElement map, string name) =>
        map.ValueKind == JsonValueKind.Object && map.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => JsonValue.Create(t))]);
}
