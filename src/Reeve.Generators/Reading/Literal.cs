using System;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Reeve.Generators.Reading;

/// <summary>Writes constants as C#.</summary>
internal static class Literal
{
    public static string Of(IParameterSymbol parameter, string typeSyntax) =>
        parameter.ExplicitDefaultValue is { } value ? $"({typeSyntax})({Of(value)})" : $"default({typeSyntax})!";

    public static string? Of(TypedConstant constant) => constant.Kind == TypedConstantKind.Array || constant.Value is null ? null : Of(constant.Value);

    public static string OfText(string? text) => text is null ? "null" : SymbolDisplay.FormatLiteral(text, quote: true);

    private static string Of(object value) => value switch
    {
        string text => OfText(text),
        char character => SymbolDisplay.FormatLiteral(character, quote: true),
        double.NaN => "double.NaN",
        double.PositiveInfinity => "double.PositiveInfinity",
        double.NegativeInfinity => "double.NegativeInfinity",
        float.NaN => "float.NaN",
        float.PositiveInfinity => "float.PositiveInfinity",
        float.NegativeInfinity => "float.NegativeInfinity",
        double number => number.ToString("R", CultureInfo.InvariantCulture) + "D",
        float number => number.ToString("R", CultureInfo.InvariantCulture) + "F",
        decimal number => number.ToString(CultureInfo.InvariantCulture) + "M",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => SymbolDisplay.FormatPrimitive(value, quoteStrings: true, useHexadecimalNumbers: false),
    };
}
