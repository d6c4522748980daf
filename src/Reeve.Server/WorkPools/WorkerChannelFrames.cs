using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Protocol;
using Reeve.Protocol.Json;
using Reeve.Protocol.WorkPools;
using Reeve.Server.Hosting;

namespace Reeve.Server.WorkPools;

/// <summary>What a worker says of itself when it opens its channel.</summary>
internal sealed record WorkerHello
{
    public required Guid ConsumerId { get; init; }

    public required string WorkerName { get; init; }

    public required string WorkerType { get; init; }

    public required int HeartbeatIntervalSeconds { get; init; }

    public required IReadOnlyList<string> SupportedChannelVersions { get; init; }

    public required IReadOnlyList<string> RequestedCapabilities { get; init; }

    public IReadOnlyList<string>? WorkQueueNames { get; init; }

    public bool? CreatePoolIfNotFound { get; init; }

    public JsonElement? DefaultBaseJobTemplate { get; init; }
}

/// <summary>A sign of life over the channel.</summary>
internal sealed record WorkerBeat
{
    public required Guid ConsumerId { get; init; }

    public required string WorkerName { get; init; }

    public required int HeartbeatIntervalSeconds { get; init; }
}

/// <summary>Why the server ends a channel, in the words workers know: after the first three they go on over HTTP, after the last they try again.</summary>
internal sealed class WorkerChannelRefusal(string reason, int code) : Exception(reason)
{
    internal const string NotAuthenticated = "authentication_failed";

    internal WebSocketCloseStatus Code { get; } = (WebSocketCloseStatus)code;

    internal static WorkerChannelRefusal NotAuthorized => new("authorization_failed", 1008);

    internal static WorkerChannelRefusal UnknownVersion => new("unsupported_version", 1008);

    internal static WorkerChannelRefusal OffProtocol => new("protocol_error", 1002);

    internal static WorkerChannelRefusal HeartbeatNotStored => new("heartbeat_persistence_failed", 1011);
}

/// <summary>The frames of the worker channel.</summary>
internal static class WorkerChannelFrames
{
    private const string Version = "work_pool_worker_channel.v1";
    // teardown over the channel is optional; workers that ask for it hear of cancelled runs by events as well
    private static readonly string[] Capabilities = ["worker_heartbeat.v1", "work_pool_snapshot.v1"];

    /// <exception cref="WorkerChannelRefusal">It is no hello, or of another version.</exception>
    internal static WorkerHello Hello(JsonElement frame)
    {
        var hello = Payload<WorkerHello>(frame, "worker.hello.v1");
        if (hello.WorkerName.Length == 0 || hello.WorkerType.Length == 0 || hello.HeartbeatIntervalSeconds < 1 || hello.SupportedChannelVersions.Count == 0
            || !Capabilities.All(hello.RequestedCapabilities.Contains))
            throw WorkerChannelRefusal.OffProtocol;
        return hello.SupportedChannelVersions.Contains(Version) ? hello : throw WorkerChannelRefusal.UnknownVersion;
    }

    /// <summary>After its hello a worker sends heartbeats of its own, and nothing else.</summary>
    /// <exception cref="WorkerChannelRefusal">It is another frame, or another worker's.</exception>
    internal static WorkerBeat Beat(JsonElement frame, WorkerHello hello)
    {
        var beat = Payload<WorkerBeat>(frame, "worker.heartbeat.v1");
        return beat.ConsumerId == hello.ConsumerId && beat.WorkerName == hello.WorkerName && beat.HeartbeatIntervalSeconds >= 1 ? beat : throw WorkerChannelRefusal.OffProtocol;
    }

    internal static JsonObject Ready(WorkerHello hello, WorkPool pool, IReadOnlyList<DueRuns.Queue> queues) => new()
    {
        ["consumer_id"] = hello.ConsumerId.ToString(),
        ["worker_id"] = null,
        ["selected_channel_version"] = Version,
        ["effective_heartbeat_interval_seconds"] = hello.HeartbeatIntervalSeconds,
        ["accepted_capabilities"] = Texts(Capabilities),
        ["rejected_capabilities"] = Texts(hello.RequestedCapabilities.Distinct().Except(Capabilities)),
        ["effective_max_cleanup_concurrency"] = 0,
        ["resolved_work_queues"] = new JsonArray([.. queues.Select(queue => new JsonObject { ["id"] = queue.Id.ToString(), ["name"] = queue.Name })]),
        ["initial_snapshot"] = Snapshot(pool, 1, "initial"),
    };

    internal static JsonObject Snapshot(WorkPool pool, int sequence, string reason) => new()
    {
        ["snapshot_sequence"] = sequence,
        ["reason"] = reason,
        ["work_pool"] = JsonSerializer.SerializeToNode(pool, WireJson.TypeInfo<WorkPool>()),
    };

    internal static byte[] Frame(string type, JsonObject payload, DateTimeOffset now) => JsonSerializer.SerializeToUtf8Bytes(
        new JsonObject { ["type"] = type, ["id"] = Ids.New(now).ToString(), ["sent_at"] = WireTimeConverter.ToText(now), ["payload"] = payload }, ServerJson.Default.JsonObject);

    /// <summary>What of a pool its workers must hear about when it changes.</summary>
    internal static string Concern(WorkPool pool) => string.Create(
        CultureInfo.InvariantCulture, $"{pool.IsPaused} {pool.ConcurrencyLimit} {pool.BaseJobTemplate} {pool.StorageConfiguration}");

    private static T Payload<T>(JsonElement frame, string type)
    {
        if (frame.ValueKind != JsonValueKind.Object || !frame.TryGetProperty("type", out var given) || given.ValueKind != JsonValueKind.String || !given.ValueEquals(type)
            || !frame.TryGetProperty("payload", out var payload))
            throw WorkerChannelRefusal.OffProtocol;
        try
        {
            return WireRequests.Read<T>(payload);
        }
        catch (InvalidRequestException)
        {
            throw WorkerChannelRefusal.OffProtocol;
        }
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);
}
