namespace Reeve.Deployments.Steps;

/// <summary>The kinds of value a step's input takes.</summary>
public enum StepInputKind
{
    Text,
    Flag,
    Map,

    /// <summary>A mapping or a text: a block of credentials.</summary>
    Any,
}

/// <summary>One input of a step.</summary>
public sealed record StepInput(string Name, StepInputKind Kind, bool Required = false, bool Nullable = true);

/// <summary>What a step takes and gives, known before it runs, so that a deployment can be checked on the machine that makes it.</summary>
public sealed record StepSignature(string Name, IReadOnlyList<StepInput> Inputs, IReadOnlyList<string> Outputs);
