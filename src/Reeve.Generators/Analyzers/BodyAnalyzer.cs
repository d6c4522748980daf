using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Reeve.Generators.Reading;

namespace Reeve.Generators.Analyzers;

/// <summary>Says where the body of a flow or task cannot be stopped: it blocks, or does not hand its token on.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class BodyAnalyzer : DiagnosticAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Rules.Blocking, Rules.TokenNotPassed];

    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterOperationAction(CheckResult, OperationKind.PropertyReference);
        context.RegisterOperationAction(CheckCall, OperationKind.Invocation);
    }

    private static void CheckResult(OperationAnalysisContext context)
    {
        var reference = (IPropertyReferenceOperation)context.Operation;
        if (reference.Property.Name == "Result" && reference.Instance is { Type: { } type } task && RunCalls.IsAwaitable(type)
            && AsynchronousRun(context) is { } run && !IsAwaitedBefore(task, reference))
            Report(context, reference.Syntax.GetLocation(), ".Result", run, "Await it");
    }

    private static void CheckCall(OperationAnalysisContext context)
    {
        var call = (IInvocationOperation)context.Operation;
        if (AsynchronousRun(context) is not { } run)
            return;
        switch (call)
        {
            case { TargetMethod: { Name: "Sleep", ContainingType: { Name: "Thread", ContainingNamespace.Name: "Threading" } } }:
                Report(context, call.Syntax.GetLocation(), "Thread.Sleep", run, "Await Task.Delay with the token");
                break;
            case { TargetMethod.Name: "Wait", Instance.Type: { } type } when RunCalls.IsAwaitable(type):
                Report(context, call.Syntax.GetLocation(), ".Wait()", run, "Await it");
                break;
            case { TargetMethod.Name: "GetResult", Instance: IInvocationOperation { TargetMethod.Name: "GetAwaiter", Instance: { Type: { } type } task } } when RunCalls.IsAwaitable(type):
                if (!IsAwaitedBefore(task, call))
                    Report(context, call.Syntax.GetLocation(), ".GetAwaiter().GetResult()", run, "Await it");
                break;
            case { TargetMethod: { Name: "WaitAll" or "WaitAny", ContainingType: { Name: "Task", ContainingNamespace.Name: "Tasks" } } }:
                Report(context, call.Syntax.GetLocation(), "Task." + call.TargetMethod.Name, run, $"Await Task.{(call.TargetMethod.Name == "WaitAll" ? "WhenAll" : "WhenAny")}");
                break;
            default:
                CheckToken(context, call, run);
                break;
        }
    }

    // A run's own token argument is filled by the engine; what it calls beside runs is not.
    private static void CheckToken(OperationAnalysisContext context, IInvocationOperation call, IMethodSymbol run)
    {
        if (run.Parameters.FirstOrDefault(parameter => MethodReader.IsToken(parameter.Type)) is not { } token || RunCalls.IsRun(call)
            || !RunCalls.IsAwaitable(call.TargetMethod.ReturnType) || !IsTokenInScope(call, token))
            return;
        var given = call.Arguments.FirstOrDefault(argument => argument.Parameter is { } parameter && MethodReader.IsToken(parameter.Type));
        if (given is { ArgumentKind: not ArgumentKind.DefaultValue } || (given is null && !HasOverloadWithToken(call.TargetMethod)))
            return;
        context.ReportDiagnostic(Diagnostic.Create(Rules.TokenNotPassed, call.Syntax.GetLocation(), Name(call.TargetMethod), token.Name, run.Name));
    }

    private static bool IsTokenInScope(IOperation call, IParameterSymbol token)
    {
        // A lambda with a token of its own means that one.
        for (var around = RunCalls.FunctionAround(call); around is { } function; around = RunCalls.FunctionAround(function.Operation))
        {
            if (function.Symbol.IsStatic || function.Symbol.Parameters.Any(parameter => parameter.Name == token.Name || MethodReader.IsToken(parameter.Type)))
                return false;
        }

        return true;
    }

    private static bool HasOverloadWithToken(IMethodSymbol method) =>
        method.ContainingType.GetMembers(method.Name).OfType<IMethodSymbol>().Any(other =>
            other.IsStatic == method.IsStatic && other.Arity == method.Arity && other.Parameters.Length == method.Parameters.Length + 1
            && other.DeclaredAccessibility >= method.DeclaredAccessibility && MethodReader.IsToken(other.Parameters[other.Parameters.Length - 1].Type)
            && other.Parameters.Take(method.Parameters.Length).Zip(
                method.OriginalDefinition.Parameters, (a, b) => a.Type.ToDisplayString() == b.Type.ToDisplayString()).All(same => same));

    private static IMethodSymbol? AsynchronousRun(OperationAnalysisContext context) =>
        RunCalls.RunAround(context.ContainingSymbol) is { } run && RunCalls.IsAwaitable(run.ReturnType) ? run : null;

    // After 'await Task.WhenAll(a, b)' the result of a is there, and reading it blocks nobody.
    private static bool IsAwaitedBefore(IOperation task, IOperation use)
    {
        if (task is not (ILocalReferenceOperation or IParameterReferenceOperation) || use.Syntax.Ancestors().OfType<MemberDeclarationSyntax>().FirstOrDefault() is not { } member)
            return false;
        var name = task.Syntax.ToString();
        return member.DescendantNodes().OfType<AwaitExpressionSyntax>().Any(wait =>
            wait.SpanStart < use.Syntax.SpanStart && wait.DescendantNodes().OfType<IdentifierNameSyntax>().Any(identifier => identifier.Identifier.Text == name));
    }

    private static string Name(IMethodSymbol method) => $"{method.ContainingType.Name}.{method.Name}";

    private static void Report(OperationAnalysisContext context, Location location, string what, IMethodSymbol run, string advice) =>
        context.ReportDiagnostic(Diagnostic.Create(Rules.Blocking, location, what, run.Name, advice));
}
