using System.Globalization;
using System.Text.Json.Nodes;
using Reeve.Deployments.Projects;

namespace Reeve.Deployments.BlockBased;

/// <summary>Writes a deployment file in the form of the 2.x line: what may be edited first, the rest below a line that says so.</summary>
internal static class DeploymentFileText
{
    public static string Of(DeploymentFile file, DateTimeOffset now)
    {
        var editable = new JsonObject
        {
            ["name"] = file.Name,
            ["description"] = file.Description,
            ["version"] = file.Version,
        };
        var queue = new JsonObject
        {
            ["work_queue_name"] = file.WorkQueueName,
            ["work_pool_name"] = file.WorkPoolName,
            ["tags"] = new JsonArray([.. file.Tags.Select(tag => JsonValue.Create(tag))]),
            ["parameters"] = file.Parameters.DeepClone(),
            ["schedule"] = file.Schedules is [{ Active: true, Parameters: null, Slug: null, MaxScheduledRuns: null } one] ? Schedule(one) : null,
        };
        if (queue["schedule"] is null && file.Schedules.Count > 0)
            queue["schedules"] = new JsonArray([.. file.Schedules.Select(Whole)]);
        queue["is_schedule_active"] = file.IsScheduleActive;
        queue["infra_overrides"] = file.InfraOverrides.DeepClone();
        var fixedFields = new JsonObject { ["flow_name"] = file.FlowName, ["manifest_path"] = null };
        (file.Infrastructure is { IsNamed: true } ? fixedFields : queue)["infrastructure"] = Block(file.Infrastructure);
        fixedFields["storage"] = file.Storage is null ? null : Block(file.Storage);
        fixedFields["path"] = file.Path;
        fixedFields["entrypoint"] = file.Entrypoint;
        fixedFields["parameter_openapi_schema"] = file.ParameterSchema.DeepClone();
        fixedFields["timestamp"] = now.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture);
        fixedFields["triggers"] = new JsonArray();
        fixedFields["enforce_parameter_schema"] = file.EnforceParameterSchema;
        return $"###\n### A complete description of a Prefect Deployment for flow '{file.FlowName}'\n###\n"
            + YamlText.Of(editable)
            + "# The work queue that will handle this deployment's runs\n"
            + YamlText.Of(queue)
            + "\n###\n### DO NOT EDIT BELOW THIS LINE\n###\n"
            + YamlText.Of(fixedFields);
    }

    private static JsonObject Schedule(ProjectSchedule schedule)
    {
        var fields = schedule.Schedule.DeepClone().AsObject();
        if (!fields.ContainsKey("timezone"))
            fields["timezone"] = null;
        return fields;
    }

    private static JsonObject Whole(ProjectSchedule schedule)
    {
        var fields = new JsonObject { ["schedule"] = Schedule(schedule), ["active"] = schedule.Active };
        if (schedule.MaxScheduledRuns is { } most)
            fields["max_scheduled_runs"] = most;
        if (schedule.Parameters is { } parameters)
            fields["parameters"] = parameters.DeepClone();
        if (schedule.Slug is { } slug)
            fields["slug"] = slug;
        return fields;
    }

    // Keys with an underline are the file's own; the others are the block's fields.
    private static JsonObject Block(BlockChoice? choice)
    {
        var block = choice?.Data.DeepClone().AsObject() ?? [];
        if (choice is { IsNamed: true })
        {
            block["_block_document_id"] = choice.Id?.ToString();
            block["_block_document_name"] = choice.Name;
            block["_is_anonymous"] = false;
        }
        block["block_type_slug"] = choice?.Type ?? "process";
        block["_block_type_slug"] = choice?.Type ?? "process";
        return block;
    }
}
