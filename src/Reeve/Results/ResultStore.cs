using System.Buffers;
using System.Text.Json;
using Reeve.Engine;

namespace Reeve.Results;

/// <summary>
/// Return values as JSON: small ones inside the state's data, in the "literal" form that clients of the 2.x line read, larger ones in files under
/// <c>$REEVE_HOME/storage</c> that the data refers to.
/// </summary>
internal sealed class ResultStore(string home)
{
    /// <summary>Up to so many bytes of JSON travel inside the state.</summary>
    public const int LargestInline = 32 * 1024;

    private readonly string _folder = Path.Combine(home, "storage");

    /// <summary>The data of a Completed state whose value is not stored: it only names the type.</summary>
    public static JsonElement Unpersisted(object? value) =>
        Data(writer => writer.WriteString("artifact_description", $"Unpersisted result of type `{TypeName(value)}`"), "unpersisted");

    public string PathOf(Guid runId) => Path.Combine(_folder, runId.ToString());

    /// <summary>Stores a value, durably before the state that refers to it is proposed.</summary>
    /// <exception cref="JsonException">The value has no JSON form; or another exception of the serializer.</exception>
    public Task<JsonElement> WriteAsync<T>(Guid runId, T value, CancellationToken ct) => WriteAsync(runId, ToJson(value), TypeName(value), ct);

    /// <summary>Stores a value if it can be read again as what it is.</summary>
    /// <returns>Null when it cannot, with the reason.</returns>
    public async Task<(JsonElement? Data, string? Fault)> TryWriteAsync<T>(Guid runId, T value, CancellationToken ct)
    {
        ReadOnlyMemory<byte> json;
        try
        {
            json = ToJson(value);
            if (!IsPlain(typeof(T)) && !SurvivesReading<T>(json))
                return (null, $"a {typeof(T).Name} that is read from its JSON is not the same again");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return (null, e.Message); // whatever the author's type throws when it is written or read
        }

        try
        {
            return (await WriteAsync(runId, json, TypeName(value), ct), null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, e.Message); // a full disk is no reason to fail a run whose result nobody asked to keep
        }
    }

    /// <summary>Reads the value that a state's data holds or refers to.</summary>
    /// <returns>False when the value was not stored, is not where it was stored, or is no <typeparamref name="T"/>.</returns>
    public static bool TryRead<T>(JsonElement? data, out T? value)
    {
        value = default;
        if (data is not { ValueKind: JsonValueKind.Object } stored)
            return false;
        try
        {
            if (stored.TryGetProperty("type", out var type) && type.ValueEquals("literal"u8) && stored.TryGetProperty("value", out var literal))
            {
                value = Of<T>(literal);
                return true;
            }

            if (!stored.TryGetProperty("storage_key", out var key) || key.GetString() is not { } path || !File.Exists(path))
                return false;
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            value = Of<T>(document.RootElement);
            return true;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or NotSupportedException or ArgumentException or IOException)
        {
            return false; // the code has another type now, or the file is damaged
        }
    }

    private static T? Of<T>(JsonElement json) => json.ValueKind == JsonValueKind.Null || typeof(T) == typeof(Nothing) ? default : ParameterJson.Read<T>(json);

    private async Task<JsonElement> WriteAsync(Guid runId, ReadOnlyMemory<byte> json, string typeName, CancellationToken ct)
    {
        if (json.Length <= LargestInline)
        {
            return Data(
                writer =>
                {
                    writer.WriteString("artifact_description", $"Result of type `{typeName}`");
                    writer.WritePropertyName("value");
                    writer.WriteRawValue(json.Span, skipInputValidation: true);
                },
                "literal");
        }

        Directory.CreateDirectory(_folder);
        var path = PathOf(runId);
        var draft = path + ".new";
        try
        {
            await using (var file = new FileStream(draft, FileMode.Create, FileAccess.Write))
            {
                await file.WriteAsync(json, ct);
                file.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite: true);
        }
        catch
        {
            File.Delete(draft); // half a result takes the room that somebody else could use
            throw;
        }

        return Data(
            writer =>
            {
                writer.WriteString("artifact_description", $"Result of type `{typeName}` persisted to: `{path}`");
                writer.WriteString("serializer_type", "json");
                writer.WriteString("storage_key", path);
            },
            "reference");
    }

    private static ReadOnlyMemory<byte> ToJson<T>(T value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            ParameterJson.Write<object?>(writer, value is Nothing ? null : value);
        return buffer.WrittenMemory;
    }

    // These are read as they were written.
    private static bool IsPlain(Type type) => type.IsPrimitive || type == typeof(string) || type == typeof(decimal) || type == typeof(Guid) || type == typeof(DateTimeOffset)
        || type == typeof(DateTime) || type == typeof(JsonElement) || type == typeof(Nothing);

    // Properties without a setter, members of a base type's heirs and the like are lost without any fault.
    private static bool SurvivesReading<T>(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return typeof(T) != typeof(object) && ToJson(Of<T>(document.RootElement)).Span.SequenceEqual(json.Span);
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
