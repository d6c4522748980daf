using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Reeve.Server.Templates;

using Map = Dictionary<string, object?>;

/// <summary>The filters that change one value. Those of lists are in <see cref="TemplateSequences"/>.</summary>
internal static partial class TemplateFilters
{
    internal static readonly FrozenDictionary<string, Func<TemplateRendering, object?, TemplateArguments, object?>> All =
        new Dictionary<string, Func<TemplateRendering, object?, TemplateArguments, object?>>(StringComparer.Ordinal)
        {
            ["abs"] = static (_, value, _) => value is long whole and not long.MinValue ? (object)Math.Abs(whole) : Math.Abs(Number(value)),
            ["attr"] = static (_, value, given) => TemplateMembers.Find(value, given.Text(0, "name", "")),
            ["capitalize"] = static (_, value, _) => Text(value) is { Length: > 0 } text ? char.ToUpperInvariant(text[0]) + text[1..].ToLowerInvariant() : "",
            ["center"] = static (_, value, given) => Centered(Text(value), given.Whole(0, "width", 80)),
            ["default"] = static (_, value, given) =>
                TemplateValues.IsUndefined(value) || (given.Truth(1, "boolean") && !TemplateValues.IsTrue(value)) ? given.Has(0, "default_value") ? given.Find(0, "default_value") : "" : value,
            ["escape"] = static (_, value, _) => Escaped(Text(value)),
            ["filesizeformat"] = static (_, value, given) => FileSize(Number(value), given.Truth(0, "binary")),
            ["float"] = static (_, value, given) => Real(value) ?? (given.Has(0, "default") ? given.Find(0, "default") : 0.0),
            ["format"] = static (_, value, given) => TemplateFormats.Percent(Text(value), given.Values),
            ["indent"] = static (_, value, given) => Indented(Text(value), Blanks(given), given.Truth(1, "first"), given.Truth(2, "blank")),
            ["int"] = static (_, value, given) => Whole(value, given.Whole(1, "base", 10)) ?? (given.Has(0, "default") ? given.Find(0, "default") : 0L),
            ["items"] = static (_, value, _) => TemplateValues.IsUndefined(value) ? new List<object?>() : value is Map map ? TemplateMembers.Entries(map) : throw new TemplateException("'items' is for maps"),
            ["length"] = static (_, value, _) => (long)TemplateValues.Items(value).Count,
            ["lower"] = static (_, value, _) => Text(value).ToLowerInvariant(),
            ["pprint"] = static (_, value, _) => TemplateValues.Repr(value),
            ["replace"] = static (_, value, given) => Replaced(Text(value), TemplateValues.Text(given.Needed(0, "old")), TemplateValues.Text(given.Needed(1, "new")), given.Whole(2, "count", -1)),
            ["round"] = static (_, value, given) => Rounded(Number(value), given.Whole(0, "precision", 0), given.Text(1, "method", "common")),
            ["safe"] = static (_, value, _) => value,
            ["string"] = static (_, value, _) => Text(value),
            ["striptags"] = static (_, value, _) => WebUtility.HtmlDecode(Blank().Replace(Tag().Replace(Text(value), ""), " ").Trim()),
            ["title"] = static (_, value, _) => Word().Replace(Text(value), word => char.ToUpperInvariant(word.Value[0]) + word.Value[1..].ToLowerInvariant()),
            ["tojson"] = static (_, value, given) => TemplateFormats.Json(value, given.Has(0, "indent") && given.Find(0, "indent") is not null ? given.Whole(0, "indent", 2) : null),
            ["trim"] = static (_, value, given) => given.Has(0, "chars") && given.Find(0, "chars") is string chars ? Text(value).Trim(chars.ToCharArray()) : Text(value).Trim(),
            ["truncate"] = static (_, value, given) =>
                Truncated(Text(value), given.Whole(0, "length", 255), given.Truth(1, "killwords"), given.Text(2, "end", "..."), given.Has(3, "leeway") ? given.Whole(3, "leeway", 5) : 5),
            ["upper"] = static (_, value, _) => Text(value).ToUpperInvariant(),
            ["urlencode"] = static (_, value, _) => UrlEncoded(value),
            ["urlize"] = static (_, value, _) => Address().Replace(Escaped(Text(value)), """<a href="$0" rel="noopener">$0</a>"""),
            ["wordcount"] = static (_, value, _) => (long)Word().Count(Text(value)),
            ["wordwrap"] = static (_, value, given) => Wrapped(Text(value), given.Whole(0, "width", 79)),
            ["xmlattr"] = static (_, value, _) => value is Map map
                ? string.Concat(map.Where(entry => entry.Value is not null && !TemplateValues.IsUndefined(entry.Value)).Select(entry => $" {AttributeName(entry.Key)}=\"{Escaped(Text(entry.Value))}\""))
                : throw new TemplateException("'xmlattr' is for maps"),
            ["ui_url"] = static (rendering, value, _) => rendering.Console?.AddressOf(value) ?? "",
            ["ui_resource_events_url"] = static (rendering, value, _) => rendering.Console?.EventsOf(value) ?? "",
        }
        .Concat(TemplateSequences.All)
        .SelectMany(filter => Names(filter.Key).Select(name => KeyValuePair.Create(name, filter.Value)))
        .ToFrozenDictionary(StringComparer.Ordinal);

    private static string[] Names(string name) => name switch
    {
        "default" => ["default", "d"],
        "escape" => ["escape", "e", "forceescape"],
        "length" => ["length", "count"],
        _ => [name],
    };

    private static string Text(object? value) => TemplateValues.Text(value);

    private static double Number(object? value) => TemplateValues.Number(value) ?? throw new TemplateException($"a number is needed; {TemplateValues.Kind(value)} was given");

    private static double? Real(object? value) => value switch
    {
        string text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null,
        _ => TemplateValues.Number(value),
    };

    private static long? Whole(object? value, int radix)
    {
        if (value is string text && radix == 16)
            return long.TryParse(text.Replace("0x", "", StringComparison.OrdinalIgnoreCase), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hexadecimal) ? hexadecimal : null;
        return value is string digits && long.TryParse(digits, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var whole)
            ? whole
            : Real(value) is { } real && Math.Abs(real) < long.MaxValue ? (long)real : null;
    }

    private static string Centered(string text, int width)
    {
        var missing = TemplateBounds.Range * 100 > width ? width - text.Length : 0;
        return missing <= 0 ? text : new string(' ', missing / 2) + text + new string(' ', missing - missing / 2);
    }

    internal static string Escaped(string text) => TemplateBounds.Bounded(text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal).Replace("'", "&#39;", StringComparison.Ordinal).Replace("\"", "&#34;", StringComparison.Ordinal));

    private static string AttributeName(string name) => name.AsSpan().IndexOfAny(" />=\t\n\r\f") < 0 ? name : throw new TemplateException($"'{name}' is no name of an attribute");

    private static string FileSize(double bytes, bool isBinary)
    {
        var (unit, names) = isBinary ? (1024.0, (string[])["KiB", "MiB", "GiB", "TiB", "PiB"]) : (1000.0, ["kB", "MB", "GB", "TB", "PB"]);
        if (bytes < unit)
            return bytes is 1 ? "1 Byte" : string.Create(CultureInfo.InvariantCulture, $"{Math.Truncate(bytes)} Bytes");
        var at = 0;
        for (bytes /= unit; bytes >= unit && at < names.Length - 1; at++)
            bytes /= unit;
        return string.Create(CultureInfo.InvariantCulture, $"{bytes:0.0} {names[at]}");
    }

    private static string Blanks(TemplateArguments given) => given.Find(0, "width") is string text ? text : new string(' ', Math.Clamp(given.Whole(0, "width", 4), 0, 1000));

    private static string Indented(string text, string by, bool first, bool blank)
    {
        var lines = text.Split('\n');
        TemplateBounds.Check(text.Length + (long)lines.Length * by.Length);
        return string.Join('\n', lines.Select((line, i) => (i > 0 || first) && (blank || line.Length > 0) ? by + line : line));
    }

    internal static string Replaced(string text, string old, string by, int count)
    {
        if (old.Length == 0)
            return text;
        var (read, replaced) = (0, new StringBuilder());
        for (var at = text.IndexOf(old, StringComparison.Ordinal); at >= 0 && count != 0; at = text.IndexOf(old, read, StringComparison.Ordinal), count--)
        {
            replaced.Append(text, read, at - read).Append(by);
            TemplateBounds.Check(replaced.Length);
            read = at + old.Length;
        }
        return TemplateBounds.Bounded(replaced.Append(text, read, text.Length - read).ToString());
    }

    private static double Rounded(double number, int precision, string method)
    {
        var factor = Math.Pow(10, Math.Clamp(precision, -300, 300));
        return method switch
        {
            "ceil" => Math.Ceiling(number * factor) / factor,
            "floor" => Math.Floor(number * factor) / factor,
            "common" => precision is >= 0 and <= 15 ? Math.Round(number, precision, MidpointRounding.ToEven) : Math.Round(number * factor) / factor,
            _ => throw new TemplateException("'method' of 'round' is common, ceil or floor"),
        };
    }

    private static string Truncated(string text, int length, bool cutsWords, string end, int leeway)
    {
        if (text.Length <= (long)length + leeway)
            return text;
        var cut = text[..Math.Clamp(length - end.Length, 0, text.Length)];
        if (!cutsWords && cut.LastIndexOf(' ') is >= 0 and var blank)
            cut = cut[..blank];
        return cut + end;
    }

    private static string UrlEncoded(object? value)
    {
        static string Encoded(object? one, bool keepsSlash) => Uri.EscapeDataString(Text(one)).Replace("%2F", keepsSlash ? "/" : "%2F", StringComparison.Ordinal);
        return value is Map map ? string.Join('&', map.Select(entry => $"{Encoded(entry.Key, false)}={Encoded(entry.Value, false)}")) : Encoded(value, true);
    }

    private static string Wrapped(string text, int width)
    {
        width = Math.Max(1, width);
        var wrapped = new StringBuilder();
        foreach (var line in text.Split('\n'))
        {
            var left = 0;
            wrapped.Append(wrapped.Length > 0 ? "\n" : "");
            foreach (var word in line.Split(' '))
            {
                if (left > 0 && left + 1 + word.Length > width)
                    (left, _) = (0, wrapped.Append('\n'));
                wrapped.Append(left > 0 ? " " : "").Append(word);
                left += (left > 0 ? 1 : 0) + word.Length;
            }
        }
        return wrapped.ToString();
    }

    [GeneratedRegex("<!--.*?-->|<[^>]*>", RegexOptions.Singleline)]
    private static partial Regex Tag();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blank();

    [GeneratedRegex(@"[^\s\-(\[{<]+")]
    private static partial Regex Word();

    [GeneratedRegex(@"https?://[^\s<>&""']+")]
    private static partial Regex Address();
}
