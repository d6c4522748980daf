using System.Buffers;
using System.Text;
using System.Text.Json;
using SQLitePCL;

namespace Reeve.Server.Storage;

/// <summary>A prepared statement. The places of its parameters are looked up once, in the order in which the store names them.</summary>
internal sealed class SqliteStatement(SqliteConnection connection, sqlite3_stmt handle, string sql) : IDisposable
{
    private string[] names = [];
    private int[] places = [];
    private bool open;

    internal SqliteRow Row { get; } = new(handle);

    /// <summary>Binds and begins; every parameter of the text must be given, and no other.</summary>
    internal void Start(ReadOnlySpan<(string Name, SqlValue Value)> parameters)
    {
        if (open)
            throw new InvalidOperationException($"The statement is read inside its own result: {sql}");
        if (!KnowsOrder(parameters))
            LearnOrder(parameters);
        open = true;
        for (var i = 0; i < places.Length; i++)
            Bind(places[i], parameters[i].Value);
    }

    /// <summary>Moves to the next row; false at the end.</summary>
    internal bool Step() => raw.sqlite3_step(handle) switch
    {
        raw.SQLITE_ROW => true,
        raw.SQLITE_DONE => false,
        var code => throw connection.Failure(code, sql),
    };

    internal void Reset()
    {
        _ = raw.sqlite3_reset(handle); // repeats the code of the failed step, which was thrown already
        open = false;
    }

    private bool KnowsOrder(ReadOnlySpan<(string Name, SqlValue Value)> parameters)
    {
        if (parameters.Length != names.Length)
            return false;
        for (var i = 0; i < names.Length; i++)
            if (!ReferenceEquals(names[i], parameters[i].Name) && names[i] != parameters[i].Name)
                return false;
        return true;
    }

    private void LearnOrder(ReadOnlySpan<(string Name, SqlValue Value)> parameters)
    {
        var wanted = raw.sqlite3_bind_parameter_count(handle);
        var (newNames, newPlaces) = (new string[parameters.Length], new int[parameters.Length]);
        for (var i = 0; i < parameters.Length; i++)
        {
            newNames[i] = parameters[i].Name;
            newPlaces[i] = raw.sqlite3_bind_parameter_index(handle, "@" + parameters[i].Name);
            if (newPlaces[i] == 0)
                throw new StorageException($"The parameter '{parameters[i].Name}' does not occur in: {sql}");
        }
        if (newPlaces.Distinct().Count() != wanted)
            throw new StorageException($"{wanted} parameters are needed, {parameters.Length} given, for: {sql}");
        (names, places) = (newNames, newPlaces);
    }

    private void Bind(int place, in SqlValue value)
    {
        if (value.IsNull)
        {
            _ = raw.sqlite3_bind_null(handle, place);
            return;
        }
        switch (value.Kind)
        {
            case SqlValue.ValueKind.Id:
                Span<byte> id = stackalloc byte[16];
                value.Id.TryWriteBytes(id, bigEndian: true, out _);
                _ = raw.sqlite3_bind_blob(handle, place, id);
                break;
            case SqlValue.ValueKind.Time or SqlValue.ValueKind.Number or SqlValue.ValueKind.Flag:
                _ = raw.sqlite3_bind_int64(handle, place, value.Number);
                break;
            case SqlValue.ValueKind.Real:
                _ = raw.sqlite3_bind_double(handle, place, value.Real);
                break;
            case SqlValue.ValueKind.Text:
                BindText(place, (string)value.Reference!);
                break;
            case SqlValue.ValueKind.Json:
                BindUtf8(place, (byte[])value.Reference!);
                break;
            case SqlValue.ValueKind.Ids:
                BindUtf8(place, JsonSerializer.SerializeToUtf8Bytes(Array.ConvertAll((Guid[])value.Reference!, id => id.ToString()), StorageJson.Default.StringArray));
                break;
            case SqlValue.ValueKind.Texts:
                BindUtf8(place, JsonSerializer.SerializeToUtf8Bytes((string[])value.Reference!, StorageJson.Default.StringArray));
                break;
            default:
                throw new InvalidOperationException($"No binding for {value.Kind}.");
        }
    }

    private void BindText(int place, string text)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        BindUtf8(place, buffer.AsSpan(0, Encoding.UTF8.GetBytes(text, buffer)));
        ArrayPool<byte>.Shared.Return(buffer);
    }

    // an empty span has no address, which SQLite would take for null
    private void BindUtf8(int place, ReadOnlySpan<byte> utf8) =>
        _ = utf8.IsEmpty ? raw.sqlite3_bind_text(handle, place, "") : raw.sqlite3_bind_text(handle, place, utf8);

    public void Dispose() => handle.Dispose();
}
