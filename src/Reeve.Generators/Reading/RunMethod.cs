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
    public RunOptions Options { get; init; } = new();
    public string? Description { get; init; }
    public string? Version { get; init; }

    /// <summary>JSON Schema of the parameters; only made where the flow is declared.</summary>
    public string? ParameterSchema { get; init; }
    public bool IsDeclaredHere { get; init; }
}

/// <summary>The attribute's arguments as C# literals; null where not given.</summary>
internal sealed record RunOptions
{
    public string? Retries { get; init; }
    public string? RetryDelaySeconds { get; init; }
    public string? TimeoutSeconds { get; init; }
    public string? LogPrints { get; init; }
    public string? PersistResult { get; init; }
    public EquatableArray<string> Tags { get; init; }
}

internal sealed record RunParameter(string Name, string TypeSyntax, bool IsToken, bool IsRequired, bool IsNullable, string DefaultSyntax);

/// <summary>One place that calls a run method; <see cref="Attribute"/> is the complete attribute that intercepts it.</summary>
internal sealed record RunCall(RunMethod Method, string Attribute) : IEquatable<RunCall>;
