using System.Collections.Immutable;
using System.Composition;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Reeve.Generators.Fixes;

/// <summary>Hands the run's token on.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class TokenFix : RunFix
{
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ["REEVE014"];

    protected override (string Title, SyntaxNode Old, SyntaxNode Fresh)? Replace(SyntaxNode marked, SemanticModel model, CancellationToken ct)
    {
        if (marked is not InvocationExpressionSyntax call || TokenAt(call, model, ct) is not { } token || model.GetSymbolInfo(call, ct).Symbol is not IMethodSymbol method)
            return null;
        var parameter = method.Parameters.FirstOrDefault(one => IsToken(one.Type));
        var argument = SyntaxFactory.Argument(SyntaxFactory.IdentifierName(token));
        // By name where arguments before it were left out.
        if (parameter is not null && (parameter.Ordinal != call.ArgumentList.Arguments.Count || call.ArgumentList.Arguments.Any(one => one.NameColon is not null)))
            argument = argument.WithNameColon(SyntaxFactory.NameColon(parameter.Name));
        return ($"Pass '{token}'", call, call.AddArgumentListArguments(argument));
    }
}
