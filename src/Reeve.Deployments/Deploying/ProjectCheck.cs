using Reeve.Client;
using Reeve.Deployments.Entrypoints;
using Reeve.Deployments.Planning;
using Reeve.Deployments.Projects;
using Reeve.Deployments.Templating;

namespace Reeve.Deployments.Deploying;

/// <summary>
/// A file with a slip in it is looked at to its end: what its readable parts name (flows, parameters, pools, blocks, variables) is told in the same go as
/// the slip, so that nobody mends a file twice.
/// </summary>
public sealed class ProjectCheck(OrchestrationClient client, EntrypointResolver entrypoints)
{
    /// <summary>The faults of the reading and, where there are some, those of what the file names.</summary>
    public async Task<IReadOnlyList<Fault>> FaultsOfAsync(ProjectReading reading, CancellationToken ct)
    {
        // Which environment is meant decides what is named; without it nothing can be said.
        if (reading.Faults.Count == 0 || reading.Readable is not { } project || (project.Environment is null && project.Environments.Count > 0))
            return reading.Faults;
        List<DeploymentPlan> plans = [.. project.Deployments.Where(one => one.Name is not null && one.Entrypoint is not null).Select(one => new DeploymentPlan(project, one))];
        var found = new FaultCollector();
        await new DeploymentCheck(client, entrypoints, new SecretRegistry(), found).CheckAsync(project, plans, ct);

        // Where the reading has spoken already, and where a key is missing since it was misspelt, more words would only confuse.
        var told = reading.Faults.Select(fault => fault.Position).Concat(plans.Where(plan => plan.Written.WorkPoolName is null).Select(plan => (SourcePosition?)plan.Written.At("work_pool"))).ToHashSet();
        var all = new FaultCollector();
        all.AddRange(reading.Faults);
        all.AddRange(found.Faults.Where(fault => fault.Position is not null && !told.Contains(fault.Position)));
        return all.InOrder;
    }
}
