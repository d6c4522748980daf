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
        "A worker cannot run '{0}': it is an instance method and '{1}' cannot be made without arguments. Make the method static, give the type a constructor without parameters, or have a host make it (AddReeve).");

    public static readonly DiagnosticDescriptor HiddenDispatch = Warning(
        "REEVE007",
        "Call by a base type does not go through the engine",
        "'{0}' is called by '{1}', where [Flow] or [Task] does not stand, so the call is no run: no states, retries or logs. Call it by the type that declares it, or mark '{1}' as well.");

    public static readonly DiagnosticDescriptor NotSerializable = Warning(
        "REEVE008",
        "Value cannot be stored as JSON",
        "{0} of '{1}' holds '{2}', which cannot be stored as JSON: the run can be neither resumed nor cached nor run elsewhere with it. Pass what it is made from, such as a path, an address or a block's name, and open it inside.");

    public static readonly DiagnosticDescriptor NotAwaited = Warning(
        "REEVE009",
        "Run is not awaited",
        "Nobody awaits '{0}' here: the flow may end before it, and its failure is lost. Await it, or keep it and await it later.");

    public static readonly DiagnosticDescriptor SecretInClear = Warning(
        "REEVE010",
        "Secret in clear",
        "'{0}' looks like a secret, and {1}. {2}.");

    public static readonly DiagnosticDescriptor Blocking = Warning(
        "REEVE011",
        "Blocking call in an asynchronous run",
        "'{0}' blocks the thread of '{1}': it cannot be cancelled and other runs wait for the thread. {2}.");

    public static readonly DiagnosticDescriptor SameTaskName = Warning(
        "REEVE012",
        "Two tasks of one name",
        "The task name '{0}' is also used by '{1}'; filters, charts and logs cannot tell runs of the two apart. Give one of them [Task(Name = \"...\")].");

    public static readonly DiagnosticDescriptor LostContext = Warning(
        "REEVE013",
        "Run is called where its flow is not known",
        "'{0}' is called inside '{1}', which does not hand on the asynchronous context: it will not belong to the flow run, nor be cancelled with it. {2}.");

    public static readonly DiagnosticDescriptor TokenNotPassed = Warning(
        "REEVE014",
        "Cancellation does not reach a call",
        "'{0}' is not given the token '{1}' of '{2}': a cancelled or timed out run goes on until it returns. Pass '{1}'.");

    public static readonly DiagnosticDescriptor AsyncVoid = Warning(
        "REEVE015",
        "Run inside an async void lambda",
        "'{0}' is called in an async lambda that returns nothing ('{1}'): nobody can await it, and its failure ends the process. Use a loop with await, or Task.WhenAll over Select.");

    private static DiagnosticDescriptor Warning(string id, string title, string message) => Make(id, title, message, DiagnosticSeverity.Warning);

    private static DiagnosticDescriptor Error(string id, string title, string message) => Make(id, title, message, DiagnosticSeverity.Error);

    private static DiagnosticDescriptor Make(string id, string title, string message, DiagnosticSeverity severity) =>
        new(id, title, message, "Reeve", severity, isEnabledByDefault: true, helpLinkUri: "docs/analyzers.md#" + id.ToLowerInvariant());
}
