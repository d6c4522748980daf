using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Client;
using Reeve.Deployments.Running;
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
        var secrets = new SecretRegistry();
        var configuration = await ResolveAsync(filled, secrets, ct);
        var command = CommandOf(configuration) is { Count: > 0 } given ? given : [.. options.ExecuteCommand, run.Id.ToString()];
        return new Job
        {
            FlowRun = run,
            Command = command,
            Environment = EnvironmentOf(configuration, claimed, secrets),
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

    private async Task<JsonObject> ResolveAsync(JsonObject configuration, SecretRegistry secrets, CancellationToken ct)
    {
        var problems = new List<string>();
        // job variables got the environment of the deploy; the worker's own is only for the settings of secret providers
        var scope = ApiSources.Scope(client) with { Environment = null };
        var resolved = await new TemplateResolver(scope, secrets).ResolveAsync(configuration, problem => problems.Add(problem.ToString()), ct);
        return problems.Count == 0
            ? resolved!.AsObject()
            : throw new JobException("the job's variables cannot be resolved: " + secrets.Redact(string.Join("; ", problems)));
    }

    private Dictionary<string, string?> EnvironmentOf(JsonObject configuration, ClaimedFlowRun claimed, SecretRegistry secrets)
    {
        var id = claimed.FlowRun.Id.ToString();
        var environment = new Dictionary<string, string?>(options.RunEnvironment)
        {
            ["REEVE_FLOW_RUN_ID"] = id,
            ["PREFECT__FLOW_RUN_ID"] = id,
            ["REEVE_FLOW_RUN_LEASE"] = claimed.Lease.Token.ToString(),
        };
        List<string> secret = [];
        foreach (var (name, value) in Texts(configuration, "env"))
        {
            environment[name] = value;
            if (value is not null && secrets.Redact(value) != value)
                secret.Add(name);
        }
        if (secret.Count > 0)
            environment[RunExecutor.SecretVariables] = string.Join(',', secret); // whoever executes the run masks their values in what it logs
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
