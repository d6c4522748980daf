using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Client;
using Reeve.Deployments.Secrets;
using Reeve.Deployments.Templating;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Leases;
using Reeve.Protocol.Runs;
using Reeve.Protocol.WorkPools;

namespace Reeve.Workers.Jobs;

using Deployment = Protocol.Deployments.Deployment;

/// <summary>Makes jobs of claimed runs: pool template, deployment's variables, run's variables, blocks and variables looked up.</summary>
internal sealed class JobFactory(OrchestrationClient client, WorkerOptions options)
{
    /// <exception cref="JobException">The template or a variable cannot be used.</exception>
    /// <exception cref="ApiException">The server cannot be asked.</exception>
    public async Task<Job> MakeAsync(WorkPool pool, ClaimedFlowRun claimed, CancellationToken ct)
    {
        var run = claimed.FlowRun;
        var deployment = run.DeploymentId is { } id ? await client.FindDeploymentAsync(id, ct) : null;
        var filled = InfrastructureBlock.Rules(pool)
            ? await InfrastructureBlock.ConfigurationAsync(client, deployment, VariablesOf(deployment), run, ct)
            : new JobTemplate(pool.BaseJobTemplate).Fill(VariablesOf(deployment), run.JobVariables);
        var configuration = await ResolveAsync(filled, ct);
        var command = CommandOf(configuration) is { Count: > 0 } given ? given : [.. options.ExecuteCommand, run.Id.ToString()];
        return new Job
        {
            FlowRun = run,
            Command = command,
            Environment = EnvironmentOf(configuration, claimed),
            Labels = Texts(configuration, "labels").Where(l => l.Value is not null).ToDictionary(l => l.Key, l => l.Value!),
            Name = Text(configuration, "name") is { Length: > 0 } name ? name : run.Name,
            WorkingDirectory = Text(configuration, "working_dir") is { Length: > 0 } directory ? directory : null,
            StreamOutput = configuration["stream_output"] is not { } stream || stream.GetValueKind() != JsonValueKind.False,
        };
    }

    // Templates hold a command line, blocks a list of words.
    private static IReadOnlyList<string> CommandOf(JsonObject configuration) => configuration["command"] switch
    {
        JsonArray words => [.. words.Select(word => word?.ToString() ?? "")],
        _ when Text(configuration, "command") is { } line && !string.IsNullOrWhiteSpace(line) => CommandWords.Split(line),
        _ => [],
    };

    // Servers of either line fill one name or the other.
    private static JsonElement? VariablesOf(Deployment? deployment) =>
        deployment is null ? null
        : deployment.JobVariables is { ValueKind: JsonValueKind.Object } variables && variables.EnumerateObject().Any() ? variables
        : deployment.InfraOverrides;

    private async Task<JsonObject> ResolveAsync(JsonObject configuration, CancellationToken ct)
    {
        var problems = new List<string>();
        var scope = new TemplateScope { Block = FindBlockAsync, Variable = FindVariableAsync };
        // the environment is that of the settings of providers only: job variables got theirs when they were deployed
        scope = scope with { Secret = new SecretSources(scope with { Environment = Environment.GetEnvironmentVariable }).ReadAsync };
        var resolved = await new TemplateResolver(scope, new SecretRegistry()).ResolveAsync(configuration, problem => problems.Add(problem.ToString()), ct);
        return problems.Count == 0
            ? resolved!.AsObject()
            : throw new JobException("the job's variables cannot be resolved: " + string.Join("; ", problems));
    }

    private async Task<BlockData?> FindBlockAsync(string type, string name, CancellationToken ct) =>
        await client.FindBlockDocumentAsync(type, name, includeSecrets: true, ct) is { } block
            ? new BlockData(JsonObject.Create(block.Data) ?? [], [])
            : null;

    private async Task<(bool Found, JsonNode? Value)> FindVariableAsync(string name, CancellationToken ct) =>
        await client.FindVariableAsync(name, ct) is { } variable
            ? (true, variable.Value is { ValueKind: not JsonValueKind.Null } value ? JsonNode.Parse(value.GetRawText()) : null)
            : (false, null);

    private Dictionary<string, string?> EnvironmentOf(JsonObject configuration, ClaimedFlowRun claimed)
    {
        var id = claimed.FlowRun.Id.ToString();
        var environment = new Dictionary<string, string?>(options.RunEnvironment)
        {
            ["REEVE_FLOW_RUN_ID"] = id,
            ["PREFECT__FLOW_RUN_ID"] = id,
            ["REEVE_FLOW_RUN_LEASE"] = claimed.Lease.Token.ToString(),
        };
        foreach (var (name, value) in Texts(configuration, "env"))
            environment[name] = value;
        return environment;
    }

    private static string? Text(JsonObject configuration, string key) => configuration[key] switch
    {
        null => null,
        JsonValue value => value.ToString(),
        _ => throw new JobException($"the job's '{key}' must be text"),
    };

    private static IEnumerable<KeyValuePair<string, string?>> Texts(JsonObject configuration, string key)
    {
        if (configuration[key] is null)
            return [];
        if (configuration[key] is not JsonObject map)
            throw new JobException($"the job's '{key}' must be a map of names to texts");
        return map.Select(item => KeyValuePair.Create(item.Key, item.Value is null ? null : Convert.ToString(item.Value.ToString(), CultureInfo.InvariantCulture)));
    }
}
