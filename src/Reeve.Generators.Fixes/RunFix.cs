using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;

namespace Reeve.Generators.Fixes;

/// <summary>A fix that replaces the marked piece of code by another.</summary>
public abstract class RunFix : CodeFixProvider
{
    public sealed override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    public sealed override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (var diagnostic in context.Diagnostics)
        {
            var marked = root!.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true);
            if (Replace(marked, model!, context.CancellationToken) is not var (title, old, fresh))
                continue;
            context.RegisterCodeFix(
                CodeAction.Create(title, _ => Task.FromResult(context.Document.WithSyntaxRoot(root.ReplaceNode(old, Tidy(old, fresh)))), equivalenceKey: title),
                diagnostic);
        }
    }

    /// <summary>What to write instead; null where there is no safe fix.</summary>
    protected abstract (string Title, SyntaxNode Old, SyntaxNode Fresh)? Replace(SyntaxNode marked, SemanticModel model, CancellationToken ct);

    /// <summary>True where 'await' may be written.</summary>
    protected static bool MayAwait(SyntaxNode node)
    {
        foreach (var outer in node.Ancestors())
        {
            switch (outer)
            {
                case AnonymousFunctionExpressionSyntax lambda:
                    return lambda.Modifiers.Any(SyntaxKind.AsyncKeyword);
                case LocalFunctionStatementSyntax local:
                    return local.Modifiers.Any(SyntaxKind.AsyncKeyword);
                case MethodDeclarationSyntax method:
                    return method.Modifiers.Any(SyntaxKind.AsyncKeyword);
                case LockStatementSyntax:
                    return false;
                case GlobalStatementSyntax:
                    return true;
                case MemberDeclarationSyntax:
                    return false;
            }
        }

        return false;
    }

    /// <summary>The name of the token that the innermost method, local function or lambda with one has; null when there is none.</summary>
    protected static string? TokenAt(SyntaxNode node, SemanticModel model, CancellationToken ct)
    {
        var symbol = model.GetEnclosingSymbol(node.SpanStart, ct);
        for (; symbol is IMethodSymbol method; symbol = symbol.ContainingSymbol)
        {
            if (method.Parameters.FirstOrDefault(parameter => IsToken(parameter.Type)) is { } token)
                return token.Name;
        }

        return null;
    }

    protected static bool IsToken(ITypeSymbol type) => type.ToDisplayString() == "System.Threading.CancellationToken";

    /// <summary>Awaits an expression; in parentheses where more follows.</summary>
    protected static ExpressionSyntax Await(ExpressionSyntax expression, SyntaxNode place)
    {
        var wait = SyntaxFactory.AwaitExpression(SyntaxFactory.Token(SyntaxKind.AwaitKeyword).WithTrailingTrivia(SyntaxFactory.Space), expression.WithoutTrivia());
        return place.Parent is MemberAccessExpressionSyntax or ElementAccessExpressionSyntax or ConditionalAccessExpressionSyntax or PostfixUnaryExpressionSyntax or InvocationExpressionSyntax
            ? SyntaxFactory.ParenthesizedExpression(wait)
            : wait;
    }

    private static SyntaxNode Tidy(SyntaxNode old, SyntaxNode fresh) => fresh.WithTriviaFrom(old).WithAdditionalAnnotations(Formatter.Annotation);
}
