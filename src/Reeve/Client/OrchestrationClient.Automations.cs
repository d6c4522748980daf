using System.Net;
using Reeve.Protocol.Automations;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Runs;

namespace Reeve.Client;

public sealed partial class OrchestrationClient
{
    /// <summary>Makes an automation.</summary>
    public Task<Automation> CreateAutomationAsync(AutomationCreate automation, CancellationToken ct) =>
        Connection.SendAsync<Automation>(HttpMethod.Post, "automations/", automation, ct);

    /// <summary>Deletes the automations that belong to a resource; a server without automations has none.</summary>
    public async Task DeleteAutomationsOwnedByAsync(string resource, CancellationToken ct)
    {
        try
        {
            await Connection.SendAsync(HttpMethod.Delete, $"automations/owned-by/{Uri.EscapeDataString(resource)}", null, ct);
        }
        catch (ApiException e) when (e.Status is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed)
        {
            // A 2.20 server.
        }
    }

    /// <summary>Finds the scheduled runs of deployments, for a process that serves them; notes that it was asked. A server of Reeve waits up to <paramref name="wait"/>, at most a minute, for the first one; others answer at once.</summary>
    public Task<List<FlowRun>> FindScheduledRunsAsync(ScheduledDeploymentRuns request, TimeSpan wait, CancellationToken ct) =>
        Connection.SendAsync<List<FlowRun>>(HttpMethod.Post, "deployments/get_scheduled_flow_runs", request, FormattableString.Invariant($"wait={wait.TotalSeconds:0.###}"), ct);
}
