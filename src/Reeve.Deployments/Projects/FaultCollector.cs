namespace Reeve.Deployments.Projects;

/// <summary>Gathers faults so that all of them are told in one go; the same fault at the same place is told once.</summary>
public sealed class FaultCollector
{
    private readonly List<Fault> _faults = [];
    private readonly HashSet<Fault> _seen = [];

    public IReadOnlyList<Fault> Faults => _faults;

    /// <summary>As an editor's list shows them: by place, those without one first.</summary>
    public IReadOnlyList<Fault> InOrder => [.. _faults.OrderBy(fault => fault.Position?.Line).ThenBy(fault => fault.Position?.Column)];

    public bool Any => _faults.Count > 0;

    public void Add(SourcePosition? position, string message, string? hint = null) => Add(new Fault(position, message, hint));

    public void Add(Fault fault)
    {
        if (_seen.Add(fault))
            _faults.Add(fault);
    }

    public void AddRange(IEnumerable<Fault> more)
    {
        foreach (var fault in more)
            Add(fault);
    }
}
