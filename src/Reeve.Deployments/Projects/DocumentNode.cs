using System.Text.Json.Nodes;

namespace Reeve.Deployments.Projects;

/// <summary>A YAML value that still knows where it stands.</summary>
public abstract record DocumentNode(SourcePosition Position)
{
    /// <summary>How a message calls this value: "a list", "the text 'x'".</summary>
    public abstract string Description { get; }

    /// <summary>A fresh JSON copy.</summary>
    public abstract JsonNode? ToJson();

    /// <summary>JSON that came out of a placeholder, standing where the placeholder stood.</summary>
    public static DocumentNode FromJson(SourcePosition position, JsonNode? json) => json switch
    {
        JsonObject map => new MapNode(position, [.. map.Select(entry =>
            new MapEntry(new ScalarNode(position, entry.Key, JsonValue.Create(entry.Key)), FromJson(position, entry.Value)))]),
        JsonArray list => new ListNode(position, [.. list.Select(item => FromJson(position, item))]),
        JsonValue value => new ScalarNode(position, value.TryGetValue<string>(out var text) ? text : value.ToJsonString(), value),
        _ => new ScalarNode(position, "", null),
    };
}

/// <summary>One value: its text as written, and the JSON value that YAML's rules make of it (null: the YAML null).</summary>
public sealed record ScalarNode(SourcePosition Position, string Text, JsonNode? Value) : DocumentNode(Position)
{
    /// <summary>Whether it begins exactly at <see cref="DocumentNode.Position"/> on one line, so that an offset in the text is an offset in the file.</summary>
    public bool IsOneLine { get; init; }

    public bool IsNull => Value is null;

    /// <summary>The place of a character of the text.</summary>
    public SourcePosition Within(int offset) => IsOneLine ? Position with { Column = Position.Column + offset + (IsQuoted ? 1 : 0) } : Position;

    public bool IsQuoted { get; init; }

    public bool IsText => Value is JsonValue value && value.TryGetValue<string>(out _);

    public override string Description => Value switch
    {
        null => "nothing",
        JsonValue value when value.TryGetValue<string>(out _) => $"the text '{Text}'",
        JsonValue value when value.TryGetValue<bool>(out _) => $"the truth value {Text}",
        _ => $"the number {Text}",
    };

    public override JsonNode? ToJson() => Value?.DeepClone();
}

public sealed record ListNode(SourcePosition Position, IReadOnlyList<DocumentNode> Items) : DocumentNode(Position)
{
    public override string Description => "a list";

    public override JsonNode ToJson() => new JsonArray([.. Items.Select(item => item.ToJson())]);
}

public sealed record MapNode(SourcePosition Position, IReadOnlyList<MapEntry> Entries) : DocumentNode(Position)
{
    public override string Description => "a mapping";

    public DocumentNode? this[string key] => Entries.FirstOrDefault(entry => entry.Key.Text == key)?.Value;

    public override JsonNode ToJson()
    {
        var json = new JsonObject();
        foreach (var entry in Entries)
            json[entry.Key.Text] = entry.Value.ToJson();
        return json;
    }
}

public sealed record MapEntry(ScalarNode Key, DocumentNode Value);
