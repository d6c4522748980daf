using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reeve.Server.Events;

/// <summary>Criteria on events, as clients send them.</summary>
internal sealed record EventFilter
{
    public EventOccurredFilter? Occurred { get; init; }

    public EventNameFilter? Event { get; init; }

    public EventResourceFilter? Resource { get; init; }

    /// <summary>Each must be met by one of the related resources.</summary>
    [JsonConverter(typeof(OneOrManyConverter<EventRelatedFilter>))]
    public IReadOnlyList<EventRelatedFilter>? Related { get; init; }

    /// <summary>Each must be met by the resource or by one of the related ones.</summary>
    [JsonConverter(typeof(OneOrManyConverter<EventResourceFilter>))]
    public IReadOnlyList<EventResourceFilter>? AnyResource { get; init; }

    public EventIdFilter? Id { get; init; }

    public EventTextFilter? Text { get; init; }

    /// <summary>"ASC" or "DESC".</summary>
    public string? Order { get; init; }
}

internal sealed record EventOccurredFilter(DateTimeOffset? Since, DateTimeOffset? Until);

internal sealed record EventNameFilter
{
    public IReadOnlyList<string>? Prefix { get; init; }

    public IReadOnlyList<string>? ExcludePrefix { get; init; }

    public IReadOnlyList<string>? Name { get; init; }

    public IReadOnlyList<string>? ExcludeName { get; init; }
}

internal sealed record EventResourceFilter
{
    public IReadOnlyList<string>? Id { get; init; }

    public IReadOnlyList<string>? IdPrefix { get; init; }

    /// <summary>By label a wanted value, or a list of them; <c>*</c> at the end of one stands for anything, <c>!</c> before it for not.</summary>
    public Dictionary<string, JsonElement>? Labels { get; init; }
}

internal sealed record EventRelatedFilter
{
    public IReadOnlyList<string>? Id { get; init; }

    public IReadOnlyList<string>? Role { get; init; }

    /// <summary>Pairs of id and role.</summary>
    public IReadOnlyList<IReadOnlyList<string>>? ResourcesInRoles { get; init; }

    public Dictionary<string, JsonElement>? Labels { get; init; }
}

internal sealed record EventIdFilter(IReadOnlyList<Guid>? Id);

internal sealed record EventTextFilter(string? Query);

/// <summary>The newest clients send a list where older ones send one filter.</summary>
internal sealed class OneOrManyConverter<T> : JsonConverter<IReadOnlyList<T>>
{
    public override IReadOnlyList<T>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType == JsonTokenType.StartArray
        ? JsonSerializer.Deserialize<List<T>>(ref reader, options)
        : JsonSerializer.Deserialize<T>(ref reader, options) is { } one ? [one] : null;

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<T> value, JsonSerializerOptions options) => JsonSerializer.Serialize(writer, value, options);
}
