using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;

namespace Reeve.Client;

public sealed partial class OrchestrationClient
{
    /// <summary>Limits a tag, or changes its limit.</summary>
    public Task<TagLimit> CreateTagLimitAsync(TagLimitCreate limit, CancellationToken ct) => Connection.SendAsync<TagLimit>(HttpMethod.Post, "concurrency_limits/", limit, ct);

    /// <summary>Finds the limit of a tag; null when there is none.</summary>
    public Task<TagLimit?> FindTagLimitAsync(string tag, CancellationToken ct) => Connection.FindAsync<TagLimit>($"concurrency_limits/tag/{Uri.EscapeDataString(tag)}", ct);

    /// <summary>Finds the limits of tags.</summary>
    public Task<List<TagLimit>> FindTagLimitsAsync(Query page, CancellationToken ct) => Connection.SendAsync<List<TagLimit>>(HttpMethod.Post, "concurrency_limits/filter", page, ct);

    /// <summary>Frees all slots of a tag.</summary>
    public Task ResetTagLimitAsync(string tag, CancellationToken ct) =>
        Connection.SendAsync(HttpMethod.Post, $"concurrency_limits/tag/{Uri.EscapeDataString(tag)}/reset", new TagLimitReset(), ct);

    /// <summary>Deletes the limit of a tag.</summary>
    public Task DeleteTagLimitAsync(string tag, CancellationToken ct) => Connection.SendAsync(HttpMethod.Delete, $"concurrency_limits/tag/{Uri.EscapeDataString(tag)}", null, ct);

    /// <summary>Makes a global limit.</summary>
    public Task<GlobalLimit> CreateGlobalLimitAsync(GlobalLimitCreate limit, CancellationToken ct) =>
        Connection.SendAsync<GlobalLimit>(HttpMethod.Post, "v2/concurrency_limits/", limit, ct);

    /// <summary>Finds a global limit by its name or id; null when there is none.</summary>
    public Task<GlobalLimit?> FindGlobalLimitAsync(string name, CancellationToken ct) => Connection.FindAsync<GlobalLimit>($"v2/concurrency_limits/{Uri.EscapeDataString(name)}", ct);

    /// <summary>Finds global limits.</summary>
    public Task<List<GlobalLimit>> FindGlobalLimitsAsync(Query page, CancellationToken ct) => Connection.SendAsync<List<GlobalLimit>>(HttpMethod.Post, "v2/concurrency_limits/filter", page, ct);

    /// <summary>Changes a global limit.</summary>
    public Task UpdateGlobalLimitAsync(string name, GlobalLimitUpdate update, CancellationToken ct) =>
        Connection.SendAsync(HttpMethod.Patch, $"v2/concurrency_limits/{Uri.EscapeDataString(name)}", update, ct);

    /// <summary>Deletes a global limit.</summary>
    public Task DeleteGlobalLimitAsync(string name, CancellationToken ct) => Connection.SendAsync(HttpMethod.Delete, $"v2/concurrency_limits/{Uri.EscapeDataString(name)}", null, ct);

    /// <summary>Why a flow run does not run, or go on.</summary>
    public Task<FlowRunExplanation> ExplainFlowRunAsync(Guid id, CancellationToken ct) => Connection.SendAsync<FlowRunExplanation>(HttpMethod.Get, $"flow_runs/{id}/why", null, ct);
}
