using Microsoft.CodeAnalysis;

namespace Reeve.Generators;

/// <summary>What the analyzers say.</summary>
internal static class Rules
{
    public static readonly DiagnosticDescriptor NotRouted = Warning(
        "REEVE001",
        "Call does not go through the engine",
        "{0} of '{1}' does not go through the engine: no run, retries or logs. {2}.");

    public static readonly DiagnosticDescriptor CannotRun = Error(
        "REEVE002",
        "Method cannot be a flow or task",
        "'{0}' cannot be a [{1}]: {2}");

    public static readonly DiagnosticDescriptor InterceptorsOff = Warning(
        "REEVE003",
        "Interceptors are not enabled",
        "Calls of [Flow] and [Task] methods are not routed through the engine, because the project does not allow interceptors in 'Reeve.Generated'. "
        + "Reference the package 'Reeve' (not only Reeve.dll), or set <InterceptorsNamespaces>$(InterceptorsNamespaces);Reeve.Generated</InterceptorsNamespaces>.");

    public static readonly DiagnosticDescriptor SameName = Warning(
        "REEVE004",
        "Two flows of one name",
        "The flow name '{0}' is also used by '{1}'; runs and deployments of the two cannot be told apart. Give one of them [Flow(Name = \"...\")].");

    public static readonly DiagnosticDescriptor SameEntrypoint = Warning(
        "REEVE005",
        "Flow methods cannot be told apart",
        "'{0}' is declared more than once in '{1}', so the entrypoint '{0}' names none of them. Rename one of the methods.");

    public static readonly DiagnosticDescriptor NotDeployable = Warning(
        "REEVE006",
        "Flow can only be run by hand",
        "A worker cannot run '{0}': it is an instance method and '{1}' cannot be made without arguments. Make the method static, or give the type a constructor without parameters.");

    private static DiagnosticDescriptor Warning(string id, string title, string message) =>
        new(id, title, message, "Reeve", DiagnosticSeverity.Warning, isEnabledByDefault: true);

    private static DiagnosticDescriptor Error(string id, string title, string message) =>
        new(id, title, message, "Reeve", DiagnosticSeverity.Error, isEnabledByDefault: true);
}
