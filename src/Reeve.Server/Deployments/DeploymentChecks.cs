using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Protocol.Deployments;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;
using Reeve.Server.WorkPools;

namespace Reeve.Server.Deployments;

/// <summary>What has to be right about a deployment before it is stored.</summary>
internal sealed class DeploymentChecks(DeploymentDrafts drafts)
{
    /// <summary>Everything that the body alone shows to be wrong.</summary>
    /// <exception cref="InvalidRequestException">There is such a thing.</exception>
    internal static void OfBody(DeploymentCreate body)
    {
        List<Fault> faults = [];
        if (string.IsNullOrWhiteSpace(body.Name) || body.Name.AsSpan().ContainsAny("/%&<>"))
            faults.Add(new(["body", "name"], "A deployment needs a name without '/', '%', '&', '<' and '>'", "value_error"));
        OfLimit(body.ConcurrencyLimit, body.ConcurrencyOptions, faults);
        OfLimits(body.ConcurrencyLimit, body.GlobalConcurrencyLimitId, faults);
        // a schema that nothing is held against may be anything
        if (body.EnforceParameterSchema == true)
            OfSchema(body.ParameterOpenapiSchema, faults);
        OfMaps(faults, ("parameters", body.Parameters), ("job_variables", body.JobVariables), ("infra_overrides", body.InfraOverrides), ("labels", body.Labels));
        if (faults.Count == 0 && body.EnforceParameterSchema == true && body.ParameterOpenapiSchema is { ValueKind: JsonValueKind.Object } schema
            && body.Parameters is { ValueKind: JsonValueKind.Object } parameters)
            faults.AddRange(new ParameterSchema(schema) { IsPartial = true }.Faults(parameters).Select(f => new Fault(["body", "parameters"], f.ToString(), "value_error")));
        Throw(faults);
    }

    /// <inheritdoc cref="OfBody(DeploymentCreate)" />
    internal static void OfBody(DeploymentUpdate body)
    {
        List<Fault> faults = [];
        OfLimit(body.ConcurrencyLimit.Value, body.ConcurrencyOptions.Value, faults);
        OfLimits(body.ConcurrencyLimit.Value, body.GlobalConcurrencyLimitId.Value, faults);
        OfSchema(body.ParameterOpenapiSchema.Value, faults);
        OfMaps(faults, ("parameters", body.Parameters.Value), ("job_variables", body.JobVariables.Value), ("infra_overrides", body.InfraOverrides.Value));
        Throw(faults);
    }

    /// <summary>What only shows beside what is stored: the pool's template, blocks, the parameters' schema.</summary>
    internal async ValueTask<Refusal?> OfStoredAsync(Session session, Deployment deployment, bool isChange)
    {
        var pool = await drafts.PoolAsync(session, deployment).ConfigureAwait(false);
        // the agents' pool is made when it is first used
        if (pool is null && deployment.WorkPoolName is { } name && name != WorkPoolsStore.AgentPool)
            return WorkPoolsStore.NotFound(name);
        if (deployment.JobVariables.EnumerateObject().Any()
            && JobVariables.Refuse(pool?.BaseJobTemplate, $"deployment '{deployment.Name}'", isRun: false, deployment.JobVariables) is { } refusal)
            return refusal;
        foreach (var (kind, block) in ((string, Guid?)[])[("infrastructure", deployment.InfrastructureDocumentId), ("storage", deployment.StorageDocumentId)])
            if (block is { } id && await session.ScalarAsync("select count(*) from block_document where id = @id", ("id", id)).ConfigureAwait(false) == 0)
                return Refusal.Conflict($"Error creating deployment. Could not find {kind} block with id {id}: was the deployment built for another server?");
        return isChange && deployment.EnforceParameterSchema ? OfParameters(deployment) : null;
    }

    private static Refusal? OfParameters(Deployment deployment)
    {
        if (deployment.ParameterOpenapiSchema is not { ValueKind: JsonValueKind.Object } schema)
            return Refusal.Conflict($"Deployment '{deployment.Name}' holds its parameters against their schema, but has none: give 'parameter_openapi_schema', or set 'enforce_parameter_schema' to false.");
        var faults = ParameterSchema.Faults(schema, deployment.Parameters, isPartial: true);
        return faults.Count == 0 ? null : Refusal.Conflict($"The parameters do not fit deployment '{deployment.Name}': {string.Join("; ", faults)}.");
    }

    private static void OfLimit(int? limit, ConcurrencyOptions? options, List<Fault> faults)
    {
        if (limit <= 0)
            faults.Add(new(["body", "concurrency_limit"], "Input should be greater than 0", "greater_than"));
        if (options is { CollisionStrategy: not ("ENQUEUE" or "CANCEL_NEW") })
            faults.Add(new(["body", "concurrency_options", "collision_strategy"], "Input should be 'ENQUEUE' or 'CANCEL_NEW'", "enum"));
        if (options is { GracePeriodSeconds: < 60 or > 86400 })
            faults.Add(new(["body", "concurrency_options", "grace_period_seconds"], "Input should be an integer between 60 and 86400", "value_error"));
    }

    private static void OfLimits(int? own, Guid? shared, List<Fault> faults)
    {
        if (own is not null && shared is not null)
            faults.Add(new(["body"], "Value error, A deployment cannot have both a concurrency limit and a global concurrency limit.", "value_error"));
    }

    private static void OfSchema(JsonElement? schema, List<Fault> faults)
    {
        if (schema is { ValueKind: not JsonValueKind.Null } given)
            faults.AddRange(SchemaShape.Faults(given).Select(fault => new Fault(["body", "parameter_openapi_schema"], fault, "value_error")));
    }

    private static void OfMaps(List<Fault> faults, params ReadOnlySpan<(string Name, JsonElement? Value)> maps)
    {
        foreach (var (name, value) in maps)
            if (value is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Object) })
                faults.Add(new(["body", name], "Input should be a valid dictionary", "dict_type"));
    }

    private static void Throw(List<Fault> faults)
    {
        if (faults.Count > 0)
            throw new InvalidRequestException(faults);
    }
}
