using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace Reeve.Server.Templates;

using Map = Dictionary<string, object?>;

/// <summary>
/// The values of templates: null, <see cref="Undefined"/>, bool, long, double, string, <see cref="DateTimeOffset"/>, lists (tuples are lists), maps with texts as keys, and functions.
/// They behave and look as in the language of those who write templates (Python).
/// </summary>
internal static class TemplateValues
{
    /// <summary>What is not there. Its members are not there either, and it is printed as nothing.</summary>
    internal static readonly object Undefined = new UndefinedValue();

    private sealed class UndefinedValue;

    internal static bool IsUndefined(object? value) => ReferenceEquals(value, Undefined);

    /// <summary>A JSON value as a template's.</summary>
    internal static object? Of(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => Members(json),
        JsonValueKind.Array => json.EnumerateArray().Select(Of).ToList(),
        JsonValueKind.String => json.GetString(),
        JsonValueKind.Number => json.TryGetInt64(out var whole) ? (object)whole : json.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static Map Members(JsonElement json)
    {
        var map = new Map(StringComparer.Ordinal);
        foreach (var member in json.EnumerateObject())
            map[member.Name] = Of(member.Value); // the last of two of a name holds
        return map;
    }

    internal static bool IsTrue(object? value) => value switch
    {
        null => false,
        bool truth => truth,
        long number => number != 0,
        double number => number != 0,
        string text => text.Length > 0,
        List<object?> list => list.Count > 0,
        Map map => map.Count > 0,
        _ => !IsUndefined(value),
    };

    /// <summary>As it is printed.</summary>
    internal static string Text(object? value) => value is string text ? text : IsUndefined(value) ? "" : Repr(value);

    /// <summary>As it is printed within a list.</summary>
    internal static string Repr(object? value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    private static void Append(StringBuilder to, object? value)
    {
        if (to.Length > TemplateBounds.Text)
            throw TemplateBounds.TooLong();
        switch (value)
        {
            case null:
                to.Append("None");
                break;
            case bool truth:
                to.Append(truth ? "True" : "False");
                break;
            case long number:
                to.Append(CultureInfo.InvariantCulture, $"{number}");
                break;
            case double number:
                to.Append(Real(number));
                break;
            case string text:
                to.Append(Quoted(text));
                break;
            case DateTimeOffset time:
                to.Append(time.ToString("yyyy-MM-dd HH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture).Replace(".000000", "", StringComparison.Ordinal));
                break;
            case List<object?> list:
                AppendAll(to, '[', list, ']', (t, item) => Append(t, item));
                break;
            case Map map:
                AppendAll(to, '{', map, '}', (t, entry) =>
                {
                    t.Append(Quoted(entry.Key)).Append(": ");
                    Append(t, entry.Value);
                });
                break;
            default:
                to.Append(IsUndefined(value) ? "Undefined" : "<function>");
                break;
        }
    }

    private static void AppendAll<T>(StringBuilder to, char start, IEnumerable<T> items, char end, Action<StringBuilder, T> append)
    {
        to.Append(start);
        var isFirst = true;
        foreach (var item in items)
        {
            if (!isFirst)
                to.Append(", ");
            isFirst = false;
            append(to, item);
        }
        to.Append(end);
    }

    private static string Real(double number)
    {
        if (double.IsNaN(number))
            return "nan";
        if (double.IsInfinity(number))
            return number > 0 ? "inf" : "-inf";
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        var at = text.IndexOf('E', StringComparison.Ordinal);
        if (at < 0)
            return text.Contains('.', StringComparison.Ordinal) ? text : text + ".0";
        return Math.Abs(number) is >= 1e-4 and < 1e16 ? number.ToString("F1", CultureInfo.InvariantCulture) : text[..at] + "e" + text[(at + 1)..];
    }

    private static string Quoted(string text)
    {
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        var quoted = new StringBuilder().Append(quote);
        foreach (var c in text)
            quoted.Append(c switch { '\\' => "\\\\", '\n' => "\\n", '\r' => "\\r", '\t' => "\\t", _ when c == quote => "\\" + c, _ => c.ToString() });
        return quoted.Append(quote).ToString();
    }

    internal static bool AreEqual(object? left, object? right) => (Number(left), Number(right)) switch
    {
        ({ } a, { } b) => left is long x && right is long y ? x == y : a.Equals(b),
        _ => (left, right) switch
        {
            (List<object?> a, List<object?> b) => a.Count == b.Count && a.Zip(b).All(pair => AreEqual(pair.First, pair.Second)),
            (Map a, Map b) => a.Count == b.Count && a.All(entry => b.TryGetValue(entry.Key, out var other) && AreEqual(entry.Value, other)),
            _ => Equals(left, right),
        },
    };

    /// <exception cref="TemplateException">They have no order.</exception>
    internal static int Compare(object? left, object? right) => (left, right) switch
    {
        (string a, string b) => string.CompareOrdinal(a, b),
        (DateTimeOffset a, DateTimeOffset b) => a.CompareTo(b),
        (List<object?> a, List<object?> b) => a.Zip(b).Select(pair => Compare(pair.First, pair.Second)).FirstOrDefault(order => order != 0, a.Count.CompareTo(b.Count)),
        (long a, long b) => a.CompareTo(b),
        _ when (Number(left), Number(right)) is ({ } a, { } b) => a.CompareTo(b),
        _ => throw new TemplateException($"{Kind(left)} and {Kind(right)} have no order"),
    };

    internal static double? Number(object? value) => value switch { bool truth => truth ? 1 : 0, long number => number, double number => number, _ => null };

    internal static long? Whole(object? value) => value switch { bool truth => truth ? 1 : 0, long number => number, _ => null };

    /// <summary>What a loop runs over: a list's items, a map's keys, a text's characters.</summary>
    /// <exception cref="TemplateException">It has no items.</exception>
    internal static List<object?> Items(object? value) => value switch
    {
        List<object?> list => list,
        Map map => [.. map.Keys],
        string text => [.. text.EnumerateRunes().Select(rune => rune.ToString())],
        _ when IsUndefined(value) => [],
        _ => throw new TemplateException($"{Kind(value)} has no items"),
    };

    internal static string Kind(object? value) => value switch
    {
        null => "None",
        bool => "a truth value",
        long or double => "a number",
        string => "a text",
        List<object?> => "a list",
        Map => "a map",
        DateTimeOffset => "a time",
        _ => IsUndefined(value) ? "what is not there" : "a function",
    };

    /// <exception cref="TemplateException">The operation is not defined for them.</exception>
    internal static object? Calculate(string operation, object? left, object? right) => (operation, left, right) switch
    {
        ("+", string a, string b) => TemplateBounds.Bounded(a, b.Length) + b,
        ("+", List<object?> a, List<object?> b) => TemplateBounds.Bounded([.. a, .. b]),
        ("*", string text, _) when Whole(right) is { } times => Repeated(text, times),
        ("*", _, string text) when Whole(left) is { } times => Repeated(text, times),
        ("%", string text, _) => TemplateFormats.Percent(text, right is List<object?> list ? list : [right]),
        _ when Whole(left) is { } a && Whole(right) is { } b => Whole(operation, a, b),
        _ when Number(left) is { } a && Number(right) is { } b => Real(operation, a, b),
        _ => throw new TemplateException($"{Kind(left)} {operation} {Kind(right)} has no meaning"),
    };

    private static string Repeated(string text, long times)
    {
        TemplateBounds.Check(text.Length * Math.Clamp(times, 0, int.MaxValue));
        return times <= 0 ? "" : string.Concat(Enumerable.Repeat(text, (int)times));
    }

    private static object Whole(string operation, long a, long b)
    {
        if (b == 0 && operation is "/" or "//" or "%" && b == 0)
            throw new TemplateException("a number is divided by zero");
        var result = operation switch
        {
            "+" => (BigInteger)a + b,
            "-" => (BigInteger)a - b,
            "*" => (BigInteger)a * b,
            "//" => (BigInteger)Math.Floor((decimal)a / b),
            "%" => a - b * (BigInteger)Math.Floor((decimal)a / b),
            "**" when b is >= 0 and <= 63 => BigInteger.Pow(a, (int)b),
            _ => default(BigInteger?),
        };
        return result is { } whole && whole >= long.MinValue && whole <= long.MaxValue ? (long)whole : Real(operation, a, b);
    }

    private static object Real(string operation, double a, double b) => operation switch
    {
        "/" or "//" or "%" when b == 0 => throw new TemplateException("a number is divided by zero"),
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" => a / b,
        "//" => Math.Floor(a / b),
        "%" => a - b * Math.Floor(a / b),
        _ => Math.Pow(a, b),
    };
}

/// <summary>A template cannot be filled in.</summary>
internal sealed class TemplateException(string message) : Exception(message);

/// <summary>What keeps a template from becoming a program: no text, list or sum of steps grows beyond these.</summary>
internal static class TemplateBounds
{
    internal const int Text = 1_000_000;
    internal const int Items = 100_000;
    internal const int Steps = 200_000;
    internal const int Calls = 20;
    internal const int Range = 100;

    internal static TemplateException TooLong() => new($"the text becomes longer than {Text} characters");

    internal static void Check(long length)
    {
        if (length > Text)
            throw TooLong();
    }

    internal static string Bounded(string text, int more = 0)
    {
        Check((long)text.Length + more);
        return text;
    }

    internal static List<object?> Bounded(List<object?> list) => list.Count <= Items ? list : throw new TemplateException($"a list becomes longer than {Items} items");
}
