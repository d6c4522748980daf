using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Reeve.Generators.Schema;

/// <summary>What attributes of System.ComponentModel.DataAnnotations say of a parameter or member, as JSON Schema.</summary>
internal static class Bounds
{
    private const string Space = "System.ComponentModel.DataAnnotations.";

    public static SchemaMembers Of(ISymbol symbol, ITypeSymbol type)
    {
        var bounds = new SchemaMembers();
        foreach (var attribute in symbol.GetAttributes())
        {
            if (attribute.AttributeClass?.ToDisplayString() is { } name && name.StartsWith(Space, StringComparison.Ordinal))
                Add(bounds, name.Substring(Space.Length), attribute, type.SpecialType == SpecialType.System_String);
        }

        return bounds;
    }

    private static void Add(SchemaMembers bounds, string name, AttributeData attribute, bool isText)
    {
        var arguments = attribute.ConstructorArguments;
        switch (name)
        {
            case "RangeAttribute":
                // [Range(typeof(decimal), "0.5", "9")] gives its bounds as text.
                var first = arguments.Length == 3 ? 1 : 0;
                Bound("minimum", "MinimumIsExclusive", arguments[first]);
                Bound("maximum", "MaximumIsExclusive", arguments[first + 1]);
                break;
            case "StringLengthAttribute":
                if (Named("MinimumLength") is int least and > 0)
                    Number("minLength", least);
                Number("maxLength", arguments[0].Value);
                break;
            case "MinLengthAttribute":
                Number(isText ? "minLength" : "minItems", arguments[0].Value);
                break;
            case "MaxLengthAttribute" when arguments.Length == 1:
                Number(isText ? "maxLength" : "maxItems", arguments[0].Value);
                break;
            case "LengthAttribute":
                Number(isText ? "minLength" : "minItems", arguments[0].Value);
                Number(isText ? "maxLength" : "maxItems", arguments[1].Value);
                break;
            case "RegularExpressionAttribute":
                // The attribute wants the whole text to match, JSON Schema a part of it.
                bounds.WithText("pattern", "^(?:" + arguments[0].Value + ")$");
                break;
            case "AllowedValuesAttribute":
                bounds.With("enum", JsonText.Array(arguments[0].Values.Select(value => JsonText.Constant(value.Value)).OfType<string>()));
                break;
            case "EmailAddressAttribute":
                bounds.WithText("format", "email");
                break;
            case "UrlAttribute":
                bounds.WithText("format", "uri");
                break;
        }

        object? Named(string key) => attribute.NamedArguments.FirstOrDefault(argument => argument.Key == key).Value.Value;

        void Bound(string key, string exclusive, TypedConstant value) =>
            Number(Named(exclusive) is true ? "exclusive" + char.ToUpperInvariant(key[0]) + key.Substring(1) : key, value.Value);

        void Number(string key, object? value)
        {
            var text = value is string given ? decimal.TryParse(given, NumberStyles.Number, CultureInfo.InvariantCulture, out var number) ? JsonText.Constant(number) : null : JsonText.Constant(value);
            if (text is not null)
                bounds.With(key, text);
        }
    }
}
