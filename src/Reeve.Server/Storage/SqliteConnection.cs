using System.Globalization;
using System.Text;
using SQLitePCL;

namespace Reeve.Server.Storage;

/// <summary>
/// One SQLite connection with its prepared statements, kept by text. It speaks to the native library directly: parameters are bound and columns
/// read without boxing, and one writer can group many pieces of work in one commit.
/// </summary>
internal sealed class SqliteConnection : IDisposable
{
    // dynamic filters make new texts without end; a full cache starts again
    private const int MostStatements = 400;
    private readonly sqlite3 handle;
    private readonly Dictionary<string, SqliteStatement> statements = new(StringComparer.Ordinal);

    static SqliteConnection()
    {
        Batteries_V2.Init();
        // without its own book-keeping every allocation is one lock cheaper
        _ = raw.sqlite3_config(raw.SQLITE_CONFIG_MEMSTATUS, 0);
    }

    internal SqliteConnection(string file, bool readOnly)
    {
        var flags = (readOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE) | raw.SQLITE_OPEN_NOMUTEX;
        var code = raw.sqlite3_open_v2(file, out handle, flags, null);
        if (code != raw.SQLITE_OK)
        {
            var reason = raw.sqlite3_errstr(code).utf8_to_string();
            handle.Dispose();
            throw new DatabaseUnusableException($"The database file '{file}' cannot be opened: {reason}.");
        }
        _ = raw.sqlite3_extended_result_codes(handle, 1);
        _ = raw.sqlite3_busy_timeout(handle, 10_000);
        // lists of ids travel as JSON text, while ids are stored as 16 bytes
        _ = raw.sqlite3_create_function(handle, "uuid_blob", 1, raw.SQLITE_UTF8 | raw.SQLITE_DETERMINISTIC, null, UuidBlob);
    }

    internal int Changes => raw.sqlite3_changes(handle);

    internal bool InTransaction => raw.sqlite3_get_autocommit(handle) == 0;

    /// <summary>The statement for this text, ready to be bound. It must be reset before the next use of the same text.</summary>
    internal SqliteStatement Prepare(string sql)
    {
        if (statements.TryGetValue(sql, out var statement))
            return statement;
        if (statements.Count >= MostStatements)
            DropStatements();
        var code = raw.sqlite3_prepare_v3(handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var prepared);
        if (code != raw.SQLITE_OK)
            throw Failure(code, sql);
        return statements[sql] = new SqliteStatement(this, prepared, sql);
    }

    /// <summary>Runs a script of any number of statements without parameters.</summary>
    internal void Run(string script)
    {
        var code = raw.sqlite3_exec(handle, script);
        if (code != raw.SQLITE_OK)
            throw Failure(code, script);
    }

    /// <summary>Makes the running statement of this connection end with a cancellation; safe from any thread.</summary>
    internal void Interrupt() => raw.sqlite3_interrupt(handle);

    internal Exception Failure(int code, string sql)
    {
        var message = raw.sqlite3_errmsg(handle).utf8_to_string();
        return (code & 0xff) switch
        {
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new StorageBusyException("Another program holds the database.", TimeSpan.FromSeconds(1)),
            // no fault of the request: it holds as soon as there is room again
            raw.SQLITE_FULL => new StorageBusyException("The disk of the database is full.", TimeSpan.FromSeconds(10)),
            raw.SQLITE_IOERR => new StorageBusyException(string.Create(CultureInfo.InvariantCulture, $"The disk of the database fails: {message} ({code})."), TimeSpan.FromSeconds(10)),
            raw.SQLITE_INTERRUPT => new OperationCanceledException(),
            raw.SQLITE_CONSTRAINT => new StorageException(message, code is raw.SQLITE_CONSTRAINT_UNIQUE or raw.SQLITE_CONSTRAINT_PRIMARYKEY, code == raw.SQLITE_CONSTRAINT_FOREIGNKEY),
            _ => new StorageException(string.Create(CultureInfo.InvariantCulture, $"SQLite error {code}: {message}, in: {sql.AsSpan(0, Math.Min(sql.Length, 400))}")),
        };
    }

    private void DropStatements()
    {
        foreach (var statement in statements.Values)
            statement.Dispose();
        statements.Clear();
    }

    private static void UuidBlob(sqlite3_context context, object user, sqlite3_value[] arguments)
    {
        if (Guid.TryParse(raw.sqlite3_value_text(arguments[0]).utf8_to_string(), out var id))
            raw.sqlite3_result_blob(context, id.ToByteArray(bigEndian: true));
        else
            raw.sqlite3_result_null(context);
    }

    public void Dispose()
    {
        DropStatements();
        handle.Dispose();
    }
}
