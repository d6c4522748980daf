using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reeve.Server.Blocks;

/// <summary>Hides the secret fields of a block: "token" is a field, "credentials.token" one of a nested block, "headers.*" every value of a map.</summary>
internal static class Obfuscation
{
    internal const string Hidden = "********";

    internal static IEnumerable<string> SecretFields(JsonElement fields) =>
        fields.ValueKind == JsonValueKind.Object && fields.TryGetProperty("secret_fields", out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Where(f => f.ValueKind == JsonValueKind.String).Select(f => f.GetString()!)
            : [];

    internal static void Hide(JsonObject data, IEnumerable<string> secretFields)
    {
        foreach (var field in secretFields)
            HideAt(data, field.Split('.'));
    }

    private static void HideAt(JsonNode? node, ReadOnlySpan<string> path)
    {
        if (node is not JsonObject map || path.IsEmpty)
            return;
        foreach (var name in path[0] == "*" ? map.Select(m => m.Key).ToList() : map.ContainsKey(path[0]) ? [path[0]] : new List<string>())
        {
            if (path.Length > 1)
                HideAt(map[name], path[1..]);
            else
                map[name] = HiddenCopy(map[name]);
        }
    }

    // the shape stays, so that people see what is there; nothing of the values does
    private static JsonNode? HiddenCopy(JsonNode? value) => value switch
    {
        null => null,
        JsonObject map => new JsonObject(map.Select(m => KeyValuePair.Create(m.Key, HiddenCopy(m.Value)))),
        JsonArray list => new JsonArray([.. list.Select(HiddenCopy)]),
        _ => JsonValue.Create(Hidden),
    };

    /// <summary>Takes back what a client has read hidden and sends back unchanged.</summary>
    internal static void KeepHidden(JsonObject updated, JsonObject known)
    {
        foreach (var (name, value) in updated.ToList())
        {
            if (value is JsonValue text && text.TryGetValue<string>(out var given) && given == Hidden && known.TryGetPropertyValue(name, out var old) && old is not null)
                updated[name] = old.DeepClone();
            else if (value is JsonObject map && known[name] is JsonObject oldMap)
                KeepHidden(map, oldMap);
        }
    }
}
