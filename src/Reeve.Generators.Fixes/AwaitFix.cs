using System.Collections.Immutable;
using System.Composition;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Reeve.Generators.Fixes;

/// <summary>Awaits what nobody awaited, and what blocked.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class AwaitFix : RunFix
{
    private const string Tasks = "System.Threading.Tasks.Task";

    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ["REEVE009", "REEVE011"];

    protected override (string Title, SyntaxNode Old, SyntaxNode Fresh)? Replace(SyntaxNode marked, SemanticModel model, CancellationToken ct)
    {
        if (!MayAwait(marked))
            return null;
        return marked switch
        {
            MemberAccessExpressionSyntax { Name.Identifier.Text: "Result" } result => ("Await it", result, Await(result.Expression, result)),
            InvocationExpressionSyntax call => OfCall(call, model, ct),
            _ => null,
        };
    }

    private static (string Title, SyntaxNode Old, SyntaxNode Fresh)? OfCall(InvocationExpressionSyntax call, SemanticModel model, CancellationToken ct)
    {
        switch (call.Expression)
        {
            case MemberAccessExpressionSyntax { Name.Identifier.Text: "Wait" } wait when call.ArgumentList.Arguments.Count == 0:
                return ("Await it", call, Await(wait.Expression, call));
            case MemberAccessExpressionSyntax { Name.Identifier.Text: "GetResult", Expression: InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax awaiter } }:
                return ("Await it", call, Await(awaiter.Expression, call));
            case MemberAccessExpressionSyntax { Name.Identifier.Text: "WaitAll" or "WaitAny" } all when call.ArgumentList.Arguments.Count > 0:
                var name = SyntaxFactory.IdentifierName(all.Name.Identifier.Text == "WaitAll" ? "WhenAll" : "WhenAny");
                return ("Await all", call, Await(call.WithExpression(all.WithName(name)), call));
            case MemberAccessExpressionSyntax { Name.Identifier.Text: "Sleep" }:
                var token = TokenAt(call, model, ct) is { } found ? ", " + found : "";
                var task = model.LookupNamespacesAndTypes(call.SpanStart, name: "Task").Any(type => type.ToDisplayString() == Tasks) ? "Task" : Tasks;
                var delay = SyntaxFactory.ParseExpression($"{task}.Delay({call.ArgumentList.Arguments}{token})");
                return ("Await a delay", call, Await(delay, call));
            default:
                return OfRun(call);
        }
    }

    private static (string Title, SyntaxNode Old, SyntaxNode Fresh)? OfRun(InvocationExpressionSyntax call)
    {
        SyntaxNode old = call.Parent is AssignmentExpressionSyntax { Left: IdentifierNameSyntax { Identifier.Text: "_" } } discard ? discard : call;
        return old.Parent is ExpressionStatementSyntax or ArrowExpressionClauseSyntax or AnonymousFunctionExpressionSyntax ? ("Await it", old, Await(call, old)) : null;
    }
}
