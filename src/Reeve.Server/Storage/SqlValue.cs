using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Reeve.Protocol;

namespace Reeve.Server.Storage;

/// <summary>A typed parameter of a statement. A null keeps its kind, so that PostgreSQL prepares one plan per statement.</summary>
internal readonly struct SqlValue
{
    internal enum ValueKind : byte { Id, Time, Text, Json, Number, Real, Flag, Ids, Texts, IdColumn, TimeColumn, NumberColumn }

    private readonly Guid id;
    private readonly long number;

    private SqlValue(ValueKind kind, bool isNull, Guid id = default, long number = 0, object? reference = null)
    {
        (Kind, IsNull, this.id, this.number, Reference) = (kind, isNull, id, number, reference);
    }

    internal ValueKind Kind { get; }

    internal bool IsNull { get; }

    /// <summary>string for Text, UTF-8 bytes for Json, arrays for the plural kinds and the columns.</summary>
    internal object? Reference { get; }

    internal Guid Id => id;

    /// <summary>An integer, a flag as 0 or 1, or microseconds since 1970.</summary>
    internal long Number => number;

    internal double Real => BitConverter.Int64BitsToDouble(number);

    public static implicit operator SqlValue(Guid value) => new SqlValue(ValueKind.Id, false, value);
    public static implicit operator SqlValue(Guid? value) => new SqlValue(ValueKind.Id, value is null, value.GetValueOrDefault());
    public static implicit operator SqlValue(DateTimeOffset value) => new SqlValue(ValueKind.Time, false, number: Instant.ToMicroseconds(value));
    public static implicit operator SqlValue(DateTimeOffset? value) => value is { } at ? at : new SqlValue(ValueKind.Time, true);
    public static implicit operator SqlValue(string? value) => new SqlValue(ValueKind.Text, value is null, reference: value);
    public static implicit operator SqlValue(int value) => new SqlValue(ValueKind.Number, false, number: value);
    public static implicit operator SqlValue(int? value) => new SqlValue(ValueKind.Number, value is null, number: value.GetValueOrDefault());
    public static implicit operator SqlValue(long value) => new SqlValue(ValueKind.Number, false, number: value);
    public static implicit operator SqlValue(long? value) => new SqlValue(ValueKind.Number, value is null, number: value.GetValueOrDefault());
    public static implicit operator SqlValue(double value) => new SqlValue(ValueKind.Real, false, number: BitConverter.DoubleToInt64Bits(value));
    public static implicit operator SqlValue(double? value) => value is { } real ? real : new SqlValue(ValueKind.Real, true);
    public static implicit operator SqlValue(bool value) => new SqlValue(ValueKind.Flag, false, number: value ? 1 : 0);
    public static implicit operator SqlValue(bool? value) => value is { } flag ? flag : new SqlValue(ValueKind.Flag, true);
    public static implicit operator SqlValue(Guid[] value) => new SqlValue(ValueKind.Ids, false, reference: value);
    public static implicit operator SqlValue(List<Guid> value) => new SqlValue(ValueKind.Ids, false, reference: value.ToArray());
    public static implicit operator SqlValue(string[] value) => new SqlValue(ValueKind.Texts, false, reference: value);
    public static implicit operator SqlValue(List<string> value) => new SqlValue(ValueKind.Texts, false, reference: value.ToArray());

    /// <summary>JSON null and an undefined element are stored as SQL null.</summary>
    public static implicit operator SqlValue(JsonElement? value) =>
        value is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } element ? element : new SqlValue(ValueKind.Json, true);

    public static implicit operator SqlValue(JsonElement value) => value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null
        ? new SqlValue(ValueKind.Json, true)
        : new SqlValue(ValueKind.Json, false, reference: JsonSerializer.SerializeToUtf8Bytes(value, StorageJson.Default.JsonElement));

    /// <summary>One column of many rows, for <c>unnest</c>; only PostgreSQL takes it.</summary>
    internal static SqlValue Column(Guid?[] ids) => new(ValueKind.IdColumn, false, reference: ids);

    /// <inheritdoc cref="Column(Guid?[])"/>
    internal static SqlValue Column(DateTimeOffset[] times) => new(ValueKind.TimeColumn, false, reference: times);

    /// <inheritdoc cref="Column(Guid?[])"/>
    internal static SqlValue Column(long[] numbers) => new(ValueKind.NumberColumn, false, reference: numbers);

    internal static SqlValue Utf8Json(byte[]? utf8) => new SqlValue(ValueKind.Json, utf8 is null, reference: utf8);

    /// <summary>A wire type.</summary>
    internal static SqlValue Json<T>(T? value) => Json(value, WireJson.TypeInfo<T>());

    internal static SqlValue Json<T>(T? value, JsonTypeInfo<T> type) =>
        value is null ? new SqlValue(ValueKind.Json, true) : new SqlValue(ValueKind.Json, false, reference: JsonSerializer.SerializeToUtf8Bytes(value, type));
}
