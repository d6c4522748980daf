namespace Reeve.Server.Storage;

/// <summary>A piece of work that waits to be written on PostgreSQL, and who waits for it.</summary>
internal abstract class PostgresWrite
{
    /// <summary>The caller's; ends its waiting, and its work where that runs alone.</summary>
    internal abstract CancellationToken Cancellation { get; }

    /// <summary>Whether it may run beside others in one transaction.</summary>
    internal abstract bool BesideOthers { get; }

    /// <summary>True, and answered, when nobody waits any more.</summary>
    internal abstract bool HasGivenUp();

    internal abstract ValueTask RunAsync(PostgresPipeline pipeline, Wakeups wakeups, CancellationToken cancellation);

    internal abstract void Complete();

    internal abstract void Fail(Exception fault);
}

/// <inheritdoc />
internal sealed class PostgresWrite<T>(Func<Session, ValueTask<T>> work, bool besideOthers, CancellationToken cancellation) : PostgresWrite
{
    private readonly TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PostgresSession? session;
    private T result = default!;

    internal Task<T> Answer => answer.Task;

    internal override CancellationToken Cancellation => cancellation;

    internal override bool BesideOthers => besideOthers;

    internal override bool HasGivenUp() => cancellation.IsCancellationRequested && answer.TrySetCanceled(cancellation);

    internal override async ValueTask RunAsync(PostgresPipeline pipeline, Wakeups wakeups, CancellationToken cancellation)
    {
        session = new PostgresSession(pipeline, wakeups, cancellation);
        try
        {
            result = await work(session).ConfigureAwait(false);
        }
        finally
        {
            session.Close();
            pipeline.Together?.GiveUp(session);
        }
    }

    internal override void Complete()
    {
        answer.TrySetResult(result);
        session!.RunAfterCommit();
    }

    internal override void Fail(Exception fault)
    {
        if (fault is OperationCanceledException canceled)
            answer.TrySetCanceled(canceled.CancellationToken);
        else
            answer.TrySetException(fault);
    }
}
