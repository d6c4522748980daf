using System.Text.Json;
using Reeve.Protocol.Runs;

namespace Reeve.Calls;

/// <summary>
/// The arguments of a delayed call, in the data of its states: the server keeps them, so that a worker on any machine can read them. Each state until
/// the run begins carries them on, with the worker that took the run.
/// </summary>
internal static class DelayedParameters
{
    private const string Kind = "reeve.task_parameters";

    public static JsonElement Data(JsonElement parameters, string? worker)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("type", Kind);
            writer.WritePropertyName("parameters");
            parameters.WriteTo(writer);
            if (worker is not null)
                writer.WriteString("worker", worker);
            writer.WriteEndObject();
        }

        using var document = JsonDocument.Parse(stream.ToArray());
        return document.RootElement.Clone();
    }

    public static JsonElement? Of(State? state) => Member(state, "parameters");

    /// <summary>The worker that took the run.</summary>
    public static string? Worker(State? state) => Member(state, "worker")?.GetString();

    private static JsonElement? Member(State? state, string name) =>
        state?.Data is { ValueKind: JsonValueKind.Object } data && data.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String
            && type.GetString() == Kind && data.TryGetProperty(name, out var member) ? member : null;
}
