using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reeve.Protocol;

/// <summary>The body of an error answer. 404, 409, 403, 401 and 503 carry <see cref="Detail"/>; 422 carries the faults.</summary>
public sealed record Problem
{
    /// <summary>A sentence that says what to do.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }

    /// <summary>"Invalid request received." for a body with faults.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ExceptionMessage { get; init; }

    /// <summary>Every fault of the body.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Fault>? ExceptionDetail { get; init; }

    /// <summary>The body as it was received; left out where it could hold secrets.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? RequestBody { get; init; }
}

/// <summary>A fault in a request.</summary>
/// <param name="Loc">Where: "body", then names and indexes as text.</param>
/// <param name="Msg">What was expected.</param>
/// <param name="Type">The kind of fault.</param>
public sealed record Fault(IReadOnlyList<string> Loc, string Msg, string Type);
