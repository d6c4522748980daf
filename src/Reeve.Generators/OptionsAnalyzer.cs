using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Reeve.Generators.Reading;

namespace Reeve.Generators;

/// <summary>Says which arguments of [Flow] and [Task] do not fit the method: names of methods and parameters, numbers, options without effect.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class OptionsAnalyzer : DiagnosticAnalyzer
{
    private static readonly string[] OnlyForCached = ["CacheExpirationSeconds", "RefreshCache"];

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [OptionRules.DoesNotFit, OptionRules.WithoutEffect];

    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterSymbolAction(Check, SymbolKind.Method);
    }

    private static void Check(SymbolAnalysisContext context)
    {
        var method = (IMethodSymbol)context.Symbol;
        if (MethodReader.RunAttribute(method) is not { } attribute)
            return;
        foreach (var fault in OptionReader.Read(method, attribute, context.Compilation, context.CancellationToken).Faults)
            Report(OptionRules.DoesNotFit, fault.Option, fault.Fault);
        var given = attribute.NamedArguments.ToDictionary(argument => argument.Key, argument => argument.Value.Kind == TypedConstantKind.Array ? null : argument.Value.Value);
        bool Says(string option) => given.ContainsKey(option);
        var isCached = Says("CacheKey") || (given.TryGetValue("CachePolicy", out var policy) && policy is int and not 0);
        if (!isCached)
        {
            foreach (var option in OnlyForCached.Where(Says))
                Report(OptionRules.WithoutEffect, option, "the task is not cached; say what a cached result stands for by CachePolicy or CacheKey");
        }
        else if (given.TryGetValue("PersistResult", out var persists) && persists is false)
        {
            Report(OptionRules.WithoutEffect, Says("CacheKey") ? "CacheKey" : "CachePolicy", "a result that is not stored (PersistResult = false) cannot be cached");
        }

        void Report(DiagnosticDescriptor rule, string option, string why) => context.ReportDiagnostic(Diagnostic.Create(rule, Place(attribute, option, context), option, method.Name, why));
    }

    private static Location Place(AttributeData attribute, string option, SymbolAnalysisContext context)
    {
        var syntax = attribute.ApplicationSyntaxReference?.GetSyntax(context.CancellationToken) as AttributeSyntax;
        return syntax?.ArgumentList?.Arguments.FirstOrDefault(argument => argument.NameEquals?.Name.Identifier.Text == option)?.GetLocation()
            ?? syntax?.GetLocation() ?? context.Symbol.Locations[0];
    }
}
