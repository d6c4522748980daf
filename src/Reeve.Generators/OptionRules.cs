using Microsoft.CodeAnalysis;

namespace Reeve.Generators;

/// <summary>What the analyzers say of the options of [Flow] and [Task].</summary>
internal static class OptionRules
{
    public static readonly DiagnosticDescriptor DoesNotFit = new(
        "REEVE020", "Option does not fit", "{0} of '{1}' {2}", "Reeve", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/analyzers.md#reeve020");

    public static readonly DiagnosticDescriptor WithoutEffect = new(
        "REEVE021", "Option has no effect", "{0} of '{1}' has no effect: {2}", "Reeve", DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: "docs/analyzers.md#reeve021");
}
