using System.Text.Json;
using System.Text.Json.Serialization;
using Reeve.Protocol.Json;

namespace Reeve.Server.Events;

/// <summary>Criteria on events, as clients send them. Empty lists ask for nothing.</summary>
internal sealed record EventFilter
{
    public EventOccurredFilter? Occurred { get; init; }

    public EventNameFilter? Event { get; init; }

    public EventResourceFilter? Resource { get; init; }

    /// <summary>Each must be met by one of the related resources.</summary>
    [JsonConverter(typeof(OneOrManyConverter<EventRelatedFilter>))]
    public IReadOnlyList<EventRelatedFilter>? Related { get; init; }

    /// <summary>Each must be met by the resource or by one of the related ones.</summary>
    [JsonConverter(typeof(OneOrManyConverter<EventAnyResourceFilter>))]
    public IReadOnlyList<EventAnyResourceFilter>? AnyResource { get; init; }

    public EventIdFilter? Id { get; init; }

    public EventTextFilter? Text { get; init; }

    public EventOrder? Order { get; init; }
}

/// <summary>By when events happened; the newest first unless asked otherwise.</summary>
[JsonConverter(typeof(UpperEnumConverter<EventOrder>))]
internal enum EventOrder
{
    Asc,
    Desc,
}

internal sealed record EventOccurredFilter(DateTimeOffset? Since = null, DateTimeOffset? Until = null);

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

    public LabelPatterns? Labels { get; init; }

    /// <summary>Only the first event, in the order asked for, of each resource.</summary>
    public bool? Distinct { get; init; }
}

internal sealed record EventAnyResourceFilter
{
    public IReadOnlyList<string>? Id { get; init; }

    public IReadOnlyList<string>? IdPrefix { get; init; }

    public LabelPatterns? Labels { get; init; }
}

internal sealed record EventRelatedFilter
{
    public IReadOnlyList<string>? Id { get; init; }

    public IReadOnlyList<string>? Role { get; init; }

    /// <summary>Pairs of id and role.</summary>
    public IReadOnlyList<IReadOnlyList<string>>? ResourcesInRoles { get; init; }

    public LabelPatterns? Labels { get; init; }
}

internal sealed record EventIdFilter(IReadOnlyList<Guid>? Id = null);

internal sealed record EventTextFilter(string Query);

/// <summary>The newest clients send a list where older ones send one filter.</summary>
internal sealed class OneOrManyConverter<T> : JsonConverter<IReadOnlyList<T>>
{
    public override IReadOnlyList<T>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType == JsonTokenType.StartArray
        ? JsonSerializer.Deserialize<List<T>>(ref reader, options)
        : JsonSerializer.Deserialize<T>(ref reader, options) is { } one ? [one] : null;

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<T> value, JsonSerializerOptions options) => JsonSerializer.Serialize(writer, value, options);
}
