using System.Text;
using System.Text.Json.Nodes;

namespace Reeve.Deployments.Templating;

/// <summary>
/// The secret values one run has come to know, and the masking of them in every line, error and message that leaves it. A value is masked in
/// the forms it travels in: as it is, each line of it, percent-encoded, and as the header of basic authentication.
/// </summary>
public sealed class SecretRegistry
{
    public const string Mask = "********";

    // One or two characters would mask half of every line and protect nothing.
    private const int ShortestSecret = 3;

    private readonly Lock _gate = new();
    private readonly HashSet<string> _known = [];
    private string[] _longestFirst = [];

    public void Add(string? secret)
    {
        if (string.IsNullOrWhiteSpace(secret))
            return;
        lock (_gate)
        {
            foreach (var form in Forms(secret.Trim()))
                if (form.Length >= ShortestSecret)
                    _known.Add(form);
            _longestFirst = [.. _known.OrderByDescending(value => value.Length)];
        }
    }

    /// <summary>Registers every text in it.</summary>
    public void AddAll(JsonNode? value)
    {
        switch (value)
        {
            case JsonObject map:
                foreach (var (_, item) in map)
                    AddAll(item);
                break;
            case JsonArray list:
                foreach (var item in list)
                    AddAll(item);
                break;
            case JsonValue leaf:
                Add(leaf.TryGetValue<string>(out var text) ? text : leaf.ToJsonString());
                break;
        }
    }

    /// <summary>Registers the fields a block's schema calls secret: "value", "headers.*", "credentials.token".</summary>
    public void AddSecretFields(JsonObject data, IEnumerable<string> fields)
    {
        foreach (var field in fields)
            AddField(data, field.Split('.'));
    }

    public string Redact(string text)
    {
        foreach (var secret in Volatile.Read(ref _longestFirst))
            text = text.Replace(secret, Mask, StringComparison.Ordinal);
        return text;
    }

    private void AddField(JsonNode? data, ReadOnlySpan<string> path)
    {
        if (path.IsEmpty || path[0] == "*")
            AddAll(data);
        else if (data is JsonObject map && map.TryGetPropertyValue(path[0], out var inner))
            AddField(inner, path[1..]);
    }

    private static IEnumerable<string> Forms(string secret)
    {
        yield return secret;
        yield return Uri.EscapeDataString(secret);
        yield return Convert.ToBase64String(Encoding.UTF8.GetBytes(secret));
        foreach (var line in secret.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            yield return line;
    }
}
