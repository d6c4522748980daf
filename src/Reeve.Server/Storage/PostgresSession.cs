using Npgsql;
using NpgsqlTypes;

namespace Reeve.Server.Storage;

internal sealed class PostgresSession(NpgsqlConnection connection, Wakeups wakeups, CancellationToken cancellation)
    : Session(Dialect.PostgreSql, wakeups, cancellation)
{
    private static ReadOnlySpan<byte> NullEscape => "\\u0000"u8;

    internal override ValueTask<int> ExecuteAsync(string sql, params ReadOnlySpan<(string Name, SqlValue Value)> parameters) =>
        ExecuteAsync(Command(sql, parameters));

    internal override ValueTask<List<T>> QueryAsync<T>(string sql, Func<Row, T> read, params ReadOnlySpan<(string Name, SqlValue Value)> parameters) =>
        QueryAsync(Command(sql, parameters), read);

    internal override ValueTask<T?> QueryFirstAsync<T>(string sql, Func<Row, T> read, params ReadOnlySpan<(string Name, SqlValue Value)> parameters)
        where T : default => QueryFirstAsync(Command(sql, parameters), read);

    /// <summary>Runs a migration: many statements, no parameters.</summary>
    internal async ValueTask RunScriptAsync(string script)
    {
        await using var command = new NpgsqlCommand(script, connection);
        await command.ExecuteNonQueryAsync(Cancellation).ConfigureAwait(false);
    }

    private async ValueTask<int> ExecuteAsync(NpgsqlCommand command)
    {
        await using (command.ConfigureAwait(false))
            return await command.ExecuteNonQueryAsync(Cancellation).ConfigureAwait(false);
    }

    private async ValueTask<List<T>> QueryAsync<T>(NpgsqlCommand command, Func<Row, T> read)
    {
        await using (command.ConfigureAwait(false))
        {
            await using var reader = await command.ExecuteReaderAsync(Cancellation).ConfigureAwait(false);
            var row = new PostgresRow(reader);
            List<T> rows = [];
            while (await reader.ReadAsync(Cancellation).ConfigureAwait(false))
                rows.Add(read(row));
            return rows;
        }
    }

    private async ValueTask<T?> QueryFirstAsync<T>(NpgsqlCommand command, Func<Row, T> read)
    {
        await using (command.ConfigureAwait(false))
        {
            await using var reader = await command.ExecuteReaderAsync(Cancellation).ConfigureAwait(false);
            return await reader.ReadAsync(Cancellation).ConfigureAwait(false) ? read(new PostgresRow(reader)) : default;
        }
    }

    private NpgsqlCommand Command(string sql, ReadOnlySpan<(string Name, SqlValue Value)> parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (ref readonly var parameter in parameters)
            command.Parameters.Add(Bound(parameter.Name, parameter.Value));
        return command;
    }

    private static NpgsqlParameter Bound(string name, in SqlValue value) => value.Kind switch
    {
        SqlValue.ValueKind.Id => Typed(name, NpgsqlDbType.Uuid, value, value.Id),
        SqlValue.ValueKind.Time => Typed(name, NpgsqlDbType.TimestampTz, value, Instant.FromMicroseconds(value.Number)),
        SqlValue.ValueKind.Text => Typed(name, NpgsqlDbType.Text, value, Storable((string?)value.Reference ?? "")),
        SqlValue.ValueKind.Json => Typed(name, NpgsqlDbType.Jsonb, value, Storable((byte[]?)value.Reference ?? [])),
        SqlValue.ValueKind.Number => Typed(name, NpgsqlDbType.Bigint, value, value.Number),
        SqlValue.ValueKind.Real => Typed(name, NpgsqlDbType.Double, value, value.Real),
        SqlValue.ValueKind.Flag => Typed(name, NpgsqlDbType.Boolean, value, value.Number != 0),
        SqlValue.ValueKind.Ids => Typed(name, NpgsqlDbType.Array | NpgsqlDbType.Uuid, value, (Guid[]?)value.Reference ?? []),
        SqlValue.ValueKind.Texts => Typed(name, NpgsqlDbType.Array | NpgsqlDbType.Text, value, Array.ConvertAll((string[]?)value.Reference ?? [], Storable)),
        SqlValue.ValueKind.IdColumn => Typed(name, NpgsqlDbType.Array | NpgsqlDbType.Uuid, value, (Guid?[]?)value.Reference ?? []),
        SqlValue.ValueKind.TimeColumn => Typed(name, NpgsqlDbType.Array | NpgsqlDbType.TimestampTz, value, Array.ConvertAll((DateTimeOffset[]?)value.Reference ?? [], time => time.ToUniversalTime())),
        SqlValue.ValueKind.NumberColumn => Typed(name, NpgsqlDbType.Array | NpgsqlDbType.Integer, value, (int[]?)value.Reference ?? []),
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

    private static NpgsqlParameter Typed<T>(string name, NpgsqlDbType type, in SqlValue value, T bound) => value.IsNull
        ? new NpgsqlParameter(name, type) { Value = DBNull.Value }
        : new NpgsqlParameter<T>(name, type) { TypedValue = bound };
}
