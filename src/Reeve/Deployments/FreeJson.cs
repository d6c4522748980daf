using System.Buffers;
using System.Text.Json;
using Reeve.Engine;
using Reeve.Protocol;

namespace Reeve.Deployments;

/// <summary>Objects that an author gives for parameters, job variables and steps, as JSON.</summary>
internal static class FreeJson
{
    public static JsonElement Of(object? value)
    {
        if (value is null)
            return WireJson.EmptyObject;
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            ParameterJson.Write(writer, value);
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }
}
