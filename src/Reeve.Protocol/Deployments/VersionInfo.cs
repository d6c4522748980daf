using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reeve.Protocol.Deployments;

/// <summary>Where a deployment's version comes from: "vcs:git", "vcs:github" … and what that calls it. Further facts (branch, url, commit message) are kept as they are given.</summary>
public sealed record VersionInfo
{
    /// <summary>The kind of source.</summary>
    public required string Type { get; init; }

    /// <summary>The version in the source's words, such as a commit.</summary>
    public required string Version { get; init; }

    /// <summary>What else the client tells of it.</summary>
    [JsonExtensionData, System.Diagnostics.CodeAnalysis.SuppressMessage("Usage", "CA2227", Justification = "the reader sets it")]
    public IDictionary<string, JsonElement>? More { get; set; }
}
