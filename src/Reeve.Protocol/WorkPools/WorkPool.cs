using System.Text.Json;
using Reeve.Protocol.Json;

namespace Reeve.Protocol.WorkPools;

/// <summary>A work pool: where runs of one kind of infrastructure wait for workers.</summary>
public sealed record WorkPool
{
    /// <summary>The pool's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset Updated { get; init; }

    /// <summary>The unique name.</summary>
    public required string Name { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>The kind of infrastructure: "process", "docker" …</summary>
    public required string Type { get; init; }

    /// <summary>{job_configuration, variables}: how a worker makes a job of a run.</summary>
    public JsonElement BaseJobTemplate { get; set; } = WireJson.EmptyObject;

    /// <summary>True when no run is handed out.</summary>
    public bool IsPaused { get; init; }

    /// <summary>At most so many runs Pending or Running.</summary>
    public int? ConcurrencyLimit { get; init; }

    /// <summary>"READY", "NOT_READY" or "PAUSED".</summary>
    public string? Status { get; init; }

    /// <summary>The queue of runs that name none.</summary>
    public Guid? DefaultQueueId { get; init; }

    /// <summary>Where bundles and results of the pool are kept.</summary>
    public JsonElement StorageConfiguration { get; set; } = WireJson.EmptyObject;

    /// <summary>Runs Pending, Running or Cancelling.</summary>
    public int? ActiveSlots { get; init; }
}

/// <summary>The body of <c>POST /work_pools/</c>.</summary>
public sealed record WorkPoolCreate
{
    /// <summary>The unique name.</summary>
    public required string Name { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>The kind of infrastructure; null: "prefect-agent".</summary>
    public string? Type { get; init; }

    /// <summary>How a worker makes a job of a run.</summary>
    public JsonElement? BaseJobTemplate { get; init; }

    /// <summary>True when no run is to be handed out.</summary>
    public bool IsPaused { get; init; }

    /// <summary>At most so many runs Pending or Running.</summary>
    public int? ConcurrencyLimit { get; init; }

    /// <summary>Where bundles and results of the pool are kept.</summary>
    public JsonElement? StorageConfiguration { get; init; }
}

/// <summary>The body of <c>PATCH /work_pools/{name}</c>.</summary>
public sealed record WorkPoolUpdate
{
    /// <summary>For people.</summary>
    public Optional<string> Description { get; init; }

    /// <summary>True when no run is to be handed out.</summary>
    public Optional<bool?> IsPaused { get; init; }

    /// <summary>How a worker makes a job of a run.</summary>
    public Optional<JsonElement?> BaseJobTemplate { get; init; }

    /// <summary>At most so many runs Pending or Running.</summary>
    public Optional<int?> ConcurrencyLimit { get; init; }

    /// <summary>Where bundles and results of the pool are kept.</summary>
    public Optional<JsonElement?> StorageConfiguration { get; init; }
}
