using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Reeve.Deployments.Docker;

/// <summary>Reads what the engine says while it works: one JSON object after the other, made into lines of a log.</summary>
internal sealed partial class EngineMessages(Action<string> line)
{
    private readonly StringBuilder _open = new();
    private readonly Dictionary<string, string> _layers = [];

    /// <summary>The last lines, for an error that only says that a command failed.</summary>
    public Queue<string> Last { get; } = new();

    /// <summary>The engine's own error, if it sent one. It is the last message.</summary>
    public string? Error { get; private set; }

    /// <summary>Facts for programs: the id of a built image, the digest of a pushed one.</summary>
    public List<JsonObject> Facts { get; } = [];

    public async Task ReadAsync(Stream stream, CancellationToken ct)
    {
        await foreach (var message in MessagesAsync(stream, ct))
            Take(message);
        End();
    }

    // A line each, as engines write them; what cannot be read is a line of text.
    private static async IAsyncEnumerable<JsonObject> MessagesAsync(Stream stream, [EnumeratorCancellation] CancellationToken ct)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8);
        while (await reader.ReadLineAsync(ct) is { } text)
        {
            if (string.IsNullOrWhiteSpace(text))
                continue;
            JsonObject? message = null;
            try
            {
                message = JsonNode.Parse(text) as JsonObject;
            }
            catch (JsonException)
            {
                // below
            }
            yield return message ?? new JsonObject { ["stream"] = text + "\n" };
        }
    }

    private void Take(JsonObject message)
    {
        if (message["aux"] is JsonObject fact)
            Facts.Add(fact);
        else if ((string?)message["stream"] is { } text)
            Append(text);
        else if ((string?)message["status"] is { } status)
            Status(message, status);
        if ((string?)message["errorDetail"]?["message"] is { Length: > 0 } detail)
            Error = detail;
        else if ((string?)message["error"] is { Length: > 0 } error)
            Error = error;
    }

    // A layer that is on its way says so hundreds of times.
    private void Status(JsonObject message, string status)
    {
        var id = (string?)message["id"];
        if (message["progressDetail"] is JsonObject { Count: > 0 } || (id is not null && _layers.GetValueOrDefault(id) == status))
            return;
        if (id is not null)
            _layers[id] = status;
        Say(id is null ? status : $"{id}: {status}");
    }

    private void Append(string text)
    {
        var parts = text.Split('\n');
        for (var i = 0; i < parts.Length; i++)
        {
            _open.Append(parts[i]);
            if (i < parts.Length - 1)
                End();
        }
    }

    private void End()
    {
        var text = _open.ToString().TrimEnd('\r', ' ');
        _open.Clear();
        if (text.Length > 0)
            Say(text);
    }

    private void Say(string said)
    {
        var text = Colour().Replace(said, "");
        if (text.Length == 0)
            return;
        if (text.StartsWith("Step ", StringComparison.OrdinalIgnoreCase))
            Last.Clear(); // what the instructions before it said is not why this one fails
        Last.Enqueue(text);
        if (Last.Count > 12)
            Last.Dequeue();
        line(text);
    }

    // The builder paints what commands wrote to their standard error.
    [GeneratedRegex(@"\x1B\[[0-9;]*m")]
    private static partial Regex Colour();
}
