namespace Reeve.Deployments.Projects;

/// <summary>One thing that is wrong in what the user wrote: where, what was expected, and what to do.</summary>
public sealed record Fault(SourcePosition? Position, string Message, string? Hint = null)
{
    public override string ToString()
    {
        var place = Position is { } position ? $"{position}: " : "";
        return Hint is null ? place + Message : $"{place}{Message}; {Hint}";
    }
}
