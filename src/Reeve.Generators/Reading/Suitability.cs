using System.Linq;
using Microsoft.CodeAnalysis;

namespace Reeve.Generators.Reading;

/// <summary>Says why a method cannot be run by the engine, or null when it can. The analyzer reports it, the generator obeys it.</summary>
internal static class Suitability
{
    public static string? Fault(IMethodSymbol method, Compilation compilation) =>
        OfKind(method) ?? OfType(method, compilation) ?? OfSignature(method, compilation);

    private static string? OfKind(IMethodSymbol method) => method switch
    {
        { MethodKind: MethodKind.LocalFunction } => "it is a local function; move it into a class",
        { MethodKind: MethodKind.AnonymousFunction or MethodKind.LambdaMethod } => "it is a lambda; make it a method of a class",
        { MethodKind: not MethodKind.Ordinary } => "only ordinary methods can be run",
        { IsGenericMethod: true } when MethodReader.RunAttribute(method) is { AttributeClass: { } attribute } && MethodReader.KindOf(attribute) == RunKind.Flow =>
            "it is generic; a worker could not tell its types, so write a flow per type",
        { IsAsync: true, ReturnsVoid: true } => "it is 'async void', whose end nobody can await; return Task",
        { ReturnsByRef: true } or { ReturnsByRefReadonly: true } => "it returns by reference",
        _ => null,
    };

    private static string? OfType(IMethodSymbol method, Compilation compilation)
    {
        for (var type = method.ContainingType; type is not null; type = type.ContainingType)
        {
            if (type.IsGenericType)
                return $"its type '{type.Name}' is generic; the engine needs closed types";
        }

        if (method.IsStatic)
            return null;
        if (method.ContainingType.IsValueType)
            return "it is an instance method of a struct, which would run on a copy; make it static or the type a class";
        return IsNameable(method.ContainingType, compilation)
            ? null
            : $"generated code cannot see its type '{method.ContainingType.Name}'; make the type internal or public, or the method static";
    }

    private static string? OfSignature(IMethodSymbol method, Compilation compilation)
    {
        foreach (var parameter in method.Parameters)
        {
            if (parameter.RefKind != RefKind.None)
                return $"parameter '{parameter.Name}' is passed by reference (ref, out or in)";
            if (parameter.Type.IsRefLikeType || parameter.Type.TypeKind is TypeKind.Pointer or TypeKind.FunctionPointer)
                return $"parameter '{parameter.Name}' of type '{parameter.Type.ToDisplayString()}' cannot outlive the call";
            if (!IsNameable(parameter.Type, compilation))
                return $"generated code cannot see the type '{parameter.Type.ToDisplayString()}' of parameter '{parameter.Name}'; make it internal or public";
        }

        if (method.ReturnType.IsRefLikeType || method.ReturnType.TypeKind is TypeKind.Pointer or TypeKind.FunctionPointer)
            return $"its result of type '{method.ReturnType.ToDisplayString()}' cannot outlive the call";
        if (method.ReturnType is INamedTypeSymbol { Name: "IAsyncEnumerator" })
            return "it returns an enumerator, which ends after the run would; return IAsyncEnumerable";
        if (method.ReturnType is INamedTypeSymbol { Name: "IAsyncEnumerable" } && MethodReader.RunAttribute(method) is { AttributeClass: { } attribute } && MethodReader.KindOf(attribute) == RunKind.Flow)
            return "it returns a stream, which ends after the run would; return a list, or make it a [Task]";
        return IsNameable(method.ReturnType, compilation) || method.ReturnsVoid
            ? null
            : $"generated code cannot see its result type '{method.ReturnType.ToDisplayString()}'; make it internal or public";
    }

    /// <summary>Whether code in another file of this assembly may write the type's name.</summary>
    public static bool IsNameable(ITypeSymbol type, Compilation compilation) => type switch
    {
        IArrayTypeSymbol array => IsNameable(array.ElementType, compilation),
        ITypeParameterSymbol parameter => parameter.TypeParameterKind == TypeParameterKind.Method,
        INamedTypeSymbol named => !IsFileLocal(named) && compilation.IsSymbolAccessibleWithin(named.OriginalDefinition, compilation.Assembly)
            && named.TypeArguments.All(argument => IsNameable(argument, compilation)),
        _ => true,
    };

    private static bool IsFileLocal(INamedTypeSymbol? type) => type is not null && (type.IsFileLocal || IsFileLocal(type.ContainingType));
}
