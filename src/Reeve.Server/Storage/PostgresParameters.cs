using Npgsql;
using NpgsqlTypes;

namespace Reeve.Server.Storage;

/// <summary>Values as the driver takes them.</summary>
internal static class PostgresParameters
{
    private static ReadOnlySpan<byte> NullEscape => "\\u0000"u8;

    internal static NpgsqlParameter Of(in SqlValue value) => value.Kind switch
    {
        SqlValue.ValueKind.Id => Typed(NpgsqlDbType.Uuid, value, value.Id),
        SqlValue.ValueKind.Time => Typed(NpgsqlDbType.TimestampTz, value, Instant.FromMicroseconds(value.Number)),
        SqlValue.ValueKind.Text => Typed(NpgsqlDbType.Text, value, Storable((string?)value.Reference ?? "")),
        SqlValue.ValueKind.Json => Typed(NpgsqlDbType.Jsonb, value, Storable((byte[]?)value.Reference ?? [])),
        SqlValue.ValueKind.Number => Typed(NpgsqlDbType.Bigint, value, value.Number),
        SqlValue.ValueKind.Real => Typed(NpgsqlDbType.Double, value, value.Real),
        SqlValue.ValueKind.Flag => Typed(NpgsqlDbType.Boolean, value, value.Number != 0),
        SqlValue.ValueKind.Ids => Typed(NpgsqlDbType.Array | NpgsqlDbType.Uuid, value, (Guid[]?)value.Reference ?? []),
        SqlValue.ValueKind.Texts => Typed(NpgsqlDbType.Array | NpgsqlDbType.Text, value, Array.ConvertAll((string[]?)value.Reference ?? [], Storable)),
        SqlValue.ValueKind.IdColumn => Typed(NpgsqlDbType.Array | NpgsqlDbType.Uuid, value, (Guid?[]?)value.Reference ?? []),
        SqlValue.ValueKind.TimeColumn => Typed(NpgsqlDbType.Array | NpgsqlDbType.TimestampTz, value, Array.ConvertAll((DateTimeOffset[]?)value.Reference ?? [], time => time.ToUniversalTime())),
        SqlValue.ValueKind.NumberColumn => Typed(NpgsqlDbType.Array | NpgsqlDbType.Bigint, value, (long[]?)value.Reference ?? []),
        _ => throw new InvalidOperationException($"No binding for {value.Kind}."),
    };

    // PostgreSQL refuses the null character in text; a log line that holds one must not be lost for it
    private static string Storable(string text) => text.Replace('\0', '\uFFFD');

    private static byte[] Storable(byte[] json)
    {
        if (json.AsSpan().IndexOf(NullEscape) < 0)
            return json;
        var kept = json.ToArray();
        for (var i = 0; i < kept.Length; i++)
        {
            if (kept[i] != (byte)'\\')
                continue;
            if (kept.AsSpan(i).StartsWith(NullEscape))
                "\\ufffd"u8.CopyTo(kept.AsSpan(i));
            i++; // what a backslash escapes begins no escape of its own
        }
        return kept;
    }

    private static NpgsqlParameter Typed<T>(NpgsqlDbType type, in SqlValue value, T bound) => value.IsNull
        ? new NpgsqlParameter { NpgsqlDbType = type, Value = DBNull.Value }
        : new NpgsqlParameter<T> { NpgsqlDbType = type, TypedValue = bound };
}
