using System.Text.Json;
using Reeve.Protocol.Json;

namespace Reeve.Protocol.Blocks;

/// <summary>A variable: a plain value under a name.</summary>
public sealed record Variable
{
    /// <summary>The variable's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset Updated { get; init; }

    /// <summary>The unique name.</summary>
    public required string Name { get; init; }

    /// <summary>Any JSON value.</summary>
    public JsonElement? Value { get; init; }

    /// <summary>Tags.</summary>
    public IReadOnlyList<string> Tags { get; set; } = [];
}

/// <summary>The body of <c>POST /variables/</c>.</summary>
public sealed record VariableCreate
{
    /// <summary>The unique name: lower-case letters, digits, "_" and "-", at most 255.</summary>
    public required string Name { get; init; }

    /// <summary>Any JSON value of at most 5,000 characters.</summary>
    public required JsonElement? Value { get; init; }

    /// <summary>Tags.</summary>
    public IReadOnlyList<string>? Tags { get; init; }
}

/// <summary>The body of <c>PATCH /variables/{id}</c>.</summary>
public sealed record VariableUpdate
{
    /// <summary>The name.</summary>
    public Optional<string> Name { get; init; }

    /// <summary>The value.</summary>
    public Optional<JsonElement?> Value { get; init; }

    /// <summary>Tags.</summary>
    public Optional<IReadOnlyList<string>> Tags { get; init; }
}
