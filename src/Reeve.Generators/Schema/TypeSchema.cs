using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Reeve.Generators.Reading;

namespace Reeve.Generators.Schema;

/// <summary>JSON Schema of a C# type as the engine's JSON options read it; named types become <see cref="Definitions"/>.</summary>
internal sealed class TypeSchema(CancellationToken cancellationToken)
{
    private static readonly Dictionary<string, (string Type, string? Format)> Known = new()
    {
        ["System.DateTime"] = ("string", "date-time"),
        ["System.DateTimeOffset"] = ("string", "date-time"),
        ["System.DateOnly"] = ("string", "date"),
        ["System.TimeOnly"] = ("string", "time"),
        ["System.TimeSpan"] = ("string", "duration"),
        ["System.Guid"] = ("string", "uuid"),
        ["System.Uri"] = ("string", "uri"),
        ["System.Version"] = ("string", null),
        ["System.Half"] = ("number", null),
        ["System.Int128"] = ("integer", null),
        ["System.UInt128"] = ("integer", null),
        ["System.Text.Json.Nodes.JsonObject"] = ("object", null),
        ["System.Text.Json.Nodes.JsonArray"] = ("array", null),
    };

    private readonly Dictionary<ITypeSymbol, string> _names = new(SymbolEqualityComparer.Default);

    public Dictionary<string, string> Definitions { get; } = [];

    /// <summary>Whether anything but types was said.</summary>
    public bool HasBounds { get; private set; }

    /// <summary>The schema of a parameter's or member's type, with what its attributes say.</summary>
    public SchemaMembers Of(ISymbol symbol, ITypeSymbol type)
    {
        var bounds = Bounds.Of(symbol, Unwrap(type) ?? type);
        HasBounds |= bounds.Count > 0;
        return Of(type, bounds);
    }

    public SchemaMembers Of(ITypeSymbol type, SchemaMembers? bounds = null)
    {
        if (Unwrap(type) is { } value)
            return OrNull(Of(value, bounds));
        var schema = OfNotNull(type);
        if (bounds is { Count: > 0 })
        {
            schema.RemoveAll(member => bounds.Any(bound => bound.Key == member.Key)); // what was said beats what the type implies
            schema.AddRange(bounds);
        }

        return type is { IsReferenceType: true, NullableAnnotation: NullableAnnotation.Annotated } && schema.Count > 0 ? OrNull(schema) : schema;
    }

    /// <summary>The T of a <c>T?</c> of a value type.</summary>
    public static ITypeSymbol? Unwrap(ITypeSymbol type) =>
        type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable ? nullable.TypeArguments[0] : null;

    private static SchemaMembers OrNull(SchemaMembers schema) =>
        new SchemaMembers().With("anyOf", JsonText.Array([schema.ToString(), SchemaMembers.OfType("null").ToString()]));

    private SchemaMembers OfNotNull(ITypeSymbol type)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (OfSpecial(type) is { } special)
            return special;
        if (type is IArrayTypeSymbol array)
        {
            return array.ElementType.SpecialType == SpecialType.System_Byte
                ? SchemaMembers.OfType("string").WithText("contentEncoding", "base64")
                : OfItems(array.ElementType);
        }

        var name = type.OriginalDefinition.ToDisplayString(SymbolDisplayFormat.CSharpErrorMessageFormat.WithMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.None));
        if (Known.TryGetValue(name, out var known))
            return SchemaMembers.OfType(known.Type, known.Format);
        if (type is not INamedTypeSymbol named || name.StartsWith("System.Text.Json.", StringComparison.Ordinal))
            return [];
        if (named.TypeKind == TypeKind.Enum)
            return Reference(named, () => OfEnum(named));
        if (OfCollection(named) is { } collection)
            return collection;
        return named.TypeKind is TypeKind.Class or TypeKind.Struct && !named.IsAbstract ? Reference(named, () => OfObject(named)) : [];
    }

    private static SchemaMembers? OfSpecial(ITypeSymbol type) => type.SpecialType switch
    {
        SpecialType.System_String => SchemaMembers.OfType("string"),
        SpecialType.System_Char => SchemaMembers.OfType("string").With("minLength", "1").With("maxLength", "1"),
        SpecialType.System_Boolean => SchemaMembers.OfType("boolean"),
        SpecialType.System_DateTime => SchemaMembers.OfType("string", "date-time"),
        SpecialType.System_Single or SpecialType.System_Double or SpecialType.System_Decimal => SchemaMembers.OfType("number"),
        >= SpecialType.System_SByte and <= SpecialType.System_UInt64 => SchemaMembers.OfType("integer"),
        SpecialType.System_Object => [],
        _ => type.TypeKind == TypeKind.Dynamic ? [] : null,
    };

    private SchemaMembers OfItems(ITypeSymbol item) => SchemaMembers.OfType("array").With("items", Of(item).ToString());

    private SchemaMembers? OfCollection(INamedTypeSymbol type)
    {
        if (Implemented(type, "System.Collections.Generic.IReadOnlyDictionary<TKey, TValue>", "System.Collections.Generic.IDictionary<TKey, TValue>") is { } dictionary)
            return SchemaMembers.OfType("object").With("additionalProperties", Of(dictionary.TypeArguments[1]).ToString());
        if (Implemented(type, "System.Collections.Generic.IEnumerable<T>") is not { } enumerable)
            return null;
        var items = OfItems(enumerable.TypeArguments[0]);
        return Implemented(type, "System.Collections.Generic.ISet<T>", "System.Collections.Generic.IReadOnlySet<T>") is null ? items : items.With("uniqueItems", "true");
    }

    private static INamedTypeSymbol? Implemented(INamedTypeSymbol type, params string[] interfaces) =>
        type.AllInterfaces.Prepend(type).FirstOrDefault(candidate => interfaces.Contains(candidate.OriginalDefinition.ToDisplayString()));

    private SchemaMembers Reference(INamedTypeSymbol type, Func<SchemaMembers> make)
    {
        if (!_names.TryGetValue(type, out var name))
        {
            name = FreeName(type);
            _names[type] = name;
            Definitions[name] = ""; // taken before it is made: the type may refer to itself
            Definitions[name] = make().ToString();
        }

        return new SchemaMembers().With("allOf", JsonText.Array([JsonText.Object([new("$ref", JsonText.String("#/definitions/" + name))])]));
    }

    private string FreeName(INamedTypeSymbol type)
    {
        var name = type.Name.Length == 0 || type.IsTupleType ? "Tuple" : type.Name + string.Concat(type.TypeArguments.Select(argument => argument.Name));
        var free = name;
        for (var i = 2; Definitions.ContainsKey(free); i++)
            free = name + i.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return free;
    }

    private static SchemaMembers OfEnum(INamedTypeSymbol type)
    {
        var schema = new SchemaMembers().WithText("title", type.Name);
        // [Flags] values are written "Read, Write", which no list of members could hold.
        if (!type.GetAttributes().Any(attribute => attribute.AttributeClass?.Name == "FlagsAttribute"))
            schema.With("enum", JsonText.Strings(type.GetMembers().OfType<IFieldSymbol>().Where(field => field.HasConstantValue).Select(EnumName)));
        return schema.WithText("type", "string");
    }

    /// <summary>The name of an enum's member in JSON.</summary>
    public static string EnumName(IFieldSymbol field) => field.GetAttributes()
        .FirstOrDefault(attribute => attribute.AttributeClass?.Name == "JsonStringEnumMemberNameAttribute")?.ConstructorArguments.FirstOrDefault().Value as string ?? field.Name;

    private SchemaMembers OfObject(INamedTypeSymbol type)
    {
        var members = ObjectMembers.Of(type, cancellationToken);
        var properties = new SchemaMembers();
        foreach (var member in members)
        {
            var property = new SchemaMembers().WithText("title", member.Name).WithText("description", member.Description);
            if (member.Default is not null)
                property.With("default", member.Default);
            property.AddRange(Of(member.Symbol, member.Type));
            properties.With(member.Name, property.ToString());
        }

        var schema = new SchemaMembers().WithText("title", type.Name).WithText("description", DocComment.Of(type, cancellationToken).Summary).WithText("type", "object").With("properties", properties.ToString());
        var required = members.Where(member => member.IsRequired).Select(member => member.Name).ToList();
        return required.Count == 0 ? schema : schema.With("required", JsonText.Strings(required));
    }
}
