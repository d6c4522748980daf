using Reeve.Protocol.Deployments;

namespace Reeve.Deployments;

/// <summary>A deployment as it was written to the server.</summary>
internal sealed record RegisteredDeployment(Deployment Deployment, string FlowName, Guid Id, DeploymentCreate Written)
{
    public string FullName => $"{FlowName}/{Deployment.Name}";
}
