using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Reeve.Engine;

/// <summary>
/// The authors' own types in what is shared with other programs, blocks and run inputs: names in snake_case, as clients in other languages
/// write them, enums as text. Made when it is first used, which costs tens of milliseconds.
/// </summary>
internal static class AuthorJson
{
    private static readonly Lazy<JsonSerializerOptions> ForInputs = new(() => Make());
    private static readonly Lazy<JsonSerializerOptions> ForBlocks = new(() => Make(new SecretConverter.Revealing()));

    /// <summary>Secrets are hidden.</summary>
    public static JsonSerializerOptions Inputs => ForInputs.Value;

    /// <summary>Secrets are written in clear: what is sent to keep a block.</summary>
    public static JsonSerializerOptions Blocks => ForBlocks.Value;

    public static JsonElement Element(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            write(writer);
        var reader = new Utf8JsonReader(buffer.WrittenSpan);
        return JsonElement.ParseValue(ref reader);
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "The package turns on reflection for JSON; flows are not trimmed.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "As above.")]
    private static JsonSerializerOptions Make(params JsonConverter[] converters)
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            PropertyNameCaseInsensitive = true,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        };
        foreach (var converter in converters)
            options.Converters.Add(converter);
        options.Converters.Add(new JsonStringEnumConverter());
        options.Converters.Add(new ParameterJson.DurationConverter());
        options.MakeReadOnly();
        return options;
    }
}
