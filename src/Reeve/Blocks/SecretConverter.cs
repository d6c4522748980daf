using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reeve;

/// <summary>Reads secrets and writes asterisks; <see cref="Revealing"/> is used in one place, where a block is sent to be kept.</summary>
internal class SecretConverter : JsonConverterFactory
{
    public const string Hidden = "********";

    protected virtual bool Reveals => false;

    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Secret<>);

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "The package turns on reflection for JSON; flows are not trimmed.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "As above.")]
    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Of<>).MakeGenericType(typeToConvert.GetGenericArguments()), args: [Reveals])!;

    internal sealed class Revealing : SecretConverter
    {
        protected override bool Reveals => true;
    }

    private sealed class Of<T>(bool reveals) : JsonConverter<Secret<T>>
    {
        [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "The package turns on reflection for JSON; flows are not trimmed.")]
        [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "As above.")]
        public override Secret<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(JsonSerializer.Deserialize<T>(ref reader, options)!);

        [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "The package turns on reflection for JSON; flows are not trimmed.")]
        [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "As above.")]
        public override void Write(Utf8JsonWriter writer, Secret<T> value, JsonSerializerOptions options)
        {
            if (reveals)
                JsonSerializer.Serialize(writer, value.Reveal(), options);
            else
                writer.WriteStringValue(Hidden);
        }
    }
}
