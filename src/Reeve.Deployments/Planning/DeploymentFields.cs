using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Deployments.Deploying;
using Reeve.Deployments.Projects;
using Reeve.Protocol;
using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Projects;

namespace Reeve.Deployments.Planning;

/// <summary>
/// A deployment as the fields that a plan compares, in one form whether it comes from the file or from the server. Unsaid are those that the file leaves to
/// their defaults.
/// </summary>
internal sealed record DeploymentFields(JsonObject Values, IReadOnlySet<string> Unsaid)
{
    private const string UsualQueue = "default";

    /// <summary>What the file wants.</summary>
    public static DeploymentFields Of(DeploymentPlan plan, JsonNode pullSteps, FaultCollector faults)
    {
        var (deployment, manifest) = (plan.Resolved, plan.Flow!.Manifest);
        var values = new JsonObject
        {
            ["version"] = deployment.Version ?? manifest.Version,
            ["description"] = deployment.Description ?? manifest.Description,
            ["tags"] = new JsonArray([.. deployment.Tags.Distinct().Select(tag => JsonValue.Create(tag))]),
            ["paused"] = deployment.Paused ?? false,
            ["entrypoint"] = deployment.Entrypoint,
            ["work_pool_name"] = deployment.WorkPoolName,
            ["work_queue_name"] = deployment.WorkQueueName is UsualQueue ? null : deployment.WorkQueueName,
            ["job_variables"] = deployment.JobVariables?.ToJson() ?? new JsonObject(),
            ["parameters"] = deployment.Parameters?.ToJson() ?? new JsonObject(),
            ["parameter_openapi_schema"] = JsonNode.Parse(manifest.ParameterSchema.GetRawText()),
            ["enforce_parameter_schema"] = deployment.EnforceParameterSchema ?? true,
            ["concurrency_limit"] = deployment.ConcurrencyLimit,
            ["concurrency_options"] = Options(deployment.ConcurrencyOptions),
            ["pull_steps"] = pullSteps,
            ["triggers"] = TriggerFields.Of(deployment.Triggers, deployment.Name!, faults),
        };
        if (deployment.Schedules is { } schedules)
            values["schedules"] = ScheduleFields.Of(schedules);
        HashSet<string> unsaid = [];
        foreach (var (key, isSaid) in (ReadOnlySpan<(string, bool)>)
        [
            ("version", deployment.Version is not null), ("description", deployment.Description is not null), ("tags", deployment.Source["tags"] is not null),
            ("paused", deployment.Paused is not null), ("work_queue_name", deployment.WorkQueueName is not null),
            ("enforce_parameter_schema", deployment.EnforceParameterSchema is not null), ("concurrency_limit", deployment.ConcurrencyLimit is not null),
            ("concurrency_options", deployment.ConcurrencyOptions is not null),
        ])
            if (!isSaid)
                unsaid.Add(key);
        return new DeploymentFields(values, unsaid);
    }

    /// <summary>What the server has.</summary>
    public static JsonObject Of(ProjectDeploymentState state, JsonObject? last)
    {
        var deployment = state.Deployment;
        return new JsonObject
        {
            ["version"] = deployment.Version,
            ["description"] = deployment.Description,
            ["tags"] = new JsonArray([.. deployment.Tags.Select(tag => JsonValue.Create(tag))]),
            ["paused"] = deployment.Paused,
            ["entrypoint"] = deployment.Entrypoint,
            ["work_pool_name"] = deployment.WorkPoolName,
            ["work_queue_name"] = deployment.WorkQueueName is UsualQueue ? null : deployment.WorkQueueName,
            ["job_variables"] = Node(deployment.JobVariables),
            ["parameters"] = Node(deployment.Parameters),
            ["parameter_openapi_schema"] = Node(deployment.ParameterOpenapiSchema),
            ["enforce_parameter_schema"] = deployment.EnforceParameterSchema,
            ["concurrency_limit"] = deployment.ConcurrencyLimit ?? deployment.GlobalConcurrencyLimit?.Limit,
            ["concurrency_options"] = deployment.ConcurrencyOptions is { } options ? JsonNode.Parse(JsonSerializer.Serialize(options, WireJson.TypeInfo<ConcurrencyOptions>())) : null,
            ["pull_steps"] = Node(deployment.PullSteps),
            ["triggers"] = TriggerFields.Of(state.Automations, last?["triggers"] as JsonObject),
            ["schedules"] = ScheduleFields.Aligned(ScheduleFields.Of(deployment.Schedules), last?["schedules"] as JsonObject),
        };
    }

    /// <summary>The body that makes the server's deployment these fields; schedules and triggers only where they are among them.</summary>
    public static ProjectDeploymentApply ToWire(string flow, string name, JsonObject merged, JsonObject applied, bool withTriggers)
    {
        var body = new JsonObject { ["name"] = name };
        foreach (var (key, value) in merged)
        {
            if (key is "schedules")
                body[key] = ScheduleFields.ToWire(value!.AsObject());
            else if (key is not "triggers")
                body[key] = value?.DeepClone();
        }
        return new ProjectDeploymentApply
        {
            FlowName = flow,
            Deployment = WireJson.Parse(body.ToJsonString()),
            Automations = withTriggers && merged["triggers"] is JsonObject triggers ? TriggerFields.ToWire(triggers) : null,
            Applied = WireJson.Parse(applied.ToJsonString()),
        };
    }

    public static JsonNode? Options(JsonObject? options)
    {
        if (options is null)
            return null;
        var whole = options.DeepClone().AsObject();
        whole["collision_strategy"] ??= "ENQUEUE";
        whole["grace_period_seconds"] ??= null;
        return whole;
    }

    private static JsonNode? Node(JsonElement? element) => element is { ValueKind: not JsonValueKind.Undefined } given ? JsonNode.Parse(given.GetRawText()) : null;
}
