namespace Reeve.Deployments.Projects;

/// <summary>Gathers faults so that all of them are told in one go; the same fault at the same place is told once.</summary>
public sealed class FaultCollector
{
    private readonly List<Fault> faults = [];
    private readonly HashSet<Fault> seen = [];

    public IReadOnlyList<Fault> Faults => faults;

    public bool Any => faults.Count > 0;

    public void Add(SourcePosition? position, string message, string? hint = null) => Add(new Fault(position, message, hint));

    public void Add(Fault fault)
    {
        if (seen.Add(fault))
            faults.Add(fault);
    }

    public void AddRange(IEnumerable<Fault> more)
    {
        foreach (var fault in more)
            Add(fault);
    }
}
