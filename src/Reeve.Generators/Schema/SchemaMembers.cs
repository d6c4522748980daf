using System.Collections.Generic;

namespace Reeve.Generators.Schema;

/// <summary>The members of one JSON Schema object, in the order they are written.</summary>
internal sealed class SchemaMembers : List<KeyValuePair<string, string>>
{
    public SchemaMembers With(string key, string json)
    {
        Add(new(key, json));
        return this;
    }

    public SchemaMembers WithText(string key, string? text) => text is null ? this : With(key, JsonText.String(text));

    public override string ToString() => JsonText.Object(this);

    public static SchemaMembers OfType(string type, string? format = null) => new SchemaMembers().WithText("type", type).WithText("format", format);
}
