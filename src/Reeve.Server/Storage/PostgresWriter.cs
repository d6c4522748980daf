using Npgsql;

namespace Reeve.Server.Storage;

/// <summary>
/// Writes on PostgreSQL. A few connections each take what waits, run it one after the other inside one transaction and commit once: so requests share the price of a
/// durable commit, and their statements share round trips. When anything of such a group fails, the whole of it is
/// undone and each piece runs again in a transaction of its own.
/// </summary>
internal sealed class PostgresWriter : IAsyncDisposable
{
    internal const int Capacity = 8192;
    // the bound of what one commit may make late for its first piece, and of how long its row locks are held
    private const int MostInOneCommit = 64;
    private const int MostGroups = 2;
    private readonly Lock gate = new();
    private readonly Queue<PostgresWrite> waiting = new();
    private readonly Stack<NpgsqlConnection> idle = new();
    private readonly HashSet<Task> running = [];
    private readonly NpgsqlDataSource source;
    private readonly PostgresTransactions alone;
    private readonly Wakeups wakeups;
    private int unanswered;
    private int groups;
    private bool closed;

    internal PostgresWriter(NpgsqlDataSource source, PostgresTransactions alone, Wakeups wakeups) => (this.source, this.alone, this.wakeups) = (source, alone, wakeups);

    internal int Waiting => Volatile.Read(ref unanswered);

    internal async ValueTask<T> WriteAsync<T>(Func<Session, ValueTask<T>> work, bool besideOthers, CancellationToken cancellation)
    {
        var write = new PostgresWrite<T>(work, besideOthers, cancellation);
        Add(write);
        try
        {
            return await write.Answer.ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref unanswered);
        }
    }

    private void Add(PostgresWrite write)
    {
        lock (gate)
        {
            if (closed)
                throw new StorageBusyException("The server is shutting down.", TimeSpan.FromSeconds(5));
            if (unanswered >= Capacity)
                throw new StorageBusyException("The server has more writes waiting than it keeps.", TimeSpan.FromSeconds(1));
            Interlocked.Increment(ref unanswered);
            waiting.Enqueue(write);
            if (groups == MostGroups)
                return;
            groups++;
            Track(Task.Run(WriteWhatWaitsAsync, CancellationToken.None));
        }
    }

    private async Task WriteWhatWaitsAsync()
    {
        List<PostgresWrite> group = new(MostInOneCommit);
        while (Take(group))
        {
            await WriteAsync(group).ConfigureAwait(false);
            group.Clear();
        }
    }

    private bool Take(List<PostgresWrite> group)
    {
        lock (gate)
        {
            while (group.Count < MostInOneCommit && waiting.TryDequeue(out var write))
                if (!write.HasGivenUp())
                    group.Add(write);
            if (group.Count == 0)
                groups--;
            return group.Count > 0;
        }
    }

    private async Task WriteAsync(List<PostgresWrite> group)
    {
        if (await TryCommitAsync(group).ConfigureAwait(false) || group.Count == 1)
            return;
        foreach (var write in group)
            await TryCommitAsync([write]).ConfigureAwait(false);
    }

    /// <summary>False where nothing is durable and, of a group of several, nobody is answered yet. One that is by itself is answered, or sent where it keeps nobody else.</summary>
    private async ValueTask<bool> TryCommitAsync(List<PostgresWrite> group)
    {
        NpgsqlConnection? connection = null;
        PostgresPipeline? pipeline = null;
        try
        {
            connection = await ConnectAsync().ConfigureAwait(false);
            pipeline = new PostgresPipeline(connection);
            pipeline.Begin();
            // no caller may end what others share
            foreach (var write in group.Where(write => !write.BesideOthers))
                await write.RunAsync(pipeline, wakeups, CancellationToken.None).ConfigureAwait(false);
            await PostgresTogether.RunAsync(pipeline, group.Where(write => write.BesideOthers), wakeups).ConfigureAwait(false);
            await pipeline.CommitAsync().ConfigureAwait(false);
            Keep(connection);
            foreach (var write in group)
                write.Complete();
            return true;
        }
        catch (Exception fault)
        {
            if (connection is not null)
                await UndoAsync(connection, pipeline!).ConfigureAwait(false);
            return Judge(group, fault, pipeline is { Committing: true });
        }
    }

    private bool Judge(List<PostgresWrite> group, Exception fault, bool committing)
    {
        if (fault is NpgsqlException lost && committing && PostgresFaults.LeavesInDoubt(lost))
        {
            foreach (var write in group)
                write.Fail(PostgresFaults.Translated(lost));
            return true;
        }
        if (group is not [var single])
            return false;
        // what waits for a row, or is to be repeated, does so beside the next group
        if (fault is NpgsqlException repeatable && (PostgresFaults.WaitedForLock(repeatable) || PostgresFaults.MayRepeat(repeatable, committing)))
            lock (gate)
                Track(Task.Run(() => alone.WriteAsync(single), CancellationToken.None));
        else
            single.Fail(fault is NpgsqlException other ? PostgresFaults.Translated(other) : fault);
        return true;
    }

    private async ValueTask<NpgsqlConnection> ConnectAsync()
    {
        lock (gate)
            if (idle.TryPop(out var kept))
                return kept;
        var connection = await source.OpenConnectionAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            // two groups that hold rows the other wants would stand still until PostgreSQL looks for deadlocks, a second later
            await using var limit = new NpgsqlCommand("set lock_timeout = '100ms'; set plan_cache_mode = force_generic_plan", connection);
            await limit.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private void Keep(NpgsqlConnection connection)
    {
        lock (gate)
            idle.Push(connection);
    }

    private async ValueTask UndoAsync(NpgsqlConnection connection, PostgresPipeline pipeline)
    {
        try
        {
            await pipeline.RollbackAsync().ConfigureAwait(false);
            Keep(connection);
        }
        catch (Exception fault) when (fault is NpgsqlException or InvalidOperationException)
        {
            // the connection is lost, and with it its transaction
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    // the caller holds the gate
    private void Track(Task task)
    {
        running.Add(task);
        _ = task.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void Forget(Task task)
    {
        lock (gate)
            running.Remove(task);
    }

    /// <summary>Takes no more, finishes what waits, then closes.</summary>
    public async ValueTask DisposeAsync()
    {
        while (true)
        {
            Task[] left;
            lock (gate)
            {
                closed = true;
                left = [.. running];
            }
            if (left.Length == 0)
                break;
            await Task.WhenAll(left).ConfigureAwait(false);
        }
        while (idle.TryPop(out var connection))
            await connection.DisposeAsync().ConfigureAwait(false);
    }
}
