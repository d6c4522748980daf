using System.Buffers;
using System.Text.Json;
using Reeve.Engine;
using Reeve.Protocol;

namespace Reeve.Results;

/// <summary>Return values as JSON files under <c>$REEVE_HOME/storage</c>, and the references to them that states carry.</summary>
internal sealed class ResultStore(string home)
{
    private readonly string _folder = Path.Combine(home, "storage");

    /// <summary>The data of a Completed state whose value is not stored: it only names the type.</summary>
    public static JsonElement Unpersisted(object? value) =>
        Data(writer => writer.WriteString("artifact_description", $"Unpersisted result of type `{TypeName(value)}`"), "unpersisted");

    public string PathOf(Guid runId) => Path.Combine(_folder, runId.ToString());

    /// <summary>Stores a value, durably before the state that refers to it is proposed.</summary>
    public async Task<JsonElement> WriteAsync<T>(Guid runId, T value, CancellationToken ct)
    {
        var buffer = new ArrayBufferWriter<byte>();
        await using (var writer = new Utf8JsonWriter(buffer))
            ParameterJson.Write<object?>(writer, value is Nothing ? null : value);
        Directory.CreateDirectory(_folder);
        var path = PathOf(runId);
        var draft = path + ".new";
        await using (var file = new FileStream(draft, FileMode.Create, FileAccess.Write))
        {
            await file.WriteAsync(buffer.WrittenMemory, ct);
            file.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: true);
        return Data(
            writer =>
            {
                writer.WriteString("artifact_description", $"Result of type `{TypeName(value)}` persisted to: `{path}`");
                writer.WriteString("serializer_type", "json");
                writer.WriteString("storage_key", path);
            },
            "reference");
    }

    /// <summary>Reads the value that a state's data refers to.</summary>
    /// <returns>False when the value was not stored, or is not where it was stored.</returns>
    public static bool TryRead<T>(JsonElement? data, out T? value)
    {
        value = default;
        if (data is not { ValueKind: JsonValueKind.Object } reference || !reference.TryGetProperty("storage_key", out var key)
            || key.GetString() is not { } path || !File.Exists(path))
            return false;
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        value = document.RootElement.ValueKind == JsonValueKind.Null ? default : ParameterJson.Read<T>(document.RootElement);
        return true;
    }

    public static string TypeName(object? value) => value is null or Nothing ? "null" : value.GetType().Name;

    public static JsonElement Data(Action<Utf8JsonWriter> write, string type)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("type", type);
            writer.WriteString("artifact_type", "result");
            write(writer);
            writer.WriteEndObject();
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }
}
