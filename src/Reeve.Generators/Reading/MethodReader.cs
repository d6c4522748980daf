using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Reeve.Generators.Schema;

namespace Reeve.Generators.Reading;

/// <summary>Reads a [Flow] or [Task] method into a <see cref="RunMethod"/>.</summary>
internal static class MethodReader
{
    public const string FlowAttribute = "Reeve.FlowAttribute";
    public const string TaskAttribute = "Reeve.TaskAttribute";

    public static readonly SymbolDisplayFormat Syntax = SymbolDisplayFormat.FullyQualifiedFormat.AddMiscellaneousOptions(
        SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier | SymbolDisplayMiscellaneousOptions.EscapeKeywordIdentifiers);

    public static AttributeData? RunAttribute(IMethodSymbol method) =>
        method.GetAttributes().FirstOrDefault(attribute => attribute.AttributeClass is { } type && KindOf(type) is not null);

    public static RunKind? KindOf(INamedTypeSymbol attribute) => attribute.ToDisplayString() switch
    {
        FlowAttribute => RunKind.Flow,
        TaskAttribute => RunKind.Task,
        _ => null,
    };

    public static RunMethod? Read(IMethodSymbol method, Compilation compilation, CancellationToken cancellationToken)
    {
        if (RunAttribute(method) is not { } attribute || Suitability.Fault(method, compilation) is not null)
            return null;

        var kind = KindOf(attribute.AttributeClass!)!.Value;
        var named = attribute.NamedArguments.ToDictionary(argument => argument.Key, argument => argument.Value);
        var isDeclaredHere = SymbolEqualityComparer.Default.Equals(method.ContainingAssembly, compilation.Assembly);
        var documentation = isDeclaredHere ? DocComment.Of(method, cancellationToken) : new DocComment();
        var (returnKind, result) = ReturnOf(method);
        return new RunMethod
        {
            Key = method.ContainingAssembly.Name + "|" + method.GetDocumentationCommentId(),
            Kind = kind,
            Name = Given(named, "Name") ?? Naming.KebabCase(method.Name),
            Method = method.Name,
            TypeMetadataName = Naming.MetadataName(method.ContainingType),
            TypeSyntax = method.ContainingType.ToDisplayString(Syntax),
            IsStatic = method.IsStatic,
            IsExtension = method.IsExtensionMethod,
            IsAccessible = Suitability.IsNameable(method.ContainingType, compilation) && compilation.IsSymbolAccessibleWithin(method, compilation.Assembly),
            IsConstructible = IsConstructible(method.ContainingType, compilation),
            Return = returnKind,
            ReturnSyntax = method.ReturnType.ToDisplayString(Syntax),
            ResultSyntax = result,
            Parameters = new([.. method.Parameters.Select(ReadParameter)]),
            Options = OptionReader.Read(method, attribute, compilation, cancellationToken),
            Description = Given(named, "Description") ?? documentation.Summary,
            Version = Given(named, "Version") ?? (isDeclaredHere ? SourceVersion(method) : null),
            Source = kind == RunKind.Task && isDeclaredHere ? TextOf(method, cancellationToken) : null,
            ParameterSchema = kind == RunKind.Flow && isDeclaredHere ? ParameterSchema.Of(method, documentation, cancellationToken) : null,
            IsDeclaredHere = isDeclaredHere,
        };
    }

    private static string? Given(Dictionary<string, TypedConstant> named, string key) =>
        named.TryGetValue(key, out var value) && value.Value is string text && text.Length > 0 ? text : null;

    private static bool IsConstructible(INamedTypeSymbol type, Compilation compilation) =>
        type is { TypeKind: TypeKind.Class, IsAbstract: false, IsStatic: false }
        && type.InstanceConstructors.Any(constructor => constructor.Parameters.IsEmpty && compilation.IsSymbolAccessibleWithin(constructor, compilation.Assembly));

    private static (ReturnKind Kind, string Result) ReturnOf(IMethodSymbol method)
    {
        if (method.ReturnsVoid)
            return (ReturnKind.Void, "");
        if (method.ReturnType is INamedTypeSymbol type && type.ContainingNamespace?.ToDisplayString() == "System.Threading.Tasks")
        {
            var result = type.TypeArguments.Length == 1 ? type.TypeArguments[0].ToDisplayString(Syntax) : "";
            switch (type.MetadataName)
            {
                case "Task": return (ReturnKind.Task, "");
                case "Task`1": return (ReturnKind.TaskOf, result);
                case "ValueTask": return (ReturnKind.ValueTask, "");
                case "ValueTask`1": return (ReturnKind.ValueTaskOf, result);
            }
        }

        return (ReturnKind.Value, method.ReturnType.ToDisplayString(Syntax));
    }

    private static RunParameter ReadParameter(IParameterSymbol parameter)
    {
        var type = parameter.Type.ToDisplayString(Syntax);
        var isNullable = parameter.Type.NullableAnnotation != NullableAnnotation.NotAnnotated
            && (parameter.Type.IsReferenceType || parameter.Type.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T);
        var hasDefault = parameter.HasExplicitDefaultValue;
        var value = hasDefault ? Literal.Of(parameter, type) : parameter.IsParams ? "[]" : $"default({type})!";
        return new(parameter.Name, type, IsToken(parameter.Type), !hasDefault && !parameter.IsParams, isNullable, value);
    }

    public static bool IsToken(ITypeSymbol type) => type.ToDisplayString() == "System.Threading.CancellationToken";

    // Like the system people know, a flow's version is by default a digest of the file it is written in.
    private static string? SourceVersion(IMethodSymbol method)
    {
        if (method.DeclaringSyntaxReferences.FirstOrDefault()?.SyntaxTree.GetText() is not { } text)
            return null;
        return string.Concat(text.GetChecksum().Take(16).Select(b => b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));
    }

    private static string? TextOf(IMethodSymbol method, CancellationToken cancellationToken) =>
        method.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellationToken) is { } node ? Naming.Hash(node.ToString()) : null;
}
