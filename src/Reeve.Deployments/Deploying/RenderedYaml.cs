using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Reeve.Deployments.Editing;
using Reeve.Deployments.Templating;

namespace Reeve.Deployments.Deploying;

/// <summary>JSON values written as YAML, with a comment beside every text that still holds placeholders.</summary>
internal sealed class RenderedYaml(Func<string, string> redact)
{
    private readonly StringBuilder _text = new();

    /// <summary>A key and its value. <paramref name="later"/> says of a placeholder at a path when it is resolved.</summary>
    public void Write(string key, JsonNode? value, int indent, Func<Placeholder, string, string>? later = null) => Write(key, value, indent, key, later);

    public void BeginList(string key) => _text.Append(key).Append(":\n");

    public void WriteItem(JsonObject item, int indent, Func<Placeholder, string, string>? later) => Write(item, indent, "", later, dash: "- ");

    public override string ToString() => _text.ToString();

    private void Write(string key, JsonNode? value, int indent, string path, Func<Placeholder, string, string>? later)
    {
        _text.Append(Scalar(key)).Append(':');
        switch (value)
        {
            case JsonObject { Count: > 0 } map:
                _text.Append('\n');
                Write(map, indent + 2, path, later);
                break;
            case JsonArray { Count: > 0 } list:
                _text.Append('\n');
                for (var i = 0; i < list.Count; i++)
                    WriteItem(list[i], indent, $"{path}.{i.ToString(CultureInfo.InvariantCulture)}", later);
                break;
            default:
                _text.Append(' ');
                WriteLeaf(value, path, later);
                break;
        }
    }

    private void Write(JsonObject map, int indent, string path, Func<Placeholder, string, string>? later, string dash = "")
    {
        var column = indent + dash.Length;
        foreach (var (key, value) in map)
        {
            _text.Append(' ', indent).Append(dash);
            (indent, dash) = (column, ""); // only the first key stands behind the dash
            Write(key, value, column, path.Length == 0 ? key : $"{path}.{key}", later);
        }
    }

    private void WriteItem(JsonNode? item, int indent, string path, Func<Placeholder, string, string>? later)
    {
        if (item is JsonObject { Count: > 0 } map)
        {
            Write(map, indent, path, later, dash: "- ");
            return;
        }
        _text.Append(' ', indent).Append("- ");
        WriteLeaf(item, path, later);
    }

    private void WriteLeaf(JsonNode? value, string path, Func<Placeholder, string, string>? later)
    {
        switch (value)
        {
            case null:
                _text.Append("null\n");
                break;
            case JsonValue leaf when leaf.TryGetValue<string>(out var text):
                _text.Append(Scalar(text)).Append(Comment(text, path, later)).Append('\n');
                break;
            default:
                _text.Append(value.ToJsonString()).Append('\n'); // numbers and truth values; an empty list or mapping; a list in a list
                break;
        }
    }

    private static string Comment(string text, string path, Func<Placeholder, string, string>? later)
    {
        var placeholders = later is null ? [] : Template.Parse(text).Placeholders;
        return placeholders.Count == 0 ? "" : "  # resolved " + string.Join(" and ", placeholders.Select(placeholder => later!(placeholder, path)).Distinct());
    }

    private string Scalar(string written) => YamlText.Quoted(redact(written), inFlow: false); // masked before it is quoted: what is escaped is not found any more
}
