using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Reeve.Generators.Reading;

namespace Reeve.Generators.Analyzers;

/// <summary>What can be told of a call of a [Flow] or [Task] method by where it stands.</summary>
internal static class RunCalls
{
    public static bool IsRun(IInvocationOperation call) => MethodReader.RunAttribute(call.TargetMethod) is not null;

    public static bool IsAwaitable(ITypeSymbol type) =>
        type is INamedTypeSymbol { Name: "Task" or "ValueTask", ContainingNamespace: { Name: "Tasks", ContainingNamespace: { Name: "Threading", ContainingNamespace.Name: "System" } } };

    public static bool IsInExpressionTree(IOperation operation)
    {
        for (var outer = operation.Parent; outer is not null; outer = outer.Parent)
        {
            if (outer is IAnonymousFunctionOperation && outer.Parent is IConversionOperation or IDelegateCreationOperation
                && outer.Parent.Type is INamedTypeSymbol { Name: "Expression" or "LambdaExpression" } type && type.ContainingNamespace.ToDisplayString() == "System.Linq.Expressions")
                return true;
        }

        return false;
    }

    /// <summary>The innermost lambda or local function around an operation; null in a method's own body.</summary>
    public static (IMethodSymbol Symbol, IOperation Operation)? FunctionAround(IOperation operation)
    {
        for (var outer = operation.Parent; outer is not null; outer = outer.Parent)
        {
            if (outer is IAnonymousFunctionOperation lambda)
                return (lambda.Symbol, lambda);
            if (outer is ILocalFunctionOperation local)
                return (local.Symbol, local);
        }

        return null;
    }

    /// <summary>The [Flow] or [Task] method that an operation stands in, also inside its lambdas.</summary>
    public static IMethodSymbol? RunAround(ISymbol containing)
    {
        for (var symbol = containing; symbol is IMethodSymbol method; symbol = symbol.ContainingSymbol)
        {
            if (MethodReader.RunAttribute(method) is not null)
                return method;
        }

        return null;
    }

    /// <summary>The call that a lambda is an argument of; null for other uses.</summary>
    public static IInvocationOperation? Receiver(IOperation lambda)
    {
        var user = lambda.Parent;
        while (user is IDelegateCreationOperation or IConversionOperation or IArgumentOperation)
            user = user.Parent;
        return user as IInvocationOperation;
    }
}
