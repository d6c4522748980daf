using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reeve.Protocol.Json;

/// <summary>Enums whose names stand on the wire in UPPER_SNAKE_CASE.</summary>
/// <typeparam name="T">The enum.</typeparam>
public sealed class UpperEnumConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseUpper, allowIntegerValues: false)
    where T : struct, Enum;
