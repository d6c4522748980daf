using System.Text.Json;

namespace Reeve.Protocol.SavedSearches;

/// <summary>A set of filters of the console, kept under a name.</summary>
public sealed record SavedSearch
{
    /// <summary>The search's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset Updated { get; init; }

    /// <summary>The unique name.</summary>
    public required string Name { get; init; }

    /// <summary>The filters.</summary>
    public IReadOnlyList<SavedSearchFilter> Filters { get; set; } = [];
}

/// <summary>The body of <c>PUT /saved_searches/</c>: a known name gets the new filters.</summary>
public sealed record SavedSearchCreate
{
    /// <summary>The unique name.</summary>
    public required string Name { get; init; }

    /// <summary>The filters.</summary>
    public IReadOnlyList<SavedSearchFilter> Filters { get; set; } = [];
}

/// <summary>One filter of a saved search. The server keeps it as it is; the console gives it its meaning.</summary>
public sealed record SavedSearchFilter
{
    /// <summary>What is filtered: "flow_run" …</summary>
    public required string Object { get; init; }

    /// <summary>The property.</summary>
    public required string Property { get; init; }

    /// <summary>The property's type.</summary>
    public required string Type { get; init; }

    /// <summary>How it is compared.</summary>
    public required string Operation { get; init; }

    /// <summary>What it is compared with.</summary>
    public required JsonElement Value { get; init; }
}
