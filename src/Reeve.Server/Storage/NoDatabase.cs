namespace Reeve.Server.Storage;

/// <summary>Stands where a database would, for a server that is only described and never serves.</summary>
internal sealed class NoDatabase(TimeProvider clock) : Database(Dialect.Sqlite, clock)
{
    internal override int WritesWaiting => 0;

    internal override ValueTask<T> ReadAsync<T>(Func<Session, ValueTask<T>> work, CancellationToken cancellation) => throw NotServing();

    internal override ValueTask<T> WriteAsync<T>(Func<Session, ValueTask<T>> work, CancellationToken cancellation) => throw NotServing();

    protected override Task MigrateAsync(CancellationToken cancellation) => throw NotServing();

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static InvalidOperationException NotServing() => new("A server that is only described has no database.");
}
