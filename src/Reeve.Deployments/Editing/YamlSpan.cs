using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Reeve.Deployments.Editing;

internal enum YamlSpanKind
{
    Map,
    List,
    Scalar,
    Alias,
}

/// <summary>A YAML value by where it stands in the text: what an editor needs that leaves every other character alone.</summary>
/// <param name="Start">The first character of the value itself; an anchor or tag before it is not part of it.</param>
/// <param name="End">The character after the last one of its content.</param>
/// <param name="Column">Counted from 0; of a block list the column of its dashes, of a block mapping that of its keys.</param>
internal sealed record YamlSpan(YamlSpanKind Kind, int Start, int End, int Column)
{
    public bool IsFlow { get; init; }

    /// <summary>A text after | or &gt;.</summary>
    public bool IsBlockText { get; init; }

    /// <summary>Nothing at all stands there: <c>key:</c>.</summary>
    public bool IsEmpty { get; init; }

    public bool HasTag { get; init; }

    public bool HasAnchor { get; init; }

    /// <summary>A scalar's text, an alias's name.</summary>
    public string Text { get; init; } = "";

    public IReadOnlyList<YamlSpanEntry> Entries { get; init; } = [];

    public IReadOnlyList<YamlSpan> Items { get; init; } = [];

    public bool IsBlockCollection => Kind is YamlSpanKind.Map or YamlSpanKind.List && !IsFlow;

    public YamlSpanEntry? this[string key] => Entries.FirstOrDefault(entry => entry.Key.Text == key);
}

/// <param name="Colon">Where the ':' after the key is; -1: not right behind it.</param>
internal sealed record YamlSpanEntry(YamlSpan Key, int Colon, YamlSpan Value)
{
    public int End => Value.IsEmpty ? Math.Max(Key.End, Colon + 1) : Value.End;
}

/// <summary>Finds the spans of a text that is known to be YAML.</summary>
internal sealed class YamlSpanReader
{
    private readonly string _text;
    private readonly Parser _parser;

    private YamlSpanReader(string text)
    {
        _text = text;
        _parser = new Parser(new StringReader(text));
    }

    /// <summary>The root; null for a text without any value.</summary>
    public static YamlSpan? Read(string text)
    {
        var reader = new YamlSpanReader(text);
        reader._parser.Consume<StreamStart>();
        if (reader._parser.Accept<StreamEnd>(out _))
            return null;
        reader._parser.Consume<DocumentStart>();
        return reader.ReadNode(-1);
    }

    // A block text ends where a line is indented no deeper than the key or dash that it belongs to.
    private YamlSpan ReadNode(int parentColumn)
    {
        if (_parser.TryConsume<AnchorAlias>(out var alias))
            return new YamlSpan(YamlSpanKind.Alias, At(alias.Start), At(alias.End), Column(alias.Start)) { Text = alias.Value.Value };
        var node = (NodeEvent)_parser.Current!;
        var (start, anchored, tagged) = (AfterProperties(At(node.Start)), !node.Anchor.IsEmpty, !node.Tag.IsEmpty);
        return node switch
        {
            MappingStart map => ReadMap(map, start) with { HasAnchor = anchored, HasTag = tagged },
            SequenceStart list => ReadList(list, start) with { HasAnchor = anchored, HasTag = tagged },
            _ => ReadScalar(start, parentColumn) with { HasAnchor = anchored, HasTag = tagged },
        };
    }

    private YamlSpan ReadMap(MappingStart map, int start)
    {
        _parser.MoveNext();
        List<YamlSpanEntry> entries = [];
        while (!_parser.Accept<MappingEnd>(out _))
        {
            var key = ReadNode(-1);
            var colon = key.End;
            while (colon < _text.Length && _text[colon] is ' ' or '\t')
                colon++;
            if (colon >= _text.Length || _text[colon] != ':')
                colon = -1;
            entries.Add(new YamlSpanEntry(key, colon, ReadNode(key.Column)));
        }
        var end = _parser.Consume<MappingEnd>();
        if (map.Style is MappingStyle.Flow)
            return new YamlSpan(YamlSpanKind.Map, start, Behind(end.Start, '}'), ColumnOf(start)) { IsFlow = true, Entries = entries };
        var first = entries.Count > 0 ? entries[0].Key.Start : start;
        return new YamlSpan(YamlSpanKind.Map, first, entries.Count > 0 ? entries[^1].End : start, ColumnOf(first)) { Entries = entries };
    }

    private YamlSpan ReadList(SequenceStart list, int start)
    {
        _parser.MoveNext();
        List<YamlSpan> items = [];
        var column = ColumnOf(start);
        while (!_parser.Accept<SequenceEnd>(out _))
        {
            var item = ReadNode(column);
            items.Add(item.IsEmpty && list.Style is not SequenceStyle.Flow ? item with { End = DashBefore(item.End) + 1 } : item);
        }
        var end = _parser.Consume<SequenceEnd>();
        return list.Style is SequenceStyle.Flow
            ? new YamlSpan(YamlSpanKind.List, start, Behind(end.Start, ']'), column) { IsFlow = true, Items = items }
            : new YamlSpan(YamlSpanKind.List, start, items.Count > 0 ? items[^1].End : start, column) { Items = items };
    }

    private YamlSpan ReadScalar(int start, int parentColumn)
    {
        var scalar = _parser.Consume<Scalar>();
        var isBlock = scalar.Style is ScalarStyle.Literal or ScalarStyle.Folded;
        var end = isBlock ? EndOfBlockText(start, parentColumn) : Math.Max(start, At(scalar.End));
        return new YamlSpan(YamlSpanKind.Scalar, start, end, ColumnOf(start))
        {
            Text = scalar.Value,
            IsBlockText = isBlock,
            IsEmpty = scalar.Style is ScalarStyle.Plain && scalar.Value.Length == 0,
        };
    }

    private int EndOfBlockText(int start, int parentColumn)
    {
        var header = EndOfLine(start);
        var keeps = _text.AsSpan(start, header - start).Contains('+');
        var end = header;
        for (var line = header; line < _text.Length;)
        {
            var begin = AfterBreak(line);
            line = EndOfLine(begin);
            var content = begin;
            while (content < line && _text[content] == ' ')
                content++;
            var isBlank = content == line;
            if (!isBlank && content - begin <= parentColumn)
                break;
            if ((!isBlank || keeps) && begin < _text.Length)
                end = line;
        }
        return end;
    }

    // The parser says where the closing bracket is, not where it ends.
    private int Behind(Mark mark, char bracket) => At(mark) is var at && at < _text.Length && _text[at] == bracket ? at + 1 : at;

    private int DashBefore(int index)
    {
        index = Math.Min(index, _text.Length) - 1;
        while (index > 0 && _text[index] != '-')
            index--;
        return Math.Max(index, 0);
    }

    private int AfterProperties(int index)
    {
        while (index < _text.Length && _text[index] is '&' or '!')
        {
            while (index < _text.Length && !char.IsWhiteSpace(_text[index]))
                index++;
            while (index < _text.Length && _text[index] is ' ' or '\t')
                index++;
        }
        return index;
    }

    private int EndOfLine(int index)
    {
        while (index < _text.Length && _text[index] is not ('\n' or '\r'))
            index++;
        return index;
    }

    private int AfterBreak(int index) => index + (_text.AsSpan(index).StartsWith("\r\n") ? 2 : 1);

    private int ColumnOf(int index) => index - (index == 0 ? 0 : _text.AsSpan(0, index).LastIndexOfAny('\n', '\r') + 1);

    private static int At(Mark mark) => (int)mark.Index;

    private static int Column(Mark mark) => (int)mark.Column - 1;
}
