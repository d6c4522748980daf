using System.Collections;
using System.Runtime.CompilerServices;

namespace Reeve.Engine;

/// <summary>
/// Which task run of a flow run made an object: an object that one task returns and another is given is an edge of the run graph, though nobody
/// said so. By identity, so only for objects; the table keeps none of them alive.
/// </summary>
internal sealed class ResultOrigins
{
    // A list of results is looked into as far as this: the graph is for people.
    private const int MostElements = 1000;

    private readonly ConditionalWeakTable<object, Guid[]> _runs = [];

    public void Record(object? value, params Guid[] runs)
    {
        if (value is not null && IsTelling(value))
            _runs.AddOrUpdate(value, runs);
    }

    public IReadOnlyList<Guid> Of(object? argument)
    {
        if (argument is null or ValueType || !IsTelling(argument))
            return [];
        if (_runs.TryGetValue(argument, out var runs))
            return runs;
        return argument is IEnumerable<object> and ICollection list ? [.. list.Cast<object?>().Take(MostElements).SelectMany(Direct).Distinct()] : [];
    }

    private Guid[] Direct(object? element) => element is not null and not ValueType && _runs.TryGetValue(element, out var runs) ? runs : [];

    // One object for all the world says nothing: literals, empty arrays, types.
    private static bool IsTelling(object value) => value switch
    {
        ValueType or Type or Delegate => false,
        string text => !ReferenceEquals(string.IsInterned(text), text),
        Array { Length: 0 } => false,
        _ => true,
    };
}
