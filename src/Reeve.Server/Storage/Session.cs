namespace Reeve.Server.Storage;

/// <summary>What a store speaks SQL through: one reader, or one transaction. Placeholders are <c>@name</c>, parameters are named without the sign.</summary>
internal abstract class Session(Dialect dialect, Wakeups wakeups, CancellationToken cancellation)
{
    private List<Action>? afterCommit;

    internal Dialect Dialect { get; } = dialect;

    /// <summary>The token of the read or write this session serves; statements obey it.</summary>
    internal CancellationToken Cancellation { get; } = cancellation;

    /// <summary>Runs a statement and returns the number of rows it changed.</summary>
    internal abstract ValueTask<int> ExecuteAsync(string sql, params ReadOnlySpan<(string Name, SqlValue Value)> parameters);

    internal abstract ValueTask<List<T>> QueryAsync<T>(string sql, Func<Row, T> read, params ReadOnlySpan<(string Name, SqlValue Value)> parameters);

    /// <summary>The first row, or default where there is none.</summary>
    internal abstract ValueTask<T?> QueryFirstAsync<T>(string sql, Func<Row, T> read, params ReadOnlySpan<(string Name, SqlValue Value)> parameters);

    /// <summary>The first column of the first row as a number; zero where there is none.</summary>
    internal ValueTask<long> ScalarAsync(string sql, params ReadOnlySpan<(string Name, SqlValue Value)> parameters) =>
        QueryFirstAsync(sql, static row => row.IsNull(0) ? 0 : row.Long(0), parameters);

    /// <summary>
    /// Runs a statement without rows whose count nobody needs. On PostgreSQL it goes out with the next statement that is waited for, at the latest with the commit: so costs no
    /// round trip of its own, and its fault comes there.
    /// </summary>
    internal abstract void Post(string sql, params ReadOnlySpan<(string Name, SqlValue Value)> parameters);

    /// <summary>
    /// Keeps other transactions off a row until this one ends; it goes out with the next statement. It is a statement of its own: one that locks and joins at once would, after
    /// waiting, see the locked row anew but what it is joined with as it was before.
    /// </summary>
    internal abstract ValueTask LockAsync(string table, Guid id);

    /// <summary>Keeps apart transactions that name the same thing before it has a row, until this one ends; it goes out with the next statement.</summary>
    internal abstract void LockText(string text);

    /// <summary>Registers an effect outside the database. It runs once, after the durable commit, and must not throw.</summary>
    internal void AfterCommit(Action effect) => (afterCommit ??= []).Add(effect);

    /// <summary>Wakes who waits for this topic, here and in every replica, after the commit.</summary>
    internal void Wake(string topic) => AfterCommit(() => wakeups.Signal(topic));

    internal void RunAfterCommit()
    {
        foreach (var effect in afterCommit ?? [])
            effect();
    }
}
