using Reeve.Client;
using Reeve.Deployments.Projects;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;
using Reeve.Protocol.WorkPools;
using Reeve.Settings;

namespace Reeve.Cli.Commands;

using Deployment = Protocol.Deployments.Deployment;

/// <summary>Finds what a user names, by id or name; what is not there is one message with the nearest name.</summary>
internal static class Lookup
{
    /// <param name="client">The API.</param>
    /// <param name="name">"flow/deployment", or an id.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<(Deployment Deployment, string FullName)> DeploymentAsync(OrchestrationClient client, string name, CancellationToken ct)
    {
        var deployment = Guid.TryParse(name, out var id) ? await client.FindDeploymentAsync(id, ct)
            : name.Split('/', 2) is [var flowName, var own] ? await client.FindDeploymentAsync(flowName, own, ct)
            : null;
        if (deployment is null)
        {
            var names = await DeploymentNamesAsync(client, ct);
            // The name alone is enough where only one flow has such a deployment.
            var matches = names.Where(n => n.FullName.EndsWith("/" + name, StringComparison.Ordinal)).ToList();
            return matches is [var only] ? only
                : matches.Count > 1 ? throw new CliException($"'{name}' is a deployment of several flows", "say which: " + string.Join(", ", matches.Select(m => m.FullName)))
                : throw new CliException($"there is no deployment '{name}'", NearestName.Hint(name, [.. names.Select(n => n.FullName)]) ?? $"{CommandName.Text} deployment ls shows them");
        }

        var flow = await client.FindFlowAsync(deployment.FlowId, ct);
        return (deployment, $"{flow?.Name}/{deployment.Name}");
    }

    /// <summary>All deployments (at most 200) with their full names.</summary>
    public static async Task<List<(Deployment Deployment, string FullName)>> DeploymentNamesAsync(OrchestrationClient client, CancellationToken ct, Query? query = null)
    {
        var deployments = await client.FindDeploymentsAsync(query ?? new Query { Limit = 200 }, ct);
        var ids = deployments.Select(d => d.FlowId).Distinct().ToList();
        var flows = ids.Count == 0 ? [] : await client.FindFlowsAsync(new Query { Flows = new FlowFilter { Id = new AnyOf<Guid> { Any = ids } }, Limit = 200 }, ct);
        var names = flows.ToDictionary(f => f.Id, f => f.Name);
        return [.. deployments.Select(d => (d, $"{names.GetValueOrDefault(d.FlowId)}/{d.Name}"))];
    }

    /// <param name="client">The API.</param>
    /// <param name="name">An id, or the name of a run, which should be the only one of that name.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<FlowRun> FlowRunAsync(OrchestrationClient client, string name, CancellationToken ct)
    {
        if (Guid.TryParse(name, out var id))
            return await client.FindFlowRunAsync(id, ct) ?? throw new CliException($"there is no flow run with the id {id}", $"{CommandName.Text} flow-run ls shows the latest");
        var runs = await client.FindFlowRunsAsync(new Query { FlowRuns = new FlowRunFilter { Name = new AnyOf<string> { Any = [name] } }, Limit = 2 }, ct);
        return runs switch
        {
            [var only] => only,
            [] => throw new CliException($"there is no flow run '{name}'", $"{CommandName.Text} flow-run ls shows the latest"),
            _ => throw new CliException($"several flow runs are called '{name}'", $"say which by its id: {CommandName.Text} flow-run ls"),
        };
    }

    /// <param name="client">The API.</param>
    /// <param name="text">An id, or the name of a task run, which should be the only one of that name.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<TaskRun> TaskRunAsync(OrchestrationClient client, string text, CancellationToken ct)
    {
        var hint = $"{CommandName.Text} task-run ls shows the latest";
        if (Guid.TryParse(text, out var id))
            return await client.FindTaskRunAsync(id, ct) ?? throw new CliException($"there is no task run with the id {id}", hint);
        return await client.FindTaskRunsAsync(new Query { TaskRuns = new TaskRunFilter { Name = new AnyOf<string> { Any = [text] } }, Limit = 2 }, ct) switch
        {
            [var only] => only,
            [] => throw new CliException($"there is no task run '{text}'", hint),
            _ => throw new CliException($"several task runs are called '{text}'", $"say which by its id: {CommandName.Text} task-run ls --task-run-name {text}"),
        };
    }

    public static async Task<WorkPool> WorkPoolAsync(OrchestrationClient client, string name, CancellationToken ct)
    {
        if (await client.FindWorkPoolAsync(name, ct) is { } pool)
            return pool;
        var names = (await client.FindWorkPoolsAsync(new Query { Limit = 200 }, ct)).Select(p => p.Name).ToList();
        throw new CliException($"there is no work pool '{name}'",
            NearestName.Of(name, names) is { } nearest ? $"did you mean '{nearest}'?" : $"make it: {CommandName.Text} work-pool create {name} --type process");
    }
}
