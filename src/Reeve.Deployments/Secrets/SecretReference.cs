using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reeve.Deployments.Secrets;

/// <summary>What stands behind a provider's name: the secret's own name and, after '#', a key of the JSON or of the pairs that it holds.</summary>
internal readonly record struct SecretReference(string Name, string? Key)
{
    public static SecretReference Parse(string text)
    {
        var hash = text.IndexOf('#', StringComparison.Ordinal);
        return hash < 0 ? new SecretReference(text, null) : new SecretReference(text[..hash], text[(hash + 1)..]);
    }

    /// <summary>The name and what follows its last '@', if that is a version.</summary>
    public (string Name, string? Version) Versioned(Func<string, bool> isVersion)
    {
        var at = Name.LastIndexOf('@');
        return at > 0 && isVersion(Name[(at + 1)..]) ? (Name[..at], Name[(at + 1)..]) : (Name, null);
    }

    /// <summary>The text whole, or one key of the JSON it is.</summary>
    public JsonNode? Pick(string text, string where)
    {
        if (Key is null)
            return JsonValue.Create(text);
        try
        {
            return JsonNode.Parse(text) is JsonObject map ? Pick(map, where)
                : throw new SecretException($"the secret '{Name}' of {where} is not a JSON mapping, so it has no key '{Key}'", "leave out the #key to get it whole");
        }
        catch (JsonException)
        {
            // the parser's own words would quote the secret
            throw new SecretException($"the secret '{Name}' of {where} is not JSON, so it has no key '{Key}'", "leave out the #key to get it whole");
        }
    }

    /// <summary>One key of a mapping; without a key the only value, or all of them.</summary>
    public JsonNode? Pick(JsonObject pairs, string where)
    {
        if (Key is null)
            return pairs is { Count: 1 } ? pairs.First().Value?.DeepClone() : pairs.DeepClone();
        if (pairs.TryGetPropertyValue(Key, out var value))
            return value?.DeepClone();
        throw new SecretException($"the secret '{Name}' of {where} has no key '{Key}'", Projects.NearestName.Hint(Key, [.. pairs.Select(pair => pair.Key)]));
    }
}
