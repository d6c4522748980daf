namespace Reeve;

/// <summary>What a cached result stands for, as an attribute can say it. Members add up: <c>CacheBy.Inputs | CacheBy.TaskSource</c>.</summary>
[Flags]
public enum CacheBy
{
    /// <summary>Nothing is cached.</summary>
    None = 0,

    /// <summary>The arguments, as JSON.</summary>
    Inputs = 1,

    /// <summary>The text of the task's method. For a task of another assembly: its version.</summary>
    TaskSource = 2,

    /// <summary>The parameters of the flow run.</summary>
    FlowParameters = 4,

    /// <summary>The flow run; for a task outside of flows, its own run.</summary>
    RunId = 8,

    /// <summary>Arguments and method, within the same flow run.</summary>
    Default = Inputs | TaskSource | RunId,
}

/// <summary>What a cached result stands for. Policies are added with <c>+</c>: <c>CachePolicy.Inputs.Without("token") + CachePolicy.TaskSource</c>.</summary>
public sealed record CachePolicy
{
    private CachePolicy(CacheBy by) => By = by;

    /// <summary>Nothing is cached, whatever the attribute says.</summary>
    public static CachePolicy None { get; } = new(CacheBy.None);

    /// <summary>The arguments, as JSON.</summary>
    public static CachePolicy Inputs { get; } = new(CacheBy.Inputs);

    /// <summary>The text of the task's method.</summary>
    public static CachePolicy TaskSource { get; } = new(CacheBy.TaskSource);

    /// <summary>The parameters of the flow run.</summary>
    public static CachePolicy FlowParameters { get; } = new(CacheBy.FlowParameters);

    /// <summary>The flow run; for a task outside of flows, its own run.</summary>
    public static CachePolicy RunId { get; } = new(CacheBy.RunId);

    /// <summary>Arguments and method, within the same flow run.</summary>
    public static CachePolicy Default { get; } = new(CacheBy.Default);

    /// <summary>What counts.</summary>
    public CacheBy By { get; private init; }

    /// <summary>Parameters that do not count among the arguments.</summary>
    public IReadOnlyList<string> Excluded { get; private init; } = [];

    /// <summary>Makes a part of the key from the arguments, by parameter name; null for a call that is not to be cached.</summary>
    public Func<IReadOnlyDictionary<string, object?>, string?>? Key { get; private init; }

    /// <summary>A key of one's own.</summary>
    /// <param name="key">Makes the key from the arguments, by parameter name; null for a call that is not to be cached.</param>
    public static CachePolicy Custom(Func<IReadOnlyDictionary<string, object?>, string?> key) => new(CacheBy.None) { Key = key };

    /// <summary>The policy of an attribute's value.</summary>
    public static CachePolicy Of(CacheBy by) => new(by);

    /// <summary>The policy of an attribute's value.</summary>
    public static implicit operator CachePolicy(CacheBy by) => Of(by);

    /// <summary>Both count. Of two keys of one's own the right one stays.</summary>
    public static CachePolicy operator +(CachePolicy left, CachePolicy right) => left.Add(right);

    /// <summary>As <c>+</c>.</summary>
    public CachePolicy Add(CachePolicy other) => new(By | other.By) { Excluded = [.. Excluded.Union(other.Excluded, StringComparer.Ordinal)], Key = other.Key ?? Key };

    /// <summary>The same, but for these parameters.</summary>
    public CachePolicy Without(params IReadOnlyList<string> parameters) => this with { Excluded = [.. Excluded.Union(parameters, StringComparer.Ordinal)] };
}
