namespace Reeve.Server.Templates;

using Map = Dictionary<string, object?>;

/// <summary>What "a.b" and "a[b]" find: members of maps, items of lists, and the methods of values that templates of people use. Nothing else of the program can be reached.</summary>
internal static class TemplateMembers
{
    internal static object? Find(object? of, string name) => of switch
    {
        Map map => map.TryGetValue(name, out var value) ? value : Method(map, name),
        TemplateGroup group when name is "grouper" or "list" => name == "list" ? group.Members : group.Key,
        List<object?> list => long.TryParse(name, System.Globalization.CultureInfo.InvariantCulture, out var at) ? Item(list, at) : Method(list, name),
        string text => Method(text, name),
        DateTimeOffset time => Part(time, name),
        _ => TemplateValues.Undefined,
    };

    internal static object? Item(object? of, object? key) => (of, key) switch
    {
        (List<object?> list, long at) => At(list.Count, at) is { } index ? list[index] : TemplateValues.Undefined,
        (string text, long at) => At(text.Length, at) is { } index ? text[index].ToString() : TemplateValues.Undefined,
        (_, string name) => Find(of, name),
        _ => TemplateValues.Undefined,
    };

    internal static object? Slice(object? of, long? from, long? to, long step)
    {
        if (step == 0)
            throw new TemplateException("a part has no step of zero");
        if (TemplateValues.IsUndefined(of))
            return of;
        var items = of is null ? throw new TemplateException("None has no parts") : TemplateValues.Items(of);
        List<object?> part = [];
        var (first, last) = step > 0 ? (Bound(from, 0, items.Count, 0), Bound(to, items.Count, items.Count, 0)) : (Bound(from, items.Count - 1, items.Count - 1, -1), Bound(to, -1, items.Count - 1, -1, isEnd: to is null));
        for (var at = first; step > 0 ? at < last : at > last; at += step)
            part.Add(items[(int)at]);
        return of is string ? string.Concat(part) : part;

        long Bound(long? given, long standard, long most, long least, bool isEnd = false) =>
            given is not { } bound || isEnd ? standard : Math.Clamp(bound < 0 ? bound + items.Count : bound, least, most);
    }

    internal static List<object?> Entries(Map map) => [.. map.Select(object? (entry) => new List<object?> { entry.Key, entry.Value })];

    private static int? At(int count, long at) => at >= 0 && at < count ? (int)at : at < 0 && at >= -count ? (int)(at + count) : null;

    private static object? Method(Map map, string name) => name switch
    {
        "items" => new TemplateFunction(_ => Entries(map)),
        "keys" => new TemplateFunction(_ => map.Keys.ToList<object?>()),
        "values" => new TemplateFunction(_ => map.Values.ToList()),
        "get" => new TemplateFunction(given => map.TryGetValue(TemplateValues.Text(given.Needed(0, "key")), out var value) ? value : given.Has(1, "default") ? given.Find(1, "default") : null),
        _ => TemplateValues.Undefined,
    };

    private static object? Method(List<object?> list, string name) => name switch
    {
        "index" => new TemplateFunction(given => list.FindIndex(item => TemplateValues.AreEqual(item, given.Needed(0, "value"))) is >= 0 and var at ? (long)at : throw new TemplateException("the list has no such item")),
        "count" => new TemplateFunction(given => (long)list.Count(item => TemplateValues.AreEqual(item, given.Needed(0, "value")))),
        _ => TemplateValues.Undefined,
    };

    private static object? Method(string text, string name) => name switch
    {
        "upper" => new TemplateFunction(_ => text.ToUpperInvariant()),
        "lower" => new TemplateFunction(_ => text.ToLowerInvariant()),
        "title" or "capitalize" => new TemplateFunction(given => TemplateFilters.All[name](null!, text, given)),
        "strip" => new TemplateFunction(given => Chars(given) is { } chars ? text.Trim(chars) : text.Trim()),
        "lstrip" => new TemplateFunction(given => Chars(given) is { } chars ? text.TrimStart(chars) : text.TrimStart()),
        "rstrip" => new TemplateFunction(given => Chars(given) is { } chars ? text.TrimEnd(chars) : text.TrimEnd()),
        "startswith" => new TemplateFunction(given => text.StartsWith(Text(given, "prefix"), StringComparison.Ordinal)),
        "endswith" => new TemplateFunction(given => text.EndsWith(Text(given, "suffix"), StringComparison.Ordinal)),
        "find" => new TemplateFunction(given => (long)text.IndexOf(Text(given, "part"), StringComparison.Ordinal)),
        "count" => new TemplateFunction(given => Text(given, "part") is { Length: > 0 } part ? (long)(text.Split(part).Length - 1) : text.Length + 1L),
        "replace" => new TemplateFunction(given => TemplateFilters.Replaced(text, Text(given, "old"), TemplateValues.Text(given.Needed(1, "new")), given.Whole(2, "count", -1))),
        "split" => new TemplateFunction(given => Split(given, text, given.Whole(1, "maxsplit", -1))),
        "splitlines" => new TemplateFunction(_ => text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n').ToList<object?>()),
        "join" => new TemplateFunction(given => TemplateSequences.Joined(text, TemplateValues.Items(given.Needed(0, "items")))),
        "isdigit" => new TemplateFunction(_ => text.Length > 0 && text.All(char.IsDigit)),
        "zfill" => new TemplateFunction(given => text.PadLeft(Math.Clamp(given.Whole(0, "width", 0), 0, 10_000), '0')),
        "removeprefix" => new TemplateFunction(given => Text(given, "prefix") is var prefix && text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : text),
        "removesuffix" => new TemplateFunction(given => Text(given, "suffix") is var suffix && text.EndsWith(suffix, StringComparison.Ordinal) ? text[..^suffix.Length] : text),
        _ => TemplateValues.Undefined,
    };

    private static object? Part(DateTimeOffset time, string name) => name switch
    {
        "year" => (long)time.Year,
        "month" => (long)time.Month,
        "day" => (long)time.Day,
        "hour" => (long)time.Hour,
        "minute" => (long)time.Minute,
        "second" => (long)time.Second,
        "microsecond" => time.Ticks / 10 % 1_000_000,
        "isoformat" => new TemplateFunction(_ => TemplateFormats.IsoTime(time)),
        "strftime" => new TemplateFunction(given => TemplateFormats.Time(time, Text(given, "format"))),
        "timestamp" => new TemplateFunction(_ => (time - DateTimeOffset.UnixEpoch).TotalSeconds),
        "weekday" => new TemplateFunction(_ => ((long)time.DayOfWeek + 6) % 7),
        "date" => new TemplateFunction(_ => time.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)),
        _ => TemplateValues.Undefined,
    };

    private static string Text(TemplateArguments given, string name) => given.Needed(0, name) as string ?? throw new TemplateException($"'{name}' is a text");

    private static char[]? Chars(TemplateArguments given) => given.Find(0, "chars") is string chars ? chars.ToCharArray() : null;

    private static List<object?> Split(TemplateArguments given, string text, int most)
    {
        var count = most < 0 ? int.MaxValue : most == int.MaxValue ? most : most + 1;
        return given.Find(0, "sep") is string { Length: > 0 } by
            ? [.. text.Split(by, count)]
            : [.. text.Split((char[]?)null, count, StringSplitOptions.RemoveEmptyEntries)];
    }
}
