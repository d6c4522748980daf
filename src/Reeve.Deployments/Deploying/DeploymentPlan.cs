using Reeve.Deployments.Entrypoints;
using Reeve.Deployments.Projects;

namespace Reeve.Deployments.Deploying;

/// <summary>One deployment on its way: as written, its sections after inheritance, and what the checks found out.</summary>
internal sealed class DeploymentPlan(Project project, ProjectDeployment written)
{
    public Project Project { get; } = project;

    public ProjectDeployment Written { get; } = written;

    /// <summary>The deployment with the placeholders resolved that are to be resolved on this machine.</summary>
    public ProjectDeployment Resolved { get; set; } = written;

    public StepSection Build { get; } = written.Build.Or(project.Build);

    public StepSection Push { get; } = written.Push.Or(project.Push);

    public StepSection Pull { get; } = written.Pull.Or(project.Pull);

    public ResolvedFlow? Flow { get; set; }
}
