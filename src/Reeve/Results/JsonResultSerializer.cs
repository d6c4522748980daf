using System.Buffers;
using System.Text.Json;
using Reeve.Engine;

namespace Reeve.Results;

/// <summary>Return values as JSON, in the form in which parameters are read.</summary>
internal sealed class JsonResultSerializer : IResultSerializer
{
    public string Name => "json";

    public void Write<T>(IBufferWriter<byte> output, T? value)
    {
        using var writer = new Utf8JsonWriter(output);
        ParameterJson.Write<object?>(writer, value is Nothing ? null : value);
    }

    public T? Read<T>(ReadOnlyMemory<byte> content)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            return document.RootElement.ValueKind == JsonValueKind.Null ? default : ParameterJson.Read<T>(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException($"The stored result is no {typeof(T).Name}: {e.Message}", e);
        }
    }
}
