using System;

namespace Reeve.Generators.Reading;

internal enum RunKind
{
    Flow,
    Task,
}

internal enum ReturnKind
{
    Void,
    Value,
    Task,
    TaskOf,
    ValueTask,
    ValueTaskOf,
    Stream,
}

/// <summary>All the emitters need to know of one [Flow] or [Task] method, as text, so that it can be compared and cached.</summary>
internal sealed record RunMethod
{
    /// <summary>Identity across calls and declarations: assembly and documentation id.</summary>
    public string Key { get; init; } = "";
    public RunKind Kind { get; init; }
    public string Name { get; init; } = "";
    public string Method { get; init; } = "";

    /// <summary>Name of the declaring type as the runtime knows it, <c>Namespace.Outer+Inner</c>.</summary>
    public string TypeMetadataName { get; init; } = "";
    public string TypeSyntax { get; init; } = "";
    public bool IsStatic { get; init; }
    public bool IsExtension { get; init; }

    /// <summary>Whether generated code may call the method by name; otherwise an unsafe accessor does.</summary>
    public bool IsAccessible { get; init; }

    /// <summary>Whether the declaring type can be made with <c>new()</c> when a worker runs an instance method.</summary>
    public bool IsConstructible { get; init; }
    public ReturnKind Return { get; init; }
    public string ReturnSyntax { get; init; } = "";
    public string ResultSyntax { get; init; } = "";
    public EquatableArray<RunParameter> Parameters { get; init; }

    /// <summary>Type parameters of a generic method, and their constraints as C#.</summary>
    public EquatableArray<string> TypeParameters { get; init; }

    /// <summary>Whether another process can call it, which knows only its key and its arguments as JSON.</summary>
    public bool CanBeCalledByKey => TypeParameters.Count == 0 && Return != ReturnKind.Stream && (IsStatic || IsConstructible);
    public string Constraints { get; init; } = "";
    public string TypeArguments => TypeParameters.Count == 0 ? "" : $"<{string.Join(", ", TypeParameters)}>";
    public RunOptions Options { get; init; } = new();
    public string? Description { get; init; }
    public string? Version { get; init; }

    /// <summary>A digest of a task's method; null where it is not declared.</summary>
    public string? Source { get; init; }

    /// <summary>JSON Schema of the parameters; only made where the flow is declared.</summary>
    public string? ParameterSchema { get; init; }

    /// <summary>Whether the schema says more than types.</summary>
    public bool HasBounds { get; init; }
    public bool IsDeclaredHere { get; init; }

    /// <summary>The member by which the declaring assembly hands its descriptor to others, <c>Type.Member</c>; null where none but itself can call the method.</summary>
    public string? Export { get; init; }
}

/// <summary>The attribute's arguments as the C# that the descriptor is set to.</summary>
internal sealed record RunOptions
{
    public EquatableArray<OptionSyntax> Values { get; init; }

    /// <summary>Declarations by which private methods that options name are reached.</summary>
    public EquatableArray<string> Accessors { get; init; }

    /// <summary>What is wrong with the arguments; the analyzer reports it.</summary>
    public EquatableArray<OptionFault> Faults { get; init; }
}

/// <summary>A property of the descriptor and its value.</summary>
internal sealed record OptionSyntax(string Property, string Syntax);

/// <summary>An argument of the attribute that does not fit, and why.</summary>
internal sealed record OptionFault(string Option, string Fault);

internal sealed record RunParameter(string Name, string TypeSyntax, bool IsToken, bool IsRequired, bool IsNullable, string DefaultSyntax);

/// <summary>One place that calls a run method; <see cref="Attribute"/> is the complete attribute that intercepts it.</summary>
internal sealed record RunCall(RunMethod Method, string Attribute) : IEquatable<RunCall>;
