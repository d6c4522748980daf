using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Reeve.Deployments.Projects;

/// <summary>
/// What a plain scalar means. Booleans, numbers and nulls are read as the YAML 1.1 reader reads them that these files were written for;
/// two of its traps are left out on purpose: 12:30 is not the number 750, and a date stays the text it is.
/// </summary>
internal static partial class YamlScalars
{
    public static JsonNode? Resolve(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => null,
        "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" => JsonValue.Create(true),
        "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" => JsonValue.Create(false),
        _ => Number(text) ?? JsonValue.Create(text),
    };

    private static JsonValue? Number(string text)
    {
        if (text[0] is not ((>= '0' and <= '9') or '-' or '+' or '.'))
            return null;
        if (Decimal().IsMatch(text) && long.TryParse(text.Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture, out var whole))
            return JsonValue.Create(whole);
        if (Based(text) is { } based)
            return JsonValue.Create(based);
        if (Float().IsMatch(text) && double.TryParse(text.Replace("_", "", StringComparison.Ordinal), NumberStyles.Float,
            CultureInfo.InvariantCulture, out var real) && double.IsFinite(real))
            return JsonValue.Create(real);
        return null;
    }

    private static long? Based(string text)
    {
        var match = InBase().Match(text);
        if (!match.Success)
            return null;
        var digits = match.Groups["digits"].Value.Replace("_", "", StringComparison.Ordinal);
        var radix = match.Groups["prefix"].Value switch { "0x" => 16, "0b" => 2, _ => 8 };
        try
        {
            var value = Convert.ToInt64(digits, radix);
            return match.Groups["sign"].Value == "-" ? -value : value;
        }
        catch (OverflowException)
        {
            return null; // too big for a number: it stays the text it is
        }
    }

    [GeneratedRegex(@"^[-+]?(0|[1-9][0-9_]*)$")]
    private static partial Regex Decimal();

    [GeneratedRegex(@"^(?<sign>[-+]?)((?<prefix>0x)(?<digits>[0-9a-fA-F_]+)|(?<prefix>0b)(?<digits>[01_]+)|(?<prefix>0o?)(?<digits>[0-7_]+))$")]
    private static partial Regex InBase();

    [GeneratedRegex(@"^[-+]?([0-9][0-9_]*)?\.[0-9_]*([eE][-+]?[0-9]+)?$|^[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+$")]
    private static partial Regex Float();
}
