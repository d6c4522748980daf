using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Reeve.Deployments.Projects;

/// <summary>Reads one YAML document into positioned _nodes: _anchors, aliases and merge keys are followed, nothing is turned into objects.</summary>
internal sealed class YamlDocument
{
    // A project file is small; these bounds keep a hostile one (nested brackets, aliases of aliases) from eating stack or memory.
    private const int DepthLimit = 64;
    private const int NodeLimit = 200_000;

    private readonly string _file;
    private readonly FaultCollector _faults;
    private readonly Dictionary<AnchorName, (DocumentNode Node, int Size)> _anchors = [];
    private readonly HashSet<string> _anchored = [];
    private int _nodes;

    private YamlDocument(string file, FaultCollector faults)
    {
        _file = file;
        _faults = faults;
    }

    /// <summary>The root of the document, or null with the faults told. Top-level keys that hold an anchor are named in <paramref name="anchorHolders"/>.</summary>
    public static DocumentNode? Read(string file, string text, FaultCollector faults, out IReadOnlySet<string> anchorHolders)
    {
        var document = new YamlDocument(file, faults);
        anchorHolders = document._anchored;
        using var reader = new StringReader(text);
        var parser = new Parser(reader);
        try
        {
            return document.ReadRoot(parser);
        }
        catch (YamlException exception)
        {
            // The parser names where the broken thing begins and where it noticed; the second is nearer to the slip.
            var place = exception.End.Line > 0 ? exception.End : exception.Start;
            document.TellBroken(text, place, exception.Message.TrimEnd('.'));
            return null;
        }
        catch (InvalidOperationException) // what the parser throws for some broken texts, without a place
        {
            var last = parser.Current?.End ?? Mark.Empty;
            document.TellBroken(text, last, "the text after this place cannot be read");
            return null;
        }
    }

    private DocumentNode? ReadRoot(Parser parser)
    {
        parser.Consume<StreamStart>();
        if (parser.Accept<StreamEnd>(out _))
            return new ScalarNode(new SourcePosition(_file, 1, 1), "", null);
        parser.Consume<DocumentStart>();
        var root = ReadNode(parser, 0);
        parser.Consume<DocumentEnd>();
        if (parser.Accept<DocumentStart>(out var second))
            _faults.Add(At(second.Start), "a second document begins here; one document was expected", "remove the '---' line and what follows");
        return root;
    }

    private DocumentNode ReadNode(Parser parser, int depth)
    {
        var start = parser.Current!.Start;
        if (depth > DepthLimit)
            throw new YamlException(start, start, $"more than {DepthLimit} levels of nesting");
        if (++_nodes > NodeLimit)
            throw new YamlException(start, start, $"more than {NodeLimit} values, aliases counted as what they stand for");
        if (parser.TryConsume<AnchorAlias>(out var alias))
            return Follow(alias);

        var before = _nodes;
        var anchor = ((NodeEvent)parser.Current).Anchor;
        DocumentNode node = parser.Current switch
        {
            MappingStart => ReadMap(parser, depth),
            SequenceStart => ReadList(parser, depth),
            _ => ReadScalar(parser.Consume<Scalar>()),
        };
        if (!anchor.IsEmpty)
            _anchors[anchor] = (node, _nodes - before + 1);
        return node;
    }

    private DocumentNode Follow(AnchorAlias alias)
    {
        if (!_anchors.TryGetValue(alias.Value, out var known))
        {
            var hint = NearestName.Hint(alias.Value.Value, [.. _anchors.Keys.Select(name => name.Value)]);
            _faults.Add(At(alias.Start), $"the alias '*{alias.Value}' has no anchor '&{alias.Value}' before it", hint);
            return new ScalarNode(At(alias.Start), "", null);
        }
        _nodes += known.Size;
        return known.Node;
    }

    private ListNode ReadList(Parser parser, int depth)
    {
        var start = parser.Consume<SequenceStart>();
        List<DocumentNode> items = [];
        while (!parser.TryConsume<SequenceEnd>(out _))
            items.Add(ReadNode(parser, depth + 1));
        return new ListNode(At(start.Start), items);
    }

    private MapNode ReadMap(Parser parser, int depth)
    {
        var start = parser.Consume<MappingStart>();
        List<MapEntry> entries = [];
        List<MapEntry> merged = [];
        Dictionary<string, SourcePosition> seen = [];
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var knownAnchors = _anchors.Count;
            var key = ReadNode(parser, depth + 1);
            var value = ReadNode(parser, depth + 1);
            if (key is not ScalarNode name)
            {
                _faults.Add(key.Position, $"{key.Description} stands where a key was expected",
                    "a value that begins with '{{' must be in quotes: \"{{ ... }}\"");
                continue;
            }
            if (depth == 0 && _anchors.Count > knownAnchors)
                _anchored.Add(name.Text);
            if (name.Text == "<<" && name.IsOneLine)
                Merge(value, merged);
            else if (seen.TryGetValue(name.Text, out var first))
                _faults.Add(name.Position, $"the key '{name.Text}' stands here again; it was given in line {first.Line}");
            else
            {
                seen.Add(name.Text, name.Position);
                entries.Add(new MapEntry(name, value));
            }
        }
        entries.AddRange(merged.Where(entry => seen.TryAdd(entry.Key.Text, entry.Key.Position)));
        return new MapNode(At(start.Start), entries);
    }

    private void Merge(DocumentNode value, List<MapEntry> merged)
    {
        switch (value)
        {
            case MapNode map:
                merged.AddRange(map.Entries);
                break;
            case ListNode list when list.Items.All(item => item is MapNode):
                merged.AddRange(list.Items.Cast<MapNode>().SelectMany(map => map.Entries));
                break;
            default:
                _faults.Add(value.Position, $"'<<' merges a mapping, and this is {value.Description}");
                break;
        }
    }

    private ScalarNode ReadScalar(Scalar scalar)
    {
        var isText = scalar.Style is not ScalarStyle.Plain || (!scalar.Tag.IsEmpty && scalar.Tag.Value == "tag:yaml.org,2002:str");
        return new ScalarNode(At(scalar.Start), scalar.Value, isText ? JsonValue.Create(scalar.Value) : YamlScalars.Resolve(scalar.Value))
        {
            IsOneLine = scalar.Start.Line == scalar.End.Line && scalar.Style is ScalarStyle.Plain or ScalarStyle.SingleQuoted or ScalarStyle.DoubleQuoted,
            IsQuoted = scalar.Style is ScalarStyle.SingleQuoted or ScalarStyle.DoubleQuoted,
        };
    }

    private SourcePosition At(Mark mark) => new(_file, (int)mark.Line, (int)mark.Column);

    // Two slips are so common, and told so badly by any parser, that they are looked for: an unquoted placeholder, and a tab.
    private void TellBroken(string text, Mark place, string what)
    {
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var indentation = lines[i].Length - lines[i].TrimStart(' ', '\t').Length;
            if (lines[i].IndexOf('\t', 0, indentation) is >= 0 and var tab)
            {
                _faults.Add(new SourcePosition(_file, i + 1, tab + 1), "this is not YAML: there is a tab in the indentation", "indent with spaces");
                return;
            }
        }
        var line = lines.ElementAtOrDefault((int)place.Line - 1) ?? "";
        _faults.Add(At(place), $"this is not YAML: {what}", line.Contains("{{", StringComparison.Ordinal) ? "a value with '{{ ... }}' must be in quotes" : null);
    }
}
