using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Reeve.Generators.Reading;

namespace Reeve.Generators.Analyzers;

/// <summary>Says where a run is called so that the engine, or the flow, loses sight of it.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class CallAnalyzer : DiagnosticAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
        [Rules.HiddenDispatch, Rules.NotAwaited, Rules.LostContext, Rules.AsyncVoid];

    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterOperationAction(CheckCall, OperationKind.Invocation);
        context.RegisterCompilationStartAction(start =>
        {
            var hidden = new ConcurrentBag<(IMethodSymbol Declared, IMethodSymbol Run)>();
            var calls = new ConcurrentBag<(IMethodSymbol Target, Location Location)>();
            start.RegisterSymbolAction(symbol => CollectHidden((IMethodSymbol)symbol.Symbol, hidden), SymbolKind.Method);
            start.RegisterOperationAction(call => CollectCall((IInvocationOperation)call.Operation, calls), OperationKind.Invocation);
            start.RegisterCompilationEndAction(end => CheckHidden(end, hidden, calls));
        });
    }

    private static void CheckCall(OperationAnalysisContext context)
    {
        var call = (IInvocationOperation)context.Operation;
        if (!RunCalls.IsRun(call))
            return;
        if (RunCalls.FunctionAround(call) is { Symbol: { IsAsync: true, ReturnsVoid: true } } around)
        {
            var receiver = RunCalls.Receiver(around.Operation)?.TargetMethod.Name ?? "async void";
            context.ReportDiagnostic(Diagnostic.Create(Rules.AsyncVoid, call.Syntax.GetLocation(), call.TargetMethod.Name, receiver));
        }

        if (RunCalls.IsAwaitable(call.TargetMethod.ReturnType) && IsDropped(call))
            context.ReportDiagnostic(Diagnostic.Create(Rules.NotAwaited, call.Syntax.GetLocation(), call.TargetMethod.Name));
        if (ContextLoss(call) is var (where, advice))
            context.ReportDiagnostic(Diagnostic.Create(Rules.LostContext, call.Syntax.GetLocation(), call.TargetMethod.Name, where, advice));
    }

    private static bool IsDropped(IInvocationOperation call)
    {
        var user = call.Parent;
        while (user is IConversionOperation or IParenthesizedOperation)
            user = user.Parent;
        return user is IExpressionStatementOperation or ISimpleAssignmentOperation { Target: IDiscardOperation };
    }

    // Threads, Parallel, the pool and timers hand the context on by themselves. These do not.
    private static (string Where, string Advice)? ContextLoss(IInvocationOperation call)
    {
        for (IOperation? outer = call; outer is not null; outer = outer.Parent)
        {
            if (outer is IAnonymousFunctionOperation && RunCalls.Receiver(outer)?.TargetMethod is { } target)
            {
                if (target is { Name: "UnsafeQueueUserWorkItem", ContainingType.Name: "ThreadPool" })
                    return ("ThreadPool.UnsafeQueueUserWorkItem", "Use Task.Run or ThreadPool.QueueUserWorkItem");
                if (target is { Name: "UnsafeRegister", ContainingType.Name: "CancellationToken" })
                    return ("CancellationToken.UnsafeRegister", "Use CancellationToken.Register");
                if (target is { Name: "UnsafeOnCompleted" })
                    return ("UnsafeOnCompleted", "Await it");
            }

            if (outer is IUsingOperation { Resources: IInvocationOperation { TargetMethod: { Name: "SuppressFlow", ContainingType.Name: "ExecutionContext" } } })
                return ("ExecutionContext.SuppressFlow", "Call it outside of that block");
        }

        return null;
    }

    private static void CollectHidden(IMethodSymbol method, ConcurrentBag<(IMethodSymbol, IMethodSymbol)> hidden)
    {
        if (MethodReader.RunAttribute(method) is null)
            return;
        for (var above = method.OverriddenMethod; above is not null; above = above.OverriddenMethod)
            hidden.Add((above.OriginalDefinition, method));
        foreach (var member in method.ContainingType.AllInterfaces.SelectMany(type => type.GetMembers().OfType<IMethodSymbol>()))
        {
            if (SymbolEqualityComparer.Default.Equals(method.ContainingType.FindImplementationForInterfaceMember(member), method))
                hidden.Add((member.OriginalDefinition, method));
        }
    }

    private static void CollectCall(IInvocationOperation call, ConcurrentBag<(IMethodSymbol, Location)> calls)
    {
        var target = call.TargetMethod;
        var isBase = call.Syntax is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: BaseExpressionSyntax } };
        if (!isBase && (target.IsVirtual || target.IsAbstract || target.IsOverride) && MethodReader.RunAttribute(target) is null)
            calls.Add((target.OriginalDefinition, call.Syntax.GetLocation()));
    }

    private static void CheckHidden(
        CompilationAnalysisContext context, ConcurrentBag<(IMethodSymbol Declared, IMethodSymbol Run)> hidden, ConcurrentBag<(IMethodSymbol Target, Location Location)> calls)
    {
        var runs = new Dictionary<ISymbol, IMethodSymbol>(SymbolEqualityComparer.Default);
        foreach (var (declared, run) in hidden.Where(pair => MethodReader.RunAttribute(pair.Declared) is null))
            runs[declared] = run;
        foreach (var (target, location) in calls.Where(call => runs.ContainsKey(call.Target)))
        {
            context.ReportDiagnostic(Diagnostic.Create(
                Rules.HiddenDispatch, location, runs[target].ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat), $"{target.ContainingType.Name}.{target.Name}"));
        }
    }
}
