namespace Reeve.Deployments.Steps;

/// <summary>The kinds of value a step's input takes.</summary>
public enum StepInputKind
{
    Text,
    Flag,
    Map,

    /// <summary>A list; one text stands for a list of itself.</summary>
    List,

    /// <summary>A whole number, not below zero.</summary>
    Whole,

    /// <summary>Seconds, or a text like "90s", "5m", "1h30m": see <see cref="StepDuration"/>.</summary>
    Duration,

    /// <summary>A mapping or a text: a block of credentials.</summary>
    Any,
}

/// <summary>One input of a step.</summary>
public sealed record StepInput(string Name, StepInputKind Kind, bool Required = false, bool Nullable = true);

/// <summary>What a step takes and gives, known before it runs, so that a deployment can be checked on the machine that makes it.</summary>
/// <param name="Outputs">Null when nobody knows before it ran: a step that somebody else wrote.</param>
public sealed record StepSignature(string Name, IReadOnlyList<StepInput> Inputs, IReadOnlyList<string>? Outputs)
{
    /// <summary>Inputs every step takes beside its own; an own one of the same name goes before.</summary>
    public static IReadOnlyList<StepInput> Common { get; } =
    [
        new("timeout", StepInputKind.Duration),
        new("retries", StepInputKind.Whole),
        new("retry_delay_seconds", StepInputKind.Duration),
        new("continue_on_error", StepInputKind.Flag),
    ];

    public StepPackage Package { get; init; } = StepPackage.Core;

    /// <summary>Whether keys that are not among <see cref="Inputs"/> are given to the step as they are.</summary>
    public bool TakesAnyKey { get; init; }

    /// <summary>Names the step had once; they work and a warning says the new one.</summary>
    public IReadOnlyList<string> OldNames { get; init; } = [];

    /// <summary>The full name to write in a file today.</summary>
    public string FullName => Package.Prefixes[0] + Name;

    /// <summary>The inputs of its own and the common ones.</summary>
    public IEnumerable<StepInput> AllInputs => Inputs.Concat(Common.Where(common => Inputs.All(own => own.Name != common.Name)));
}
