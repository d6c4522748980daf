using System.Text.Json.Nodes;

namespace Reeve.Deployments.Editing;

/// <summary>Where in a text a new value goes, and how it is indented there. One edit each; whether it came out right is judged by <see cref="YamlEditor"/>.</summary>
internal sealed class YamlPlacement(string text)
{
    private readonly YamlSpan? _root = YamlSpanReader.Read(text);

    private string NewLine { get; } = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";

    /// <param name="path">From the root.</param>
    /// <param name="value">What is to stand there.</param>
    /// <param name="wanted">All values after the edit: what a value must say in full that was so far taken from elsewhere.</param>
    public string Set(IReadOnlyList<string> path, JsonNode? value, JsonNode wanted)
    {
        if (_root is null or { IsEmpty: true })
            return AtEnd(YamlText.Entry(path[0], value, 0));
        var (parent, depth) = Reach(path);
        if (depth < path.Count - 1)
            return FromAlias(parent, path, depth, wanted);
        if (parent.Kind is YamlSpanKind.List)
            return ReplaceItem(parent, YamlEditor.Index(path[^1], parent.Items.Count)!.Value, value);
        if (parent.Kind is not YamlSpanKind.Map)
            throw new YamlEditException($"'{path[^1]}' cannot be put into {(parent.Kind is YamlSpanKind.Alias ? $"the alias '*{parent.Text}'" : "a value that is no mapping")}");
        return parent[path[^1]] is { } entry ? Replace(parent, entry, value) : Insert(parent, path[^1], value);
    }

    public string Append(IReadOnlyList<string> path, JsonNode item)
    {
        var (list, depth) = Reach([.. path, ""]);
        if (depth != path.Count || list.Kind is not YamlSpanKind.List)
            throw new YamlEditException($"'{string.Join('.', path)}' is not a list of its own");
        if (list.IsFlow)
            return text.Insert(list.Items[^1].End, ", " + YamlText.Inline(item));
        var (at, between) = Behind(list);
        return AtLineEnd(at, [.. between, .. YamlText.Indented(list.Column, YamlText.Item(item, ListIndent))]);
    }

    // The last node on the way, and how many parts of the path lead to it.
    private (YamlSpan Node, int Depth) Reach(IReadOnlyList<string> path)
    {
        var node = _root!;
        for (var depth = 0; depth < path.Count - 1; depth++)
        {
            var next = node.Kind is YamlSpanKind.List && YamlEditor.Index(path[depth], node.Items.Count) is { } index ? node.Items[index] : node[path[depth]]?.Value;
            if (next is null or { Kind: YamlSpanKind.Alias or YamlSpanKind.Scalar })
                return (node, depth);
            node = next;
        }
        return (node, path.Count - 1);
    }

    // 'work_pool: *pool' becomes a mapping that merges the anchor and says the rest itself; what a '<<' brought in is said in full.
    private string FromAlias(YamlSpan parent, IReadOnlyList<string> path, int depth, JsonNode wanted)
    {
        var key = path[depth];
        var whole = wanted;
        for (var i = 0; i <= depth; i++)
            whole = whole is JsonArray list ? list[YamlEditor.Index(path[i], list.Count)!.Value]! : whole[path[i]]!;
        if (parent[key] is not { Value.Kind: YamlSpanKind.Alias } entry)
            return parent.Kind is not YamlSpanKind.Map ? throw new YamlEditException($"'{key}' is not a mapping of its own") : parent[key] is { } own ? Replace(parent, own, whole) : Insert(parent, key, whole);
        if (depth != path.Count - 2 || parent.IsFlow)
            return Replace(parent, entry, whole);
        var column = parent.Column + 2;
        return new YamlPlacement(Cut(entry.Value.Start, entry.Value.End)).AtLineEnd(entry.Colon + 1, [.. YamlText.Indented(column,
            [$"<<: *{entry.Value.Text}", .. YamlText.Entry(path[^1], whole[path[^1]], ListIndent)])]);
    }

    private string Replace(YamlSpan map, YamlSpanEntry entry, JsonNode? value)
    {
        if (entry.Colon < 0 || entry.Value.HasTag || (entry.Value.IsEmpty && entry.Value.HasAnchor))
            throw new YamlEditException($"'{entry.Key.Text}' is written in a notation that this editor does not know");
        if (map.IsFlow)
            return entry.Value.IsEmpty ? text.Insert(entry.Colon + 1, " " + YamlText.Inline(value)) : Spliced(entry.Value.Start, entry.Value.End, YamlText.Inline(value));

        var lines = YamlText.Entry(entry.Key.Text, value, ListIndentOf(map, entry.Value));
        var inline = lines[0].Length > YamlText.Quoted(entry.Key.Text, inFlow: false).Length + 1 ? lines[0][(YamlText.Quoted(entry.Key.Text, inFlow: false).Length + 2)..] : "";
        IReadOnlyList<string> below = [.. YamlText.Indented(map.Column, lines[1..])];
        // In the place of a value in one line: what stands around it in the line stays.
        if (!entry.Value.IsEmpty && !entry.Value.IsBlockText && entry.Value is { Kind: YamlSpanKind.Scalar or YamlSpanKind.Alias } or { IsFlow: true } && inline.Length > 0 && below.Count == 0)
            return Spliced(entry.Value.Start, entry.Value.End, inline);
        var (bare, at) = Emptied(entry);
        if (inline.Length > 0)
            bare = bare.Insert(at, " " + inline);
        return below.Count == 0 ? bare : new YamlPlacement(bare).AtLineEnd(at, below);
    }

    // The text without the entry's value, and the place behind its colon (and anchor) where a new one begins.
    private (string Text, int At) Emptied(YamlSpanEntry entry)
    {
        var value = entry.Value;
        var behind = entry.Colon + 1;
        if (value.IsEmpty)
            return (text, behind);
        if (value.IsBlockCollection)
        {
            if (value.HasAnchor)
                behind = LineEnd(entry.Colon) is var line && text.IndexOf(" #", behind, line - behind, StringComparison.Ordinal) is >= 0 and var comment ? comment : line;
            var from = LineStart(value.Start) == 0 ? 0 : LineEndBefore(value.Start);
            return (text.Remove(from, LineEnd(value.End) - from), behind);
        }
        if (value.HasAnchor)
        {
            var kept = value.Start;
            while (text[kept - 1] is ' ' or '\t')
                kept--;
            return (text.Remove(kept, value.End - kept), kept);
        }
        return (Cut(value.Start, value.End), behind);
    }

    // Takes a part out, and the blanks before it.
    private string Cut(int start, int end)
    {
        while (start > 0 && text[start - 1] is ' ' or '\t')
            start--;
        return text.Remove(start, end - start);
    }

    private string ReplaceItem(YamlSpan list, int index, JsonNode? value)
    {
        var item = list.Items[index];
        if (list.IsFlow)
            return Spliced(item.Start, item.End, YamlText.Inline(value));
        if (item.HasAnchor || item.HasTag)
            throw new YamlEditException("the item has an anchor that others may use");
        var from = item.IsEmpty ? item.End - 1 : DashOf(item);
        var lines = YamlText.Item(value, ListIndent);
        var below = YamlText.Indented(list.Column, lines[1..]);
        return Spliced(from, item.End, string.Join(NewLine, [lines[0], .. below]));
    }

    private string Insert(YamlSpan map, string key, JsonNode? value)
    {
        if (map.IsFlow)
            return map.Entries.Count == 0 ? text.Insert(map.Start + 1, $"{YamlText.Quoted(key, inFlow: true)}: {YamlText.Inline(value)}")
                : text.Insert(map.Entries[^1].End, $", {YamlText.Quoted(key, inFlow: true)}: {YamlText.Inline(value)}");
        return AtLineEnd(map.End, [.. YamlText.Indented(map.Column, YamlText.Entry(key, value, ListIndent))]);
    }

    // How the file writes lists below keys: with the dashes under the key, or indented.
    private int ListIndent => ListIndentIn(_root) ?? 0;

    private int ListIndentOf(YamlSpan map, YamlSpan old) => old is { Kind: YamlSpanKind.List, IsFlow: false } && old.Column >= map.Column ? old.Column - map.Column : ListIndent;

    private static int? ListIndentIn(YamlSpan? node)
    {
        if (node is null or { IsFlow: true })
            return null;
        foreach (var entry in node.Entries)
            if (entry.Value is { Kind: YamlSpanKind.List, IsFlow: false } list)
                return Math.Max(0, list.Column - node.Column);
            else if (ListIndentIn(entry.Value) is { } found)
                return found;
        return node.Items.Select(ListIndentIn).FirstOrDefault(found => found is not null);
    }

    // Behind the last item, its trailing comments and as many blank lines as stand between the last two.
    private (int At, IReadOnlyList<string> Between) Behind(YamlSpan list)
    {
        var at = LineEnd(list.End);
        for (var next = at; next < text.Length;)
        {
            var begin = next + (text.AsSpan(next).StartsWith("\r\n") ? 2 : 1);
            next = LineEnd(Math.Min(begin, text.Length));
            var line = text[Math.Min(begin, text.Length)..next];
            var content = line.AsSpan().TrimStart(' ');
            if (content.Length == 0 || content[0] != '#' || line.Length - content.Length <= list.Column)
                break;
            at = next;
        }
        var isSpaced = list.Items.Count > 1 && IsAfterBlank(DashOf(list.Items[^1]));
        return (at, isSpaced ? [""] : []);
    }

    private bool IsAfterBlank(int index)
    {
        for (var start = LineStart(index); start > 0;)
        {
            start = LineStart(LineEndBefore(start));
            var line = text.AsSpan(start, LineEnd(start) - start).Trim();
            if (line.Length == 0)
                return true;
            if (line[0] != '#')
                return false;
        }
        return false;
    }

    private int DashOf(YamlSpan item)
    {
        var at = (item.IsEmpty ? item.End : item.Start) - 1;
        while (at > 0 && text[at] != '-')
            at--;
        return at;
    }

    private string AtEnd(IReadOnlyList<string> lines) =>
        text.Length == 0 ? string.Join(NewLine, lines) + NewLine
        : text[^1] is '\n' ? text + string.Join(NewLine, lines) + NewLine : text + NewLine + string.Join(NewLine, lines);

    private string AtLineEnd(int index, IReadOnlyList<string> lines) => text.Insert(LineEnd(index), string.Concat(lines.Select(line => NewLine + line)));

    private string Spliced(int start, int end, string put) => string.Concat(text.AsSpan(0, start), put, text.AsSpan(end));

    private int LineEnd(int index)
    {
        while (index < text.Length && text[index] is not ('\n' or '\r'))
            index++;
        return index;
    }

    private int LineStart(int index) => index == 0 ? 0 : text.AsSpan(0, index).LastIndexOfAny('\n', '\r') + 1;

    private int LineEndBefore(int index)
    {
        var start = LineStart(index);
        return start == 0 ? 0 : start >= 2 && text[start - 1] == '\n' && text[start - 2] == '\r' ? start - 2 : start - 1;
    }
}
