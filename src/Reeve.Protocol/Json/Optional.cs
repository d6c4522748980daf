using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reeve.Protocol.Json;

/// <summary>A field of a PATCH body: left out, or given, possibly as null. The default value means left out and is not written.</summary>
/// <typeparam name="T">The field's type.</typeparam>
/// <param name="Value">The given value.</param>
[JsonConverter(typeof(OptionalConverterFactory))]
public readonly record struct Optional<T>(T? Value)
{
    /// <summary>True when the field stood in the body.</summary>
    public bool IsGiven { get; } = true;

    /// <summary>Wraps a given value.</summary>
    public static implicit operator Optional<T>(T? value) => new(value);

    /// <summary>Wraps a given value.</summary>
    public Optional<T> ToOptional() => this;

    /// <summary>The given value, or <paramref name="current"/> when the field was left out.</summary>
    public T? Or(T? current) => IsGiven ? Value : current;
}

internal sealed class OptionalConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) =>
        typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Optional<>);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(OptionalConverter<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;
}

internal sealed class OptionalConverter<T> : JsonConverter<Optional<T>>
{
    public override bool HandleNull => true;

    public override Optional<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.TokenType == JsonTokenType.Null ? default : JsonSerializer.Deserialize<T>(ref reader, options));

    public override void Write(Utf8JsonWriter writer, Optional<T> value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.Value, options);
}
