using System.Globalization;
using System.Net;
using System.Text.Json;
using Reeve.Protocol.Artifacts;
using Reeve.Protocol.Blocks;
using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Protocol.Events;
using Reeve.Protocol.Runs;

namespace Reeve.Client;

/// <summary>What running flows ask for: artifacts, variables, blocks, events, slots and inputs.</summary>
public sealed partial class OrchestrationClient
{
    /// <summary>Keeps an artifact.</summary>
    public Task<Artifact> CreateArtifactAsync(ArtifactCreate artifact, CancellationToken ct) => Connection.SendAsync<Artifact>(HttpMethod.Post, "artifacts/", artifact, ct);

    /// <summary>Finds the newest artifact of a key; null when there is none.</summary>
    public Task<Artifact?> FindLatestArtifactAsync(string key, CancellationToken ct) => Connection.FindAsync<Artifact>($"artifacts/{Uri.EscapeDataString(key)}/latest", ct);

    /// <summary>Changes an artifact.</summary>
    public Task UpdateArtifactAsync(Guid id, ArtifactUpdate update, CancellationToken ct) => Connection.SendAsync(HttpMethod.Patch, $"artifacts/{id}", update, ct);

    /// <summary>Changes the variable of a name.</summary>
    public Task UpdateVariableAsync(string name, VariableUpdate update, CancellationToken ct) =>
        Connection.SendAsync(HttpMethod.Patch, $"variables/name/{Uri.EscapeDataString(name)}", update, ct);

    /// <summary>Deletes the variable of a name; false when there was none.</summary>
    public Task<bool> DeleteVariableAsync(string name, CancellationToken ct) => DeletedAsync($"variables/name/{Uri.EscapeDataString(name)}", ct);

    /// <summary>Makes a kind of block.</summary>
    public Task<BlockType> CreateBlockTypeAsync(BlockTypeCreate type, CancellationToken ct) => Connection.SendAsync<BlockType>(HttpMethod.Post, "block_types/", type, ct);

    /// <summary>Changes what people see of a kind of block.</summary>
    public Task UpdateBlockTypeAsync(Guid id, JsonElement texts, CancellationToken ct) => Connection.SendAsync(HttpMethod.Patch, $"block_types/{id}", texts, ct);

    /// <summary>Gives a kind of block a schema, or finds the equal one.</summary>
    public Task<BlockSchema> CreateBlockSchemaAsync(BlockSchemaCreate schema, CancellationToken ct) =>
        Connection.SendAsync<BlockSchema>(HttpMethod.Post, "block_schemas/", schema, ct);

    /// <summary>Records events, each id once.</summary>
    public Task CreateEventsAsync(List<Event> events, CancellationToken ct) => Connection.SendAsync(HttpMethod.Post, "events", events, ct);

    /// <summary>Takes slots under a lease, and waits on the server for them. Full limits answer 423.</summary>
    public Task<SlotLease> TakeLeasedSlotsAsync(SlotsTake slots, int waitSeconds, CancellationToken ct) =>
        Connection.SendAsync<SlotLease>(HttpMethod.Post, "v2/concurrency_limits/increment-with-lease", slots, Wait(waitSeconds), ct);

    /// <summary>Takes slots without a lease, and waits on the server for them. Full limits answer 423.</summary>
    public Task<List<TakenLimit>> TakeSlotsAsync(SlotsTake slots, int waitSeconds, CancellationToken ct) =>
        Connection.SendAsync<List<TakenLimit>>(HttpMethod.Post, "v2/concurrency_limits/increment", slots, Wait(waitSeconds), ct);

    /// <summary>Keeps the slots of a lease. A lease that lapsed answers 410.</summary>
    public Task RenewSlotLeaseAsync(Guid lease, SlotLeaseRenewal renewal, CancellationToken ct) =>
        Connection.SendAsync(HttpMethod.Post, $"v2/concurrency_limits/leases/{lease}/renew", renewal, ct);

    /// <summary>Gives back the slots of a lease.</summary>
    public Task EndSlotLeaseAsync(Guid lease, CancellationToken ct) =>
        Connection.SendAsync(HttpMethod.Post, "v2/concurrency_limits/decrement-with-lease", new SlotLeaseEnd(lease), ct);

    /// <summary>Gives back slots that were taken without a lease.</summary>
    public Task GiveSlotsBackAsync(SlotsGiveBack slots, CancellationToken ct) => Connection.SendAsync(HttpMethod.Post, "v2/concurrency_limits/decrement", slots, ct);

    /// <summary>Says something to a flow run under a new key; false when the key is taken.</summary>
    public async Task<bool> CreateFlowRunInputAsync(Guid flowRunId, FlowRunInputCreate input, CancellationToken ct)
    {
        try
        {
            await Connection.SendAsync(HttpMethod.Post, $"flow_runs/{flowRunId}/input", input, ct);
            return true;
        }
        catch (ApiException e) when (e.Status == HttpStatusCode.Conflict)
        {
            return false;
        }
    }

    /// <summary>Finds a flow run's inputs, the oldest first.</summary>
    public Task<List<FlowRunInput>> FindFlowRunInputsAsync(Guid flowRunId, FlowRunInputFilter filter, CancellationToken ct) =>
        Connection.SendAsync<List<FlowRunInput>>(HttpMethod.Post, $"flow_runs/{flowRunId}/input/filter", filter, ct);

    private async Task<bool> DeletedAsync(string path, CancellationToken ct)
    {
        try
        {
            await Connection.SendAsync(HttpMethod.Delete, path, null, ct);
            return true;
        }
        catch (ApiException e) when (e.Status == HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    private static string? Wait(int seconds) => seconds > 0 ? string.Create(CultureInfo.InvariantCulture, $"wait={seconds}") : null;
}
