namespace Reeve.Server.Templates;

using Map = Dictionary<string, object?>;

/// <summary>The filters of lists and maps.</summary>
internal static class TemplateSequences
{
    internal static readonly Dictionary<string, Func<TemplateRendering, object?, TemplateArguments, object?>> All = new(StringComparer.Ordinal)
    {
        ["batch"] = static (_, value, given) => Batches(Items(value), Math.Max(1, given.Whole(0, "linecount", 1)), given),
        ["dictsort"] = static (_, value, given) => Sorted(
            value is Map map ? TemplateMembers.Entries(map) : throw new TemplateException("'dictsort' is for maps"),
            given.Text(1, "by", "key") == "value" ? pair => Item(pair, 1) : pair => Item(pair, 0), given.Truth(0, "case_sensitive"), given.Truth(2, "reverse")),
        ["first"] = static (_, value, _) => Items(value) is [var first, ..] ? first : TemplateValues.Undefined,
        ["groupby"] = static (_, value, given) => Groups(Items(value), By(given, 0)!, given),
        ["join"] = static (_, value, given) =>
            Joined(given.Has(0, "d") ? TemplateValues.Text(given.Find(0, "d")) : "", By(given, 1, "attribute") is { } by ? Items(value).Select(by) : Items(value)),
        ["last"] = static (_, value, _) => Items(value) is [.., var last] ? last : TemplateValues.Undefined,
        ["list"] = static (_, value, _) => new List<object?>(Items(value)),
        ["map"] = static (rendering, value, given) => Mapped(rendering, Items(value), given),
        ["max"] = static (_, value, given) => Extreme(Items(value), given, 1),
        ["min"] = static (_, value, given) => Extreme(Items(value), given, -1),
        ["random"] = static (_, value, _) => Items(value) is { Count: > 0 } items ? items[Random.Shared.Next(items.Count)] : TemplateValues.Undefined,
        ["reject"] = static (rendering, value, given) => Chosen(rendering, Items(value), given, ofMember: false, wanted: false),
        ["rejectattr"] = static (rendering, value, given) => Chosen(rendering, Items(value), given, ofMember: true, wanted: false),
        ["reverse"] = static (_, value, _) => value is string text ? string.Concat(text.EnumerateRunes().Reverse()) : Enumerable.Reverse(Items(value)).ToList(),
        ["select"] = static (rendering, value, given) => Chosen(rendering, Items(value), given, ofMember: false, wanted: true),
        ["selectattr"] = static (rendering, value, given) => Chosen(rendering, Items(value), given, ofMember: true, wanted: true),
        ["slice"] = static (_, value, given) => Slices(Items(value), Math.Clamp(given.Whole(0, "slices", 1), 1, TemplateBounds.Items), given),
        ["sort"] = static (_, value, given) => Sorted(Items(value), By(given, 2, "attribute") ?? (item => item), given.Truth(1, "case_sensitive"), given.Truth(0, "reverse")),
        ["sum"] = static (_, value, given) =>
            (By(given, 0, "attribute") is { } by ? Items(value).Select(by) : Items(value)).Aggregate(given.Has(1, "start") ? given.Find(1, "start") : 0L, (sum, item) => TemplateValues.Calculate("+", sum, item)),
        ["unique"] = static (_, value, given) => Unique(Items(value), By(given, 1, "attribute"), given.Truth(0, "case_sensitive")),
    };

    private static List<object?> Items(object? value) => TemplateValues.Items(value);

    private static object? Item(object? pair, int at) => pair is List<object?> list ? list[at] : null;

    // what a filter looks at: a member by its dotted name, or the item itself
    private static Func<object?, object?>? By(TemplateArguments given, int at, string name = "attribute")
    {
        if (!given.Has(at, name) || given.Find(at, name) is null)
            return null;
        return given.Find(at, name) switch
        {
            string path => item => path.Split('.').Aggregate(item, TemplateMembers.Find),
            long index => item => TemplateMembers.Item(item, index),
            _ => throw new TemplateException($"'{name}' is the name of a member"),
        };
    }

    internal static string Joined(string between, IEnumerable<object?> items)
    {
        var joined = new System.Text.StringBuilder();
        var isFirst = true;
        foreach (var item in items)
        {
            joined.Append(isFirst ? "" : between).Append(TemplateValues.Text(item));
            isFirst = false;
            TemplateBounds.Check(joined.Length);
        }
        return joined.ToString();
    }

    private static List<object?> Mapped(TemplateRendering rendering, List<object?> items, TemplateArguments given)
    {
        if (given.Named.ContainsKey("attribute"))
        {
            var by = By(given, int.MaxValue)!;
            return [.. items.Select(item => by(item) is var found && TemplateValues.IsUndefined(found) && given.Named.TryGetValue("default", out var standard) ? standard : found)];
        }
        var name = TemplateValues.Text(given.Needed(0, "name"));
        return [.. items.Select(item => rendering.Filter(name, item, given.After(1)))];
    }

    private static List<object?> Chosen(TemplateRendering rendering, List<object?> items, TemplateArguments given, bool ofMember, bool wanted)
    {
        var by = ofMember ? By(given, 0) ?? throw new TemplateException("'selectattr' and 'rejectattr' need the name of a member") : static item => item;
        var rest = ofMember ? given.After(1) : given;
        return [.. items.Where(item => (rest.Values is [string test, ..] ? rendering.Test(test, by(item), rest.After(1)) : TemplateValues.IsTrue(by(item))) == wanted)];
    }

    private static List<object?> Sorted(List<object?> items, Func<object?, object?> by, bool isExact, bool isReverse)
    {
        var order = Comparer<object?>.Create((left, right) => TemplateValues.Compare(Folded(left, isExact), Folded(right, isExact)));
        return [.. isReverse ? items.OrderDescending(Comparer<object?>.Create((a, b) => order.Compare(by(a), by(b)))) : items.Order(Comparer<object?>.Create((a, b) => order.Compare(by(a), by(b))))];
    }

    private static object? Folded(object? value, bool isExact) => value is string text && !isExact ? text.ToLowerInvariant() : value;

    private static object? Extreme(List<object?> items, TemplateArguments given, int sign)
    {
        if (items.Count == 0)
            return TemplateValues.Undefined;
        var by = By(given, 1, "attribute") ?? (static item => item);
        var isExact = given.Truth(0, "case_sensitive");
        return items.Aggregate((best, item) => sign * TemplateValues.Compare(Folded(by(item), isExact), Folded(by(best), isExact)) > 0 ? item : best);
    }

    private static List<object?> Unique(List<object?> items, Func<object?, object?>? by, bool isExact)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return [.. items.Where(item => seen.Add(TemplateValues.Repr(Folded(by is null ? item : by(item), isExact))))];
    }

    private static List<object?> Groups(List<object?> items, Func<object?, object?> by, TemplateArguments given)
    {
        if (by is null)
            throw new TemplateException("'groupby' needs the name of a member");
        object? Key(object? item) => by(item) is var found && TemplateValues.IsUndefined(found) && given.Has(1, "default") ? given.Find(1, "default") : found;
        var groups = new List<object?>();
        foreach (var item in Sorted(items, Key, given.Truth(2, "case_sensitive"), isReverse: false))
        {
            if (groups is [.., TemplateGroup last] && TemplateValues.AreEqual(last.Key, Key(item)))
                last.Members.Add(item);
            else
                groups.Add(new TemplateGroup(Key(item), [item]));
        }
        return groups;
    }

    private static List<object?> Batches(List<object?> items, int size, TemplateArguments given) =>
        [.. items.Chunk(size).Select(object? (part) => Filled([.. part], size, given))];

    private static List<object?> Filled(List<object?> part, int size, TemplateArguments given)
    {
        if (given.Has(1, "fill_with") && given.Find(1, "fill_with") is { } fill && size <= TemplateBounds.Items)
            part.AddRange(Enumerable.Repeat<object?>(fill, Math.Max(0, size - part.Count)));
        return part;
    }

    private static List<object?> Slices(List<object?> items, int count, TemplateArguments given)
    {
        var (least, more, at, slices) = (items.Count / count, items.Count % count, 0, new List<object?>());
        for (var number = 0; number < count; number++)
        {
            var size = least + (number < more ? 1 : 0);
            slices.Add(Filled(items.GetRange(at, size), more > 0 ? least + 1 : least, given));
            at += size;
        }
        return slices;
    }
}

/// <summary>A group: a pair of its key and its members, that also has them by name.</summary>
internal sealed class TemplateGroup(object? key, List<object?> members) : List<object?>([key, members])
{
    internal object? Key => key;

    internal List<object?> Members => members;
}
