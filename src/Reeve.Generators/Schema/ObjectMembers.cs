using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Reeve.Generators.Reading;

namespace Reeve.Generators.Schema;

internal sealed record ObjectMember(string Name, ISymbol Symbol, ITypeSymbol Type, bool IsRequired, string? Default, string? Description);

/// <summary>The members of a class, record or struct that the engine's JSON options read: public properties and fields, base types first.</summary>
internal static class ObjectMembers
{
    public static List<ObjectMember> Of(INamedTypeSymbol type, CancellationToken cancellationToken)
    {
        type = type.TupleUnderlyingType ?? type; // on the wire a tuple's elements are Item1, Item2 …
        var bound = BoundConstructor(type)?.Parameters.ToDictionary(parameter => parameter.Name, StringComparer.OrdinalIgnoreCase);
        var documentation = DocComment.Of(type, cancellationToken);
        var members = new List<ObjectMember>();
        foreach (var symbol in Chain(type).SelectMany(level => level.GetMembers()).Where(IsRead))
        {
            var (memberType, isRequired) = symbol is IPropertySymbol property ? (property.Type, property.IsRequired) : (((IFieldSymbol)symbol).Type, ((IFieldSymbol)symbol).IsRequired);
            IParameterSymbol? parameter = null;
            if (bound?.TryGetValue(symbol.Name, out parameter) == true && !parameter!.HasExplicitDefaultValue)
                isRequired = true;
            if (parameter is null && symbol is IPropertySymbol { SetMethod: null })
                continue;
            if (!documentation.Parameters.TryGetValue(symbol.Name, out var description))
                description = DocComment.Of(symbol, cancellationToken).Summary;
            var name = JsonName(symbol) ?? symbol.Name;
            members.RemoveAll(member => member.Name == name);
            var value = parameter is { HasExplicitDefaultValue: true } && memberType.TypeKind != TypeKind.Enum && (parameter.ExplicitDefaultValue is not null || !memberType.IsValueType)
                ? JsonText.Constant(parameter.ExplicitDefaultValue)
                : null;
            members.Add(new(name, parameter is not null && Bounds.Of(symbol, memberType).Count == 0 ? parameter : symbol, memberType, isRequired, value, description));
        }

        return members;
    }

    // The JSON reader takes the constructor marked for it, else the only public one with parameters when there is none without.
    private static IMethodSymbol? BoundConstructor(INamedTypeSymbol type)
    {
        var constructors = type.InstanceConstructors.Where(c => c.DeclaredAccessibility == Accessibility.Public).ToList();
        var marked = constructors.FirstOrDefault(c => c.GetAttributes().Any(attribute => attribute.AttributeClass?.Name == "JsonConstructorAttribute"));
        if (marked is not null || constructors.Any(c => c.Parameters.IsEmpty))
            return marked;
        var parameterised = constructors.Where(c => !c.Parameters.IsEmpty).ToList();
        return parameterised.Count == 1 ? parameterised[0] : null;
    }

    private static IEnumerable<INamedTypeSymbol> Chain(INamedTypeSymbol type) =>
        type.BaseType is { SpecialType: SpecialType.None } parent ? Chain(parent).Append(type) : [type];

    private static bool IsRead(ISymbol symbol) => symbol switch
    {
        { IsStatic: true } or { DeclaredAccessibility: not Accessibility.Public } => false,
        IPropertySymbol { IsIndexer: false, GetMethod: not null } => !IsIgnored(symbol),
        IFieldSymbol { IsConst: false, IsReadOnly: false } => !IsIgnored(symbol),
        _ => false,
    };

    private static bool IsIgnored(ISymbol symbol) => symbol.GetAttributes().Any(attribute =>
        attribute.AttributeClass?.Name == "JsonIgnoreAttribute" && !attribute.NamedArguments.Any(argument => argument.Key == "Condition"));

    private static string? JsonName(ISymbol symbol) => symbol.GetAttributes()
        .FirstOrDefault(attribute => attribute.AttributeClass?.Name == "JsonPropertyNameAttribute")?.ConstructorArguments.FirstOrDefault().Value as string;
}
