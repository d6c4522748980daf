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
[JsonSerializable(typeof(List<EventRelatedFilter>)), JsonSerializable(typeof(List<EventAnyResourceFilter>)), JsonSerializable(typeof(StateCreate))]
[JsonSerializable(typeof(TaskRuns.TaskWorkerQuery)), JsonSerializable(typeof(List<TaskRuns.TaskWorker>))]
[JsonSerializable(typeof(WorkPools.WorkerHello)), JsonSerializable(typeof(WorkPools.WorkerBeat)), JsonSerializable(typeof(System.Text.Json.Nodes.JsonObject))]
[JsonSerializable(typeof(EventCountQuery)), JsonSerializable(typeof(List<EventCount>))]
[JsonSerializable(typeof(StorageDefault)), JsonSerializable(typeof(StorageDefaultUpdate)), JsonSerializable(typeof(CsrfToken)), JsonSerializable(typeof(Confirmation)), JsonSerializable(typeof(long))]
[JsonSerializable(typeof(Filters.Pages<Reeve.Protocol.Deployments.Deployment>)), JsonSerializable(typeof(List<System.Text.Json.JsonElement>)), JsonSerializable(typeof(List<string>))]
[JsonSerializable(typeof(Reeve.Server.Blocks.BlockTypeTexts))]
[JsonSerializable(typeof(Reeve.Server.Templates.TemplateRefusal)), JsonSerializable(typeof(Reeve.Server.Schemas.SchemaQuestion)), JsonSerializable(typeof(Reeve.Server.Schemas.SchemaVerdict)), JsonSerializable(typeof(System.Text.Json.Nodes.JsonObject))]
[JsonSerializable(typeof(Filters.Pages<Flow>)), JsonSerializable(typeof(Filters.Pages<FlowRun>)), JsonSerializable(typeof(Filters.Pages<TaskRun>)), JsonSerializable(typeof(Filters.Deleted))]
[JsonSerializable(typeof(RunHistory.HistoryQuery)), JsonSerializable(typeof(List<RunHistory.HistoryInterval>)), JsonSerializable(typeof(double?))]
[JsonSerializable(typeof(Graphs.Graph)), JsonSerializable(typeof(List<Graphs.Dependency>))]
[JsonSerializable(typeof(List<Ui.SimpleFlowRun>)), JsonSerializable(typeof(Ui.FlowRunIds)), JsonSerializable(typeof(Ui.FlowIds)), JsonSerializable(typeof(List<Ui.TaskRunCount>))]
[JsonSerializable(typeof(Dictionary<Guid, long>)), JsonSerializable(typeof(Dictionary<string, long>)), JsonSerializable(typeof(Dictionary<Guid, Ui.SimpleNextFlowRun?>))]
internal sealed partial class ServerJson : JsonSerializerContext;

/// <summary>The answer of <c>GET /admin/storage</c>.</summary>
internal sealed record StorageDefault(Guid? DefaultResultStorageBlockId);

/// <summary>The body of <c>PUT /admin/storage</c>.</summary>
internal sealed record StorageDefaultUpdate(Guid DefaultResultStorageBlockId);
