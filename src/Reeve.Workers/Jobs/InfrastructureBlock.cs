using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Client;
using Reeve.Protocol.Blocks;
using Reeve.Protocol.Runs;
using Reeve.Protocol.WorkPools;
using Reeve.Settings;

namespace Reeve.Workers.Jobs;

using Deployment = Protocol.Deployments.Deployment;

/// <summary>The infrastructure of a block-based deployment: the block's fields are the job's configuration, the deployment's overrides and the run's variables are put over them.</summary>
internal static class InfrastructureBlock
{
    // The kinds whose jobs are done by workers now, and the type of pool that takes over from each.
    private static readonly Dictionary<string, string> PoolTypes = new(StringComparer.Ordinal)
    {
        ["docker-container"] = "docker",
        ["kubernetes-job"] = "kubernetes",
        ["ecs-task"] = "ecs",
        ["azure-container-instance-job"] = "azure-container-instance",
        ["cloud-run-job"] = "cloud-run",
        ["vertex-ai-custom-training-job"] = "vertex-ai",
    };

    /// <summary>Whether the runs of a pool bring their infrastructure along.</summary>
    public static bool Rules(WorkPool pool) => pool.Type == "prefect-agent";

    /// <exception cref="JobException">The block is gone, or this program cannot run its kind.</exception>
    public static async Task<JsonObject> ConfigurationAsync(OrchestrationClient client, Deployment? deployment, JsonElement? overrides, FlowRun run, CancellationToken ct)
    {
        var configuration = new JsonObject();
        if (deployment?.InfrastructureDocumentId is { } id)
        {
            var block = await client.FindBlockDocumentAsync(id, includeSecrets: true, ct)
                ?? throw new JobException($"the infrastructure block of the deployment '{deployment.Name}' is not there any more; make it again, and apply the deployment again");
            RefuseOtherKinds(block);
            configuration = block.Data.ValueKind is JsonValueKind.Object ? JsonObject.Create(block.Data)! : [];
        }
        foreach (var layer in (ReadOnlySpan<JsonElement?>)[overrides, run.JobVariables])
            if (layer is { ValueKind: JsonValueKind.Object } given)
                foreach (var value in given.EnumerateObject())
                    Override(configuration, value.Name.Split('.'), JsonNode.Parse(value.Value.GetRawText()));
        return configuration;
    }

    private static void RefuseOtherKinds(BlockDocument block)
    {
        var kind = block.BlockType?.Slug;
        if (kind is null or "process")
            return;
        var name = block.IsAnonymous ? "" : $" '{kind}/{block.Name}'";
        throw new JobException(PoolTypes.TryGetValue(kind, out var type)
            ? $"the infrastructure block{name} is of kind '{kind}', which Reeve's agents do not run: move the deployment to a work pool of type '{type}', "
                + $"make it with '{CommandName.Text} work-pool create NAME --type {type}', start a worker of it, and build the deployment with --pool NAME"
            : $"the infrastructure block{name} is of kind '{kind}', which Reeve's agents do not run; they run blocks of kind 'process'");
    }

    // "env.STAGE": one name of a map; a whole "env" is laid over the block's, name by name.
    private static void Override(JsonObject configuration, string[] path, JsonNode? value)
    {
        var at = configuration;
        // names of variables may hold dots; a map of them has no maps in it
        var last = path[0] is "env" or "labels" && path.Length > 1 ? [path[0], string.Join('.', path.Skip(1))] : path;
        foreach (var segment in last[..^1])
        {
            if (at[segment] is not JsonObject inner)
                at[segment] = inner = [];
            at = inner;
        }
        if (last.Length == 1 && last[0] is "env" or "labels" && value is JsonObject more && at[last[0]] is JsonObject below)
            foreach (var (name, item) in more)
                below[name] = item?.DeepClone();
        else
            at[last[^1]] = value;
    }
}
