using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Reeve.Server.Blocks;

/// <summary>
/// The checksum of a block schema, as clients compute it: SHA-256 over the fields without "secret_fields" and without the definitions of other blocks, as JSON with sorted
/// keys, blanks after comma and colon and only ASCII characters, wrapped as the arguments of a call: <c>[[fields], {}]</c>.
/// </summary>
internal static class BlockChecksum
{
    internal static string Of(JsonElement fields)
    {
        var text = new StringBuilder("[[");
        Write(fields, text, isTop: true);
        text.Append("], {}]");
        return "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text.ToString())));
    }

    private static void Write(JsonElement value, StringBuilder text, bool isTop = false, bool isInList = false)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                // clients take secret fields out of nested objects, but not out of objects in lists
                var members = value.EnumerateObject().Where(m => isInList || m.Name != "secret_fields").Where(m => !isTop || m.Name != "definitions" || HasOwn(m.Value));
                WriteMembers(members, text, isTop, isInList);
                break;
            case JsonValueKind.Array:
                text.Append('[').AppendJoin(", ", value.EnumerateArray().Select(item => Written(item, isInList: true))).Append(']');
                break;
            case JsonValueKind.String:
                WriteText(value.GetString()!, text);
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }

    private static void WriteMembers(IEnumerable<JsonProperty> members, StringBuilder text, bool isTop, bool isInList)
    {
        var separator = "{";
        foreach (var member in members.OrderBy(m => m.Name, StringComparer.Ordinal))
        {
            text.Append(separator);
            separator = ", ";
            WriteText(member.Name, text);
            text.Append(": ");
            if (isTop && member.Name == "definitions")
                WriteMembers(member.Value.EnumerateObject().Where(IsOwn), text, isTop: false, isInList: false);
            else
                Write(member.Value, text, isInList: isInList);
        }
        text.Append(separator == "{" ? "{}" : "}");
    }

    private static string Written(JsonElement value, bool isInList)
    {
        var text = new StringBuilder();
        Write(value, text, isInList: isInList);
        return text.ToString();
    }

    private static bool HasOwn(JsonElement definitions) => definitions.ValueKind == JsonValueKind.Object && definitions.EnumerateObject().Any(IsOwn);

    /// <summary>A definition that is no block's has no checksum of its own and belongs to this one.</summary>
    private static bool IsOwn(JsonProperty definition) =>
        !(definition.Value.ValueKind == JsonValueKind.Object && definition.Value.TryGetProperty("block_type_slug", out var slug) && slug.ValueKind == JsonValueKind.String);

    private static void WriteText(string value, StringBuilder text)
    {
        text.Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                < ' ' or >= (char)127 => c == 127 ? text.Append(c) : text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }
        text.Append('"');
    }
}
