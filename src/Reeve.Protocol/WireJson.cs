using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Reeve.Protocol.Artifacts;
using Reeve.Protocol.Automations;
using Reeve.Protocol.Blocks;
using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Events;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Json;
using Reeve.Protocol.Leases;
using Reeve.Protocol.Logs;
using Reeve.Protocol.Notifications;
using Reeve.Protocol.Projects;
using Reeve.Protocol.Runs;
using Reeve.Protocol.SavedSearches;
using Reeve.Protocol.WorkPools;

namespace Reeve.Protocol;

/// <summary>How everything on the wire is written and read: snake_case, UTC with microseconds, unknown fields ignored, fields of PATCH bodies left out when not given.</summary>
/// <remarks>Properties with a default have a plain setter: generated readers give an absent <c>init</c> property its type's default instead.</remarks>
public static class WireJson
{
    /// <summary>The empty JSON object, for free maps.</summary>
    public static JsonElement EmptyObject { get; } = Parse("{}");

    /// <summary>The options; frozen.</summary>
    public static JsonSerializerOptions Options { get; } = Make();

    /// <summary>The type information of a wire type.</summary>
    /// <exception cref="NotSupportedException">The type is not of the wire.</exception>
    public static JsonTypeInfo<T> TypeInfo<T>() => (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));

    /// <summary>Parses a JSON text into an element that needs no disposal.</summary>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions(WireContext.Default.Options)
        {
            TypeInfoResolver = WireContext.Default.WithAddedModifier(LeaveOutWhatIsNotGiven),
        };
        options.MakeReadOnly();
        return options;
    }

    private static void LeaveOutWhatIsNotGiven(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (property.PropertyType is { IsGenericType: true } t && t.GetGenericTypeDefinition() == typeof(Optional<>))
            {
                var absent = Activator.CreateInstance(t)!;
                property.ShouldSerialize = (_, value) => !absent.Equals(value);
            }
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(WireTimeConverter)],
    NumberHandling = JsonNumberHandling.AllowReadingFromString,
    RespectNullableAnnotations = false,
    AllowOutOfOrderMetadataProperties = true, // "type" of triggers and actions: PostgreSQL keeps members in an order of its own
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(Query))]
[JsonSerializable(typeof(Flow)), JsonSerializable(typeof(List<Flow>)), JsonSerializable(typeof(FlowCreate)), JsonSerializable(typeof(FlowUpdate))]
[JsonSerializable(typeof(FlowRun)), JsonSerializable(typeof(List<FlowRun>)), JsonSerializable(typeof(FlowRunCreate)), JsonSerializable(typeof(FlowRunUpdate))]
[JsonSerializable(typeof(TaskRun)), JsonSerializable(typeof(List<TaskRun>)), JsonSerializable(typeof(TaskRunCreate))]
[JsonSerializable(typeof(TaskWorkerQuery)), JsonSerializable(typeof(List<ConnectedTaskWorker>))]
[JsonSerializable(typeof(State)), JsonSerializable(typeof(List<State>)), JsonSerializable(typeof(SetState)), JsonSerializable(typeof(OrchestrationResult))]
[JsonSerializable(typeof(BulkSetState)), JsonSerializable(typeof(BulkSetStateResult)), JsonSerializable(typeof(FlowRunResume))]
[JsonSerializable(typeof(TaskRunProposals)), JsonSerializable(typeof(TaskRunProposalsResult))]
[JsonSerializable(typeof(FlowRunInput)), JsonSerializable(typeof(List<FlowRunInput>)), JsonSerializable(typeof(FlowRunInputCreate)), JsonSerializable(typeof(FlowRunInputFilter))]
[JsonSerializable(typeof(Deployment)), JsonSerializable(typeof(List<Deployment>)), JsonSerializable(typeof(DeploymentCreate)), JsonSerializable(typeof(DeploymentUpdate))]
[JsonSerializable(typeof(DeploymentFlowRunCreate)), JsonSerializable(typeof(List<DeploymentFlowRunCreate>)), JsonSerializable(typeof(FlowRunBulkCreateResponse))]
[JsonSerializable(typeof(DeploymentBulkDelete)), JsonSerializable(typeof(DeploymentBulkDeleteResponse)), JsonSerializable(typeof(VersionInfo))]
[JsonSerializable(typeof(DeploymentScheduling)), JsonSerializable(typeof(ScheduledDeploymentRuns)), JsonSerializable(typeof(WorkQueueStatusDetail)), JsonSerializable(typeof(QueueFilter))]
[JsonSerializable(typeof(IReadOnlyList<DeploymentScheduleUpdate>)), JsonSerializable(typeof(DateTimeOffset?)), JsonSerializable(typeof(Guid?))]
[JsonSerializable(typeof(List<DeploymentSchedule>)), JsonSerializable(typeof(List<DeploymentScheduleCreate>)), JsonSerializable(typeof(DeploymentScheduleUpdate))]
[JsonSerializable(typeof(CronSchedule)), JsonSerializable(typeof(IntervalSchedule)), JsonSerializable(typeof(RRuleSchedule))]
[JsonSerializable(typeof(TagLimit)), JsonSerializable(typeof(List<TagLimit>)), JsonSerializable(typeof(TagLimitCreate)), JsonSerializable(typeof(TagLimitReset)), JsonSerializable(typeof(TagSlots))]
[JsonSerializable(typeof(GlobalLimit)), JsonSerializable(typeof(List<GlobalLimit>)), JsonSerializable(typeof(GlobalLimitCreate)), JsonSerializable(typeof(GlobalLimitUpdate))]
[JsonSerializable(typeof(SlotsTake)), JsonSerializable(typeof(SlotsGiveBack)), JsonSerializable(typeof(SlotLeaseEnd)), JsonSerializable(typeof(SlotLeaseRenewal))]
[JsonSerializable(typeof(List<TakenLimit>)), JsonSerializable(typeof(SlotLease)), JsonSerializable(typeof(ConcurrencyOptions))]
[JsonSerializable(typeof(FlowRunExplanation)), JsonSerializable(typeof(ConcurrencyStatusRequest)), JsonSerializable(typeof(WorkPoolConcurrencyStatus)), JsonSerializable(typeof(WorkQueueConcurrencyStatus))]
[JsonSerializable(typeof(WorkPool)), JsonSerializable(typeof(List<WorkPool>)), JsonSerializable(typeof(WorkPoolCreate)), JsonSerializable(typeof(WorkPoolUpdate))]
[JsonSerializable(typeof(WorkQueue)), JsonSerializable(typeof(List<WorkQueue>)), JsonSerializable(typeof(WorkQueueCreate)), JsonSerializable(typeof(WorkQueueUpdate))]
[JsonSerializable(typeof(Worker)), JsonSerializable(typeof(List<Worker>)), JsonSerializable(typeof(WorkerHeartbeat))]
[JsonSerializable(typeof(ScheduledFlowRunsRequest)), JsonSerializable(typeof(List<WorkerFlowRun>))]
[JsonSerializable(typeof(BlockType)), JsonSerializable(typeof(List<BlockType>)), JsonSerializable(typeof(BlockTypeCreate))]
[JsonSerializable(typeof(BlockSchema)), JsonSerializable(typeof(List<BlockSchema>)), JsonSerializable(typeof(BlockSchemaCreate))]
[JsonSerializable(typeof(BlockDocument)), JsonSerializable(typeof(List<BlockDocument>))]
[JsonSerializable(typeof(BlockDocumentCreate)), JsonSerializable(typeof(BlockDocumentUpdate))]
[JsonSerializable(typeof(Variable)), JsonSerializable(typeof(List<Variable>)), JsonSerializable(typeof(VariableCreate)), JsonSerializable(typeof(VariableUpdate))]
[JsonSerializable(typeof(Artifact)), JsonSerializable(typeof(List<Artifact>)), JsonSerializable(typeof(ArtifactCreate)), JsonSerializable(typeof(ArtifactUpdate))]
[JsonSerializable(typeof(List<ArtifactCollection>))]
[JsonSerializable(typeof(Automation)), JsonSerializable(typeof(List<Automation>)), JsonSerializable(typeof(AutomationCreate)), JsonSerializable(typeof(AutomationUpdate))]
[JsonSerializable(typeof(AutomationPartialUpdate)), JsonSerializable(typeof(Trigger)), JsonSerializable(typeof(List<Trigger>)), JsonSerializable(typeof(List<AutomationAction>))]
[JsonSerializable(typeof(ProjectQuery)), JsonSerializable(typeof(ProjectState)), JsonSerializable(typeof(ProjectApply)), JsonSerializable(typeof(ProjectApplied))]
[JsonSerializable(typeof(SavedSearch)), JsonSerializable(typeof(List<SavedSearch>)), JsonSerializable(typeof(SavedSearchCreate)), JsonSerializable(typeof(IReadOnlyList<SavedSearchFilter>))]
[JsonSerializable(typeof(FlowRunNotificationPolicy)), JsonSerializable(typeof(List<FlowRunNotificationPolicy>))]
[JsonSerializable(typeof(FlowRunNotificationPolicyCreate)), JsonSerializable(typeof(FlowRunNotificationPolicyUpdate))]
[JsonSerializable(typeof(List<Log>)), JsonSerializable(typeof(List<LogCreate>))]
[JsonSerializable(typeof(Event)), JsonSerializable(typeof(List<Event>))]
[JsonSerializable(typeof(Claim)), JsonSerializable(typeof(List<ClaimedFlowRun>)), JsonSerializable(typeof(Lease)), JsonSerializable(typeof(LeaseAcquire))]
[JsonSerializable(typeof(LeaseRenewal)), JsonSerializable(typeof(LeaseRenewalResult))]
[JsonSerializable(typeof(JsonElement)), JsonSerializable(typeof(List<JsonElement>)), JsonSerializable(typeof(Dictionary<string, JsonElement>)), JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(string)), JsonSerializable(typeof(bool)), JsonSerializable(typeof(int)), JsonSerializable(typeof(Guid)), JsonSerializable(typeof(List<Guid>))]
internal sealed partial class WireContext : JsonSerializerContext;
