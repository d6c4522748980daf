using Reeve.Protocol.Projects;

namespace Reeve.Client;

public sealed partial class OrchestrationClient
{
    /// <summary>Reads everything that a plan of a project file is made from. Servers of the Prefect line answer 404.</summary>
    public Task<ProjectState> GetProjectStateAsync(string project, ProjectQuery query, CancellationToken ct) =>
        Connection.SendAsync<ProjectState>(HttpMethod.Post, $"projects/{Uri.EscapeDataString(project)}/state", query, ct);

    /// <summary>Makes, changes and deletes a project's deployments, all of them or none.</summary>
    public Task<ProjectApplied> ApplyProjectAsync(string project, ProjectApply apply, CancellationToken ct) =>
        Connection.SendAsync<ProjectApplied>(HttpMethod.Post, $"projects/{Uri.EscapeDataString(project)}/apply", apply, ct);
}
