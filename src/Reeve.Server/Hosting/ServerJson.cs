using System.Text.Json.Serialization;
using Reeve.Protocol.Json;
using Reeve.Protocol.Runs;
using Reeve.Server.Events;

namespace Reeve.Server.Hosting;

/// <summary>Bodies that only this server reads or writes, beside the wire types of Protocol.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(WireTimeConverter)],
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(TaskRuns.TaskRunRename)), JsonSerializable(typeof(ClientTaskRun))]
[JsonSerializable(typeof(EventFilter)), JsonSerializable(typeof(EventQuery)), JsonSerializable(typeof(EventPage)), JsonSerializable(typeof(EventPageToken))]
[JsonSerializable(typeof(List<EventRelatedFilter>)), JsonSerializable(typeof(List<EventResourceFilter>)), JsonSerializable(typeof(StateCreate))]
[JsonSerializable(typeof(StorageDefault)), JsonSerializable(typeof(long))]
[JsonSerializable(typeof(Reeve.Server.Deployments.DeploymentPage)), JsonSerializable(typeof(List<System.Text.Json.JsonElement>)), JsonSerializable(typeof(List<string>))]
[JsonSerializable(typeof(Reeve.Server.Blocks.BlockTypeTexts))]
internal sealed partial class ServerJson : JsonSerializerContext;

/// <summary>The answer of <c>GET /admin/storage</c>.</summary>
internal sealed record StorageDefault(Guid? DefaultResultStorageBlockId);
