using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Reeve.Generators.Reading;

namespace Reeve.Generators.Analyzers;

/// <summary>Says which parameters and results cannot be stored, and which should not be.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class DataAnalyzer : DiagnosticAnalyzer
{
    private const int DeepestLook = 4;

    private static readonly HashSet<string> Loggers = new(StringComparer.Ordinal) { "Reeve.RunLogger", "Microsoft.Extensions.Logging.LoggerExtensions", "System.Console" };

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Rules.NotSerializable, Rules.SecretInClear];

    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterSymbolAction(CheckMethod, SymbolKind.Method);
        context.RegisterOperationAction(CheckLogged, OperationKind.Invocation);
    }

    private static void CheckMethod(SymbolAnalysisContext context)
    {
        var method = (IMethodSymbol)context.Symbol;
        if (MethodReader.RunAttribute(method) is not { AttributeClass: { } attribute } || Suitability.Fault(method, context.Compilation) is not null)
            return;
        var isFlow = MethodReader.KindOf(attribute) == RunKind.Flow;
        foreach (var parameter in method.Parameters.Where(parameter => !MethodReader.IsToken(parameter.Type)))
        {
            if (Unserializable(parameter.Type, DeepestLook) is { } held)
                context.ReportDiagnostic(Diagnostic.Create(Rules.NotSerializable, parameter.Locations[0], $"Parameter '{parameter.Name}'", method.Name, held.ToDisplayString()));
            else if (isFlow && IsSecret(parameter.Name, parameter.Type))
            {
                context.ReportDiagnostic(Diagnostic.Create(
                    Rules.SecretInClear, parameter.Locations[0], parameter.Name, "the parameters of a flow run are stored and shown in clear", "Pass the name of a block or secret and load it inside"));
            }
        }

        if (Result(method) is { } result && Unserializable(result, DeepestLook) is { } inside)
            context.ReportDiagnostic(Diagnostic.Create(Rules.NotSerializable, method.Locations[0], "The result", method.Name, inside.ToDisplayString()));
    }

    private static ITypeSymbol? Result(IMethodSymbol method)
    {
        if (method.ReturnsVoid)
            return null;
        return RunCalls.IsAwaitable(method.ReturnType) ? ((INamedTypeSymbol)method.ReturnType).TypeArguments.FirstOrDefault() : method.ReturnType;
    }

    /// <summary>The type inside a type that cannot be stored; null when there is none. Looks into arrays, type arguments and public properties of the author's own types.</summary>
    private static ITypeSymbol? Unserializable(ITypeSymbol type, int depth)
    {
        if (type.TypeKind is TypeKind.Delegate or TypeKind.Pointer or TypeKind.FunctionPointer || IsOpenThing(type) || RunCalls.IsAwaitable(type))
            return type;
        if (depth == 0)
            return null;
        if (type is IArrayTypeSymbol array)
            return Unserializable(array.ElementType, depth - 1);
        if (type is not INamedTypeSymbol named)
            return null;
        if (named.TypeArguments.Select(argument => Unserializable(argument, depth - 1)).FirstOrDefault(held => held is not null) is { } found)
            return found;
        return type.DeclaringSyntaxReferences.IsEmpty || HasConverter(type)
            ? null
            : type.GetMembers().OfType<IPropertySymbol>()
                .Where(property => property is { IsStatic: false, IsIndexer: false, DeclaredAccessibility: Accessibility.Public, GetMethod: not null } && !IsIgnored(property))
                .Select(property => SymbolEqualityComparer.Default.Equals(property.Type, type) ? null : Unserializable(property.Type, depth - 1))
                .FirstOrDefault(held => held is not null);
    }

    private static bool IsOpenThing(ITypeSymbol type)
    {
        for (var one = type as INamedTypeSymbol; one is not null; one = one.BaseType)
        {
            if (one.ToDisplayString() is "System.IO.Stream" or "System.IO.TextReader" or "System.IO.TextWriter" or "System.Net.Http.HttpMessageInvoker" or "System.Data.Common.DbConnection"
                or "System.Runtime.InteropServices.SafeHandle" or "System.Net.Sockets.Socket" or "System.Threading.Thread" or "System.Threading.CancellationTokenSource"
                or "System.Threading.SemaphoreSlim" or "System.Threading.WaitHandle" or "System.Type" or "System.Reflection.MemberInfo" or "System.Exception")
                return true;
        }

        return type.TypeKind == TypeKind.Interface
            && type.ToDisplayString() is "System.Data.IDbConnection" or "System.IServiceProvider" or "Microsoft.Extensions.Logging.ILogger"
            || type.SpecialType is SpecialType.System_IntPtr or SpecialType.System_UIntPtr;
    }

    private static bool HasConverter(ISymbol symbol) => symbol.GetAttributes().Any(attribute => attribute.AttributeClass?.Name == "JsonConverterAttribute");

    private static bool IsIgnored(IPropertySymbol property) =>
        property.GetAttributes().Any(attribute => attribute.AttributeClass?.Name is "JsonIgnoreAttribute" or "JsonConverterAttribute");

    private static void CheckLogged(OperationAnalysisContext context)
    {
        var call = (IInvocationOperation)context.Operation;
        if (!Loggers.Contains(call.TargetMethod.ContainingType.ToDisplayString()) || RunCalls.RunAround(context.ContainingSymbol) is null)
            return;
        foreach (var argument in call.Arguments)
        {
            foreach (var (name, type, place) in Shown(argument.Value).Where(shown => IsSecret(shown.Name, shown.Type)))
            {
                context.ReportDiagnostic(Diagnostic.Create(
                    Rules.SecretInClear, place.Syntax.GetLocation(), name, "log lines are stored and shown in clear", "Leave it out of the message"));
            }
        }
    }

    // Only what is shown as it is: not its length, nor a comparison, nor what a method makes of it.
    private static IEnumerable<(string Name, ITypeSymbol Type, IOperation Place)> Shown(IOperation value) => value switch
    {
        IConversionOperation conversion => Shown(conversion.Operand),
        IInterpolatedStringOperation text => text.Parts.OfType<IInterpolationOperation>().SelectMany(part => Shown(part.Expression)),
        IBinaryOperation { OperatorKind: BinaryOperatorKind.Add } sum => Shown(sum.LeftOperand).Concat(Shown(sum.RightOperand)),
        IArrayCreationOperation { Initializer: { } items } => items.ElementValues.SelectMany(Shown),
        { Type: { } type } when IsSecretType(type) => [], // it shows itself hidden
        ILocalReferenceOperation local => [(local.Local.Name, local.Type!, local)],
        IParameterReferenceOperation parameter => [(parameter.Parameter.Name, parameter.Type!, parameter)],
        IFieldReferenceOperation field => [(field.Field.Name, field.Type!, field)],
        IInvocationOperation { TargetMethod.Name: "Reveal", Instance: { Type: { } holder } revealed } call when IsSecretType(holder) => [(revealed.Syntax.ToString(), holder, call)],
        IPropertyReferenceOperation property => [(property.Property.Name, property.Type!, property)],
        _ => [],
    };

    private static bool IsSecret(string name, ITypeSymbol type) => IsSecretType(type) || (type.SpecialType == SpecialType.System_String && SoundsSecret(name));

    private static bool IsSecretType(ITypeSymbol type) =>
        type is INamedTypeSymbol { Name: "Secret", ContainingNamespace: { Name: "Reeve", ContainingNamespace.IsGlobalNamespace: true } };

    // By its last words, so that neither "passwordPolicy" nor "pageToken" is one.
    private static bool SoundsSecret(string name)
    {
        var words = Naming.KebabCase(name.TrimStart('_')).Split('-');
        var last = words[words.Length - 1];
        var two = words.Length > 1 ? words[words.Length - 2] + last : last;
        return last is "password" or "passwd" or "passphrase" or "secret" or "apikey"
            || two is "apikey" or "accesstoken" or "authtoken" or "apitoken" or "bearertoken" or "refreshtoken" or "accesskey" or "secretkey" or "privatekey" or "connectionstring";
    }
}
