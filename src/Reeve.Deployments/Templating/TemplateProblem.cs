namespace Reeve.Deployments.Templating;

/// <summary>Why a placeholder could not be resolved: where in its text it stands and, for a nested value, under which keys.</summary>
public sealed record TemplateProblem(string Message, string? Hint, int Offset, string Path = "")
{
    public TemplateProblem Below(string key) => this with { Path = Path.Length == 0 ? key : $"{key}.{Path}" };

    public override string ToString() => (Path.Length == 0 ? "" : $"in '{Path}': ") + Message + (Hint is null ? "" : $"; {Hint}");
}
