namespace Reeve.Server.Storage;

/// <summary>
/// The only writer of a SQLite file. A bounded queue feeds one thread; it takes what waits, runs all of it inside one transaction, commits once, and
/// only then answers. So many requests share the price of one durable commit, and none waits for a lock. A failing item undoes itself alone: when one
/// fails, the transaction is run again with a savepoint around each.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    internal const int Capacity = 8192;
    // the bound of what one commit may make late for the readers of its first item
    private const int MostInOneCommit = 512;
    private readonly WriteQueue<Item> queue = new(Capacity);
    private readonly SqliteConnection connection;
    private readonly Wakeups wakeups;
    private readonly Thread thread;

    internal SqliteWriter(SqliteConnection connection, Wakeups wakeups)
    {
        (this.connection, this.wakeups) = (connection, wakeups);
        // a thread of its own: a commit waits for the disk, and a pool of two threads would stand still with it
        thread = new Thread(Run) { IsBackground = true, Name = "reeve sqlite writer" };
        thread.Start();
    }

    internal int Waiting => queue.Count;

    internal ValueTask<T> WriteAsync<T>(Func<Session, ValueTask<T>> work, CancellationToken cancellation)
    {
        var item = new Item<T>(work, cancellation);
        if (!queue.TryAdd(item))
            throw new StorageBusyException("The server has more writes waiting than it keeps.", TimeSpan.FromSeconds(1));
        return new(item.Answer);
    }

    private void Run()
    {
        List<Item> batch = new(MostInOneCommit);
        while (true)
        {
            queue.Take(batch, MostInOneCommit);
            if (batch.Count == 0)
                return;
            // decided once: whoever still waits now is served in every attempt
            batch.RemoveAll(item => item.HasGivenUp());
            if (batch.Count > 0)
                Commit(batch);
            batch.Clear();
        }
    }

    private void Commit(List<Item> batch)
    {
        try
        {
            if (!TryCommit(batch, RunTogether))
                TryCommit(batch, RunIsolated);
        }
        catch (Exception fault)
        {
            // nothing of this batch is durable: each gets the reason, none an answer
            UndoAll();
            foreach (var item in batch)
                item.Fail(fault);
            return;
        }
        foreach (var item in batch)
            item.Complete();
    }

    private bool TryCommit(List<Item> batch, Func<Item, bool> run)
    {
        Execute("begin immediate");
        foreach (var item in batch)
        {
            if (!run(item))
            {
                UndoAll();
                return false;
            }
        }
        Execute("commit");
        return true;
    }

    // savepoints cost a copy of each page that is touched, and hardly anything ever fails
    private bool RunTogether(Item item)
    {
        try
        {
            item.Run(connection, wakeups);
            return true;
        }
        catch (Exception)
        {
            return false; // it is run again in its savepoint, which keeps the reason
        }
    }

    private bool RunIsolated(Item item)
    {
        Execute("savepoint item");
        try
        {
            item.Run(connection, wakeups);
        }
        catch (Exception fault)
        {
            // a full disk and the like end the whole transaction, and with it the savepoint
            if (!connection.InTransaction)
                throw;
            item.Failed = fault;
            Execute("rollback to item");
        }
        Execute("release item");
        return true;
    }

    private void UndoAll()
    {
        if (connection.InTransaction)
            Execute("rollback");
    }

    private void Execute(string sql)
    {
        var statement = connection.Prepare(sql);
        statement.Start([]);
        try
        {
            statement.Step();
        }
        finally
        {
            statement.Reset();
        }
    }

    /// <summary>Takes no more, finishes what waits, then closes.</summary>
    public void Dispose()
    {
        queue.Close();
        thread.Join();
    }

    private abstract class Item
    {
        internal Exception? Failed { get; set; }

        /// <summary>True, and answered, when nobody waits any more.</summary>
        internal abstract bool HasGivenUp();

        internal abstract void Run(SqliteConnection connection, Wakeups wakeups);

        internal abstract void Complete();

        internal abstract void Fail(Exception fault);
    }

    private sealed class Item<T>(Func<Session, ValueTask<T>> work, CancellationToken cancellation) : Item
    {
        private readonly TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private SqliteSession? session;
        private T result = default!;

        internal Task<T> Answer => answer.Task;

        internal override bool HasGivenUp() => cancellation.IsCancellationRequested && answer.TrySetCanceled(cancellation);

        internal override void Run(SqliteConnection connection, Wakeups wakeups)
        {
            // the token ends waiting only: once begun, a piece of work is finished
            session = new SqliteSession(connection, wakeups, CancellationToken.None);
            try
            {
                var task = work(session);
                if (!task.IsCompleted)
                    throw new InvalidOperationException("Work given to WriteAsync may await nothing but its session.");
                result = task.GetAwaiter().GetResult();
            }
            finally
            {
                session.Close();
            }
        }

        internal override void Complete()
        {
            if (Failed is { } fault)
            {
                answer.TrySetException(fault);
                return;
            }
            answer.TrySetResult(result);
            session!.RunAfterCommit();
        }

        internal override void Fail(Exception fault) => answer.TrySetException(fault);
    }
}
