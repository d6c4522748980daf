using Reeve.Deployments.Projects;

namespace Reeve.Deployments.Deploying;

/// <summary>What came of a deploy: everything that was deployed, or everything that is wrong.</summary>
public sealed record DeployReport(IReadOnlyList<DeployedFlow> Deployed, IReadOnlyList<Fault> Faults)
{
    public bool Succeeded => Faults.Count == 0;
}

/// <summary>A deployment that now exists on the server.</summary>
public sealed record DeployedFlow(Guid Id, string FlowName, string Name, string? WorkPoolName, bool HasSchedule)
{
    public string FullName => $"{FlowName}/{Name}";
}
