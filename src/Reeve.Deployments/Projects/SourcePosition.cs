namespace Reeve.Deployments.Projects;

/// <summary>A place in a file, counted from one as editors do.</summary>
public readonly record struct SourcePosition(string File, int Line, int Column)
{
    public override string ToString() => Line == 0 ? File : $"{File}:{Line}:{Column}";
}
