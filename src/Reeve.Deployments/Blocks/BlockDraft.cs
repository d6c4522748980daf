using Reeve.Deployments.Projects;

namespace Reeve.Deployments.Blocks;

/// <summary>A block as somebody wrote it down, before it is checked: its kind, its name, its fields.</summary>
/// <param name="Type">The kind's slug.</param>
/// <param name="Name">The block's name; null: a block without a name of its own, made for one deployment.</param>
/// <param name="Data">The fields.</param>
public sealed record BlockDraft(string Type, string? Name, MapNode Data)
{
    /// <summary>Where the kind was written.</summary>
    public SourcePosition TypePosition { get; init; } = Data.Position;

    /// <summary>Where the name was written.</summary>
    public SourcePosition NamePosition { get; init; } = Data.Position;

    /// <summary>Whether the fields are values as they are: a password may look like an expression.</summary>
    public bool IsLiteral { get; init; }

    public string FullName => $"{Type}/{Name}";
}
