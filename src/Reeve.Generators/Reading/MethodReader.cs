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
        var (schema, hasBounds) = kind == RunKind.Flow && isDeclaredHere ? ParameterSchema.Of(method, documentation, cancellationToken) : (null, false);
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
            TypeParameters = new([.. method.TypeParameters.Select(parameter => parameter.Name)]),
            Constraints = string.Concat(method.TypeParameters.Select(ConstraintsOf)),
            Options = OptionReader.Read(method, attribute, compilation, cancellationToken),
            Description = Given(named, "Description") ?? documentation.Summary,
            Version = Given(named, "Version") ?? (isDeclaredHere ? SourceVersion(method) : null),
            Source = kind == RunKind.Task && isDeclaredHere ? TextOf(method, cancellationToken) : null,
            ParameterSchema = schema,
            HasBounds = hasBounds,
            IsDeclaredHere = isDeclaredHere,
            Export = ExportOf(method, compilation, isDeclaredHere),
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

        if (method.ReturnType is INamedTypeSymbol { MetadataName: "IAsyncEnumerable`1" } stream && stream.ContainingNamespace?.ToDisplayString() == "System.Collections.Generic")
            return (ReturnKind.Stream, stream.TypeArguments[0].ToDisplayString(Syntax));
        return (ReturnKind.Value, method.ReturnType.ToDisplayString(Syntax));
    }

    private static string ConstraintsOf(ITypeParameterSymbol parameter)
    {
        var constraints = new List<string>();
        if (parameter.HasUnmanagedTypeConstraint)
            constraints.Add("unmanaged");
        else if (parameter.HasValueTypeConstraint)
            constraints.Add("struct");
        if (parameter.HasReferenceTypeConstraint)
            constraints.Add(parameter.ReferenceTypeConstraintNullableAnnotation == NullableAnnotation.Annotated ? "class?" : "class");
        if (parameter.HasNotNullConstraint)
            constraints.Add("notnull");
        constraints.AddRange(parameter.ConstraintTypes.Select(type => type.ToDisplayString(Syntax)));
        if (parameter.HasConstructorConstraint)
            constraints.Add("new()");
        return constraints.Count == 0 ? "" : $" where {parameter.Name} : {string.Join(", ", constraints)}";
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

    // Options may name private methods, which other assemblies do not even see; so the descriptor comes from where the method is declared.
    private static string? ExportOf(IMethodSymbol method, Compilation compilation, bool isDeclaredHere)
    {
        if (method.DeclaredAccessibility == Accessibility.Private)
            return null;
        var (type, member) = (Naming.ExportsOf(method.ContainingAssembly.Name), "M" + Naming.Hash(method.GetDocumentationCommentId() ?? ""));
        return isDeclaredHere || compilation.GetTypeByMetadataName("Reeve.Generated." + type)?.GetMembers(member).IsEmpty == false ? type + "." + member : null;
    }
}
