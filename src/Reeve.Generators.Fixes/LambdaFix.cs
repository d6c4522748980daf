using System.Collections.Immutable;
using System.Composition;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Reeve.Generators.Fixes;

/// <summary>Writes a lambda that calls the run instead of a delegate of it: the call in the lambda goes through the engine.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class LambdaFix : RunFix
{
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ["REEVE001"];

    protected override (string Title, SyntaxNode Old, SyntaxNode Fresh)? Replace(SyntaxNode marked, SemanticModel model, CancellationToken ct)
    {
        if (marked is ArgumentSyntax argument)
            marked = argument.Expression;
        if (marked is not ExpressionSyntax group || marked is InvocationExpressionSyntax)
            return null;
        var type = model.GetTypeInfo(group, ct).ConvertedType as INamedTypeSymbol;
        if (type?.DelegateInvokeMethod is not { } invoke || model.GetSymbolInfo(group, ct).Symbol is not IMethodSymbol method
            || invoke.Parameters.Any(parameter => parameter.RefKind != RefKind.None))
            return null;
        // The method's own names say more than the delegate's.
        var names = invoke.Parameters.Select((parameter, i) => i < method.Parameters.Length ? method.Parameters[i].Name : parameter.Name)
            .Select(name => SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None ? name : "@" + name).ToList();
        var left = names.Count == 1 ? names[0] : $"({string.Join(", ", names)})";
        return ("Call it in a lambda", group, SyntaxFactory.ParseExpression($"{left} => {group.WithoutTrivia()}({string.Join(", ", names)})"));
    }
}
