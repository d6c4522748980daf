using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Reeve.Protocol;

namespace Reeve.Server.Storage;

/// <summary>The present row of a result, read by position in the database's own representation.</summary>
internal abstract class Row
{
    internal abstract bool IsNull(int column);

    internal abstract Guid Id(int column);

    internal abstract DateTimeOffset Time(int column);

    internal abstract string Text(int column);

    internal abstract long Long(int column);

    internal abstract double Real(int column);

    internal abstract bool Flag(int column);

    /// <summary>Rows may share the value: whoever wants to change it takes a copy.</summary>
    internal abstract T Json<T>(int column, JsonTypeInfo<T> type);

    /// <summary>A JSON value as it is stored.</summary>
    internal abstract byte[] Utf8(int column);

    internal int Int(int column) => checked((int)Long(column));

    internal Guid? IdOrNull(int column) => IsNull(column) ? null : Id(column);

    internal DateTimeOffset? TimeOrNull(int column) => IsNull(column) ? null : Time(column);

    internal string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    internal long? LongOrNull(int column) => IsNull(column) ? null : Long(column);

    internal int? IntOrNull(int column) => IsNull(column) ? null : Int(column);

    internal double? RealOrNull(int column) => IsNull(column) ? null : Real(column);

    internal bool? FlagOrNull(int column) => IsNull(column) ? null : Flag(column);

    internal T? JsonOrNull<T>(int column, JsonTypeInfo<T> type)
        where T : class => IsNull(column) ? null : Json(column, type);

    /// <summary>A wire type.</summary>
    internal T Json<T>(int column) => Json(column, WireJson.TypeInfo<T>());

    internal T? JsonOrNull<T>(int column)
        where T : class => IsNull(column) ? null : Json<T>(column);

    internal JsonElement Element(int column) => Json(column, StorageJson.Default.JsonElement);

    internal JsonElement? ElementOrNull(int column) => IsNull(column) ? null : Element(column);
}
