using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Reeve.Generators.Emit;
using Reeve.Generators.Reading;

namespace Reeve.Generators;

/// <summary>Describes every [Flow] and [Task] method and routes every call of one through the engine.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class FlowGenerator : IIncrementalGenerator
{
    public const string InterceptorsNamespace = "Reeve.Generated";

    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var flows = Declared(context, MethodReader.FlowAttribute);
        var tasks = Declared(context, MethodReader.TaskAttribute);
        var calls = context.SyntaxProvider
            .CreateSyntaxProvider(static (node, _) => node is InvocationExpressionSyntax, static (found, token) => ReadCall(found, token))
            .Where(static call => call is not null)
            .Select(static (call, _) => call!)
            .Collect();
        var mayIntercept = context.ParseOptionsProvider.Select(static (options, _) => MayIntercept(options));
        context.RegisterSourceOutput(
            flows.Combine(tasks).Combine(calls).Combine(mayIntercept),
            static (output, found) => Write(output, found.Left.Left.Left, found.Left.Left.Right, found.Left.Right, found.Right));
    }

    private static IncrementalValueProvider<ImmutableArray<RunMethod>> Declared(IncrementalGeneratorInitializationContext context, string attribute) =>
        context.SyntaxProvider
            .ForAttributeWithMetadataName(
                attribute,
                static (node, _) => node is MethodDeclarationSyntax,
                static (found, token) => MethodReader.Read((IMethodSymbol)found.TargetSymbol, found.SemanticModel.Compilation, token))
            .Where(static method => method is not null)
            .Select(static (method, _) => method!)
            .Collect();

    private static RunCall? ReadCall(GeneratorSyntaxContext found, CancellationToken cancellationToken)
    {
        var invocation = (InvocationExpressionSyntax)found.Node;
        if (found.SemanticModel.GetSymbolInfo(invocation, cancellationToken).Symbol is not IMethodSymbol symbol)
            return null;
        symbol = (symbol.ReducedFrom ?? symbol).OriginalDefinition;
        if (MethodReader.RunAttribute(symbol) is null || invocation.Expression is MemberAccessExpressionSyntax { Expression: BaseExpressionSyntax })
            return null; // base.M() would be dispatched virtually, back to the override; the analyzer reports it
        if (MethodReader.Read(symbol, found.SemanticModel.Compilation, cancellationToken) is not { } method
            || found.SemanticModel.GetInterceptableLocation(invocation, cancellationToken) is not { } location)
            return null;
        return new(method with { ParameterSchema = null }, location.GetInterceptsLocationAttributeSyntax() + " // " + location.GetDisplayLocation());
    }

    /// <summary>Whether the project allows interceptors in our namespace: the package's targets say so, a bare reference to the library does not.</summary>
    private static bool MayIntercept(ParseOptions options)
    {
        if (!options.Features.TryGetValue("InterceptorsNamespaces", out var namespaces))
            return false;
        return namespaces.Split(';').Select(name => name.Trim()).Any(name => name == InterceptorsNamespace || name == "Reeve");
    }

    private static void Write(
        SourceProductionContext output, ImmutableArray<RunMethod> flows, ImmutableArray<RunMethod> tasks, ImmutableArray<RunCall> calls, bool mayIntercept)
    {
        var methods = flows.Concat(tasks).Concat(calls.Select(call => call.Method))
            .GroupBy(method => method.Key, StringComparer.Ordinal)
            .Select(group => group.First()) // declarations come first and know more
            .ToList();
        if (methods.Count == 0)
            return;
        if (!mayIntercept && !calls.IsEmpty)
            output.ReportDiagnostic(Diagnostic.Create(Rules.InterceptorsOff, Location.None));
        var routed = mayIntercept ? calls : [];
        output.AddSource("Reeve.g.cs", RunSource.Write(methods, routed.ToLookup(call => call.Method.Key, StringComparer.Ordinal)));
    }
}
