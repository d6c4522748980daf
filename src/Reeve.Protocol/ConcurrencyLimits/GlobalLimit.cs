using Reeve.Protocol.Json;

namespace Reeve.Protocol.ConcurrencyLimits;

/// <summary>A limit that anything may take slots of by its name.</summary>
public sealed record GlobalLimit
{
    /// <summary>The limit's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset Updated { get; init; }

    /// <summary>False: nothing is held back, and no slots are taken.</summary>
    public bool Active { get; set; } = true;

    /// <summary>The unique name. "tag:…" limits task runs by tag, "deployment:…" the runs of a deployment.</summary>
    public required string Name { get; init; }

    /// <summary>How many slots there are.</summary>
    public required int Limit { get; init; }

    /// <summary>How many slots are taken now, counted over the live holders.</summary>
    public int ActiveSlots { get; set; }

    /// <summary>Slots that were refused; a hint for how long to wait, as its maker set it.</summary>
    public int DeniedSlots { get; set; }

    /// <summary>How many taken slots become free by themselves each second; 0: none. Above 0 the limit is a rate.</summary>
    public double SlotDecayPerSecond { get; set; }

    /// <summary>For how long a slot was held lately, in seconds, as a moving average.</summary>
    public double AvgSlotOccupancySeconds { get; set; } = 2;
}

/// <summary>The body of <c>POST /v2/concurrency_limits/</c>.</summary>
public sealed record GlobalLimitCreate
{
    /// <summary>False: nothing is held back yet.</summary>
    public bool Active { get; set; } = true;

    /// <summary>The unique name, without '/', '%', '&amp;', '&lt;' and '&gt;'.</summary>
    public required string Name { get; init; }

    /// <summary>How many slots there are, at least 0.</summary>
    public required int Limit { get; init; }

    /// <summary>Slots that are taken from the start by somebody unnamed.</summary>
    public int ActiveSlots { get; set; }

    /// <summary>A hint for how long to wait.</summary>
    public int DeniedSlots { get; set; }

    /// <summary>How many taken slots become free by themselves each second.</summary>
    public double SlotDecayPerSecond { get; set; }
}

/// <summary>The body of <c>PATCH /v2/concurrency_limits/{id_or_name}</c>.</summary>
public sealed record GlobalLimitUpdate
{
    /// <summary>Whether anything is held back.</summary>
    public Optional<bool?> Active { get; init; }

    /// <summary>The name.</summary>
    public Optional<string> Name { get; init; }

    /// <summary>How many slots there are.</summary>
    public Optional<int?> Limit { get; init; }

    /// <summary>How many slots are taken: unnamed holders are added, or the newest holders removed.</summary>
    public Optional<int?> ActiveSlots { get; init; }

    /// <summary>A hint for how long to wait.</summary>
    public Optional<int?> DeniedSlots { get; init; }

    /// <summary>How many taken slots become free by themselves each second.</summary>
    public Optional<double?> SlotDecayPerSecond { get; init; }
}
