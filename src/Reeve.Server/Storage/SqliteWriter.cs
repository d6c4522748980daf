using System.Collections.Concurrent;

namespace Reeve.Server.Storage;

/// <summary>
/// The only writer of a SQLite file. A bounded queue feeds one thread; it takes what waits, runs each item in its own savepoint inside one
/// transaction, commits once, and only then answers them all. So many requests share the price of one durable commit, none waits for a lock,
/// and a failing item undoes itself alone.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    internal const int Capacity = 8192;
    // the bound of what one commit may make late for the readers of its first item
    private const int MostInOneCommit = 512;
    private readonly BlockingCollection<Item> queue = new(new ConcurrentQueue<Item>(), Capacity);
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
        if (queue.IsAddingCompleted)
            throw new StorageBusyException("The server is shutting down.", TimeSpan.FromSeconds(5));
        if (!queue.TryAdd(item, 0, CancellationToken.None))
            throw new StorageBusyException("The server has more writes waiting than it keeps.", TimeSpan.FromSeconds(1));
        return new(item.Answer);
    }

    private void Run()
    {
        List<Item> batch = new(MostInOneCommit);
        foreach (var first in queue.GetConsumingEnumerable())
        {
            batch.Add(first);
            while (batch.Count < MostInOneCommit && queue.TryTake(out var next))
                batch.Add(next);
            Commit(batch);
            batch.Clear();
        }
    }

    private void Commit(List<Item> batch)
    {
        try
        {
            Execute("begin immediate");
            foreach (var item in batch)
                RunIsolated(item);
            Execute("commit");
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

    private void RunIsolated(Item item)
    {
        if (!item.IsWanted)
            return;
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
        queue.CompleteAdding();
        thread.Join();
        queue.Dispose();
    }

    private abstract class Item
    {
        internal Exception? Failed { get; set; }

        internal abstract bool IsWanted { get; }

        internal abstract void Run(SqliteConnection connection, Wakeups wakeups);

        internal abstract void Complete();

        internal abstract void Fail(Exception fault);
    }

    private sealed class Item<T>(Func<Session, ValueTask<T>> work, CancellationToken cancellation) : Item
    {
        private readonly TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private SqliteSession? session;
        private T result = default!;
        private bool ran;

        internal Task<T> Answer => answer.Task;

        internal override bool IsWanted => !cancellation.IsCancellationRequested;

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
                ran = true;
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
            if (!ran)
            {
                answer.TrySetCanceled(cancellation);
                return;
            }
            answer.TrySetResult(result);
            session!.RunAfterCommit();
        }

        internal override void Fail(Exception fault) => answer.TrySetException(fault);
    }
}
