using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Reeve.Generators.Analyzers;
using Reeve.Generators.Reading;

namespace Reeve.Generators;

/// <summary>Says where [Flow] or [Task] stands in vain and where a call goes past the engine.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class MisuseAnalyzer : DiagnosticAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
        [Rules.NotRouted, Rules.CannotRun, Rules.SameName, Rules.SameEntrypoint, Rules.NotDeployable, Rules.SameTaskName];

    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterOperationAction(CheckReference, OperationKind.MethodReference);
        context.RegisterOperationAction(CheckBaseCall, OperationKind.Invocation);
        context.RegisterOperationAction(CheckLocalFunction, OperationKind.LocalFunction);
        context.RegisterCompilationStartAction(start =>
        {
            var flows = new ConcurrentBag<IMethodSymbol>();
            var tasks = new ConcurrentBag<IMethodSymbol>();
            start.RegisterSymbolAction(symbol => CheckMethod(symbol, flows, tasks), SymbolKind.Method);
            start.RegisterCompilationEndAction(end =>
            {
                CheckNames(end, flows);
                CheckTaskNames(end, tasks);
            });
        });
    }

    private static void CheckReference(OperationAnalysisContext context)
    {
        var reference = (IMethodReferenceOperation)context.Operation;
        if (MethodReader.RunAttribute(reference.Method.OriginalDefinition) is not null && !IsNaming(reference))
        {
            context.ReportDiagnostic(Diagnostic.Create(
                Rules.NotRouted, reference.Syntax.GetLocation(), "A delegate", reference.Method.Name, "Write a lambda that calls the method instead"));
        }
    }

    // Flow.Of(Etl) names a flow, and ServeAsync(Mail) a task: the engine calls it.
    private static bool IsNaming(IOperation reference)
    {
        for (var user = reference.Parent; user is not null; user = user.Parent)
        {
            var called = user switch
            {
                IInvocationOperation call => call.TargetMethod,
                IObjectCreationOperation creation => creation.Constructor,
                _ => null,
            };
            if (called is not null)
                return (called.ContainingType.ToDisplayString(), called.Name) is ("Reeve.Flow", "Of") or ("Reeve.Tasks", "ServeAsync") or ("Reeve.TaskWorker", ".ctor");
        }

        return false;
    }

    // A program that can build a host can have it make the instance, for a worker too.
    private static bool HasHost(Compilation compilation) =>
        compilation.GetTypeByMetadataName("Microsoft.Extensions.Hosting.Host") is not null || compilation.GetTypeByMetadataName("Microsoft.AspNetCore.Builder.WebApplication") is not null;

    private static void CheckBaseCall(OperationAnalysisContext context)
    {
        var call = (IInvocationOperation)context.Operation;
        if (call.Syntax is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: BaseExpressionSyntax } }
            && MethodReader.RunAttribute(call.TargetMethod) is not null)
        {
            context.ReportDiagnostic(Diagnostic.Create(
                Rules.NotRouted, call.Syntax.GetLocation(), "A call by 'base'", call.TargetMethod.Name, "Move the shared work into a method of its own"));
        }
        else if (MethodReader.RunAttribute(call.TargetMethod) is not null && RunCalls.IsInExpressionTree(call))
        {
            context.ReportDiagnostic(Diagnostic.Create(
                Rules.NotRouted, call.Syntax.GetLocation(), "A call in an expression tree", call.TargetMethod.Name, "Use a delegate instead of the expression"));
        }
    }

    private static void CheckLocalFunction(OperationAnalysisContext context) =>
        ReportFault(((ILocalFunctionOperation)context.Operation).Symbol, context.Compilation, context.ReportDiagnostic);

    private static void CheckMethod(SymbolAnalysisContext context, ConcurrentBag<IMethodSymbol> flows, ConcurrentBag<IMethodSymbol> tasks)
    {
        var method = (IMethodSymbol)context.Symbol;
        var kind = ReportFault(method, context.Compilation, context.ReportDiagnostic);
        if (kind == RunKind.Task && method is { IsAbstract: false, IsOverride: false } && !DeclaresAbove(method)) // one task, said twice
            tasks.Add(method);
        if (kind != RunKind.Flow)
            return;
        flows.Add(method);
        var isMade = !method.ContainingType.IsAbstract
            && method.ContainingType.InstanceConstructors.Any(c => c.Parameters.IsEmpty && context.Compilation.IsSymbolAccessibleWithin(c, context.Compilation.Assembly));
        if (!method.IsStatic && !isMade && !HasHost(context.Compilation))
            context.ReportDiagnostic(Diagnostic.Create(Rules.NotDeployable, method.Locations[0], method.Name, method.ContainingType.Name));
    }

    private static bool DeclaresAbove(IMethodSymbol method) => method.ContainingType.AllInterfaces.SelectMany(type => type.GetMembers(method.Name)).Any(member =>
        SymbolEqualityComparer.Default.Equals(method.ContainingType.FindImplementationForInterfaceMember(member), method));

    /// <summary>The kind of a good run method; null when it is none, or is none that can run.</summary>
    private static RunKind? ReportFault(IMethodSymbol method, Compilation compilation, System.Action<Diagnostic> report)
    {
        var kinds = method.GetAttributes().Select(attribute => attribute.AttributeClass is { } type ? MethodReader.KindOf(type) : null).OfType<RunKind>().ToList();
        if (kinds.Count == 0)
            return null;
        var fault = kinds.Count > 1 ? "it is marked as both; choose [Flow] or [Task]" : Suitability.Fault(method, compilation);
        if (fault is null)
            return kinds[0];
        report(Diagnostic.Create(Rules.CannotRun, method.Locations[0], method.Name, kinds[0], fault));
        return null;
    }

    private static void CheckNames(CompilationAnalysisContext context, ConcurrentBag<IMethodSymbol> flows)
    {
        var ordered = flows.OrderBy(flow => flow.ToDisplayString(), System.StringComparer.Ordinal).ToList();
        foreach (var group in ordered.GroupBy(flow => (Type: flow.ContainingType.ToDisplayString(), flow.Name)).Where(group => group.Count() > 1))
            context.ReportDiagnostic(Diagnostic.Create(Rules.SameEntrypoint, group.Last().Locations[0], group.Key.Name, group.Key.Type));
        foreach (var group in ordered.GroupBy(RunName).Where(group => group.Select(flow => flow.ContainingType.ToDisplayString() + flow.Name).Distinct().Count() > 1))
            context.ReportDiagnostic(Diagnostic.Create(Rules.SameName, group.Last().Locations[0], group.Key, group.First().ToDisplayString()));
    }

    // Overloads are one task to people; their keys differ.
    private static void CheckTaskNames(CompilationAnalysisContext context, ConcurrentBag<IMethodSymbol> tasks)
    {
        var ordered = tasks.OrderBy(task => task.ToDisplayString(), System.StringComparer.Ordinal).ToList();
        foreach (var group in ordered.GroupBy(RunName))
        {
            foreach (var task in group.Skip(1).Where(task => task.Name != group.First().Name || !SymbolEqualityComparer.Default.Equals(task.ContainingType, group.First().ContainingType)))
                context.ReportDiagnostic(Diagnostic.Create(Rules.SameTaskName, task.Locations[0], group.Key, group.First().ToDisplayString()));
        }
    }

    private static string RunName(IMethodSymbol run) =>
        MethodReader.RunAttribute(run)!.NamedArguments.FirstOrDefault(argument => argument.Key == "Name").Value.Value as string ?? Naming.KebabCase(run.Name);
}
