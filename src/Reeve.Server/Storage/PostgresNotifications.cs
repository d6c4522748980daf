using System.Collections.Concurrent;
using System.Threading.Channels;
using Npgsql;

namespace Reeve.Server.Storage;

/// <summary>
/// Carries wake-ups between servers by LISTEN/NOTIFY. They are sent after the commit, outside its transaction and joined per topic: a NOTIFY
/// inside a transaction makes PostgreSQL commit one at a time.
/// </summary>
internal sealed class PostgresNotifications : IAsyncDisposable
{
    private const string ChannelName = "reeve";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    private readonly NpgsqlDataSource source;
    private readonly Wakeups wakeups;
    private readonly TimeProvider clock;
    private readonly string self = Guid.NewGuid().ToString("n");
    private readonly ConcurrentDictionary<string, bool> pending = new();
    private readonly Channel<bool> bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource stopping = new();
    private Task running = Task.CompletedTask;

    internal PostgresNotifications(NpgsqlDataSource source, Wakeups wakeups, TimeProvider clock)
    {
        (this.source, this.wakeups, this.clock) = (source, wakeups, clock);
        wakeups.Relay = topic =>
        {
            pending[topic] = true;
            bell.Writer.TryWrite(true);
        };
    }

    internal void Start() => running = Task.WhenAll(RepeatAsync(ListenAsync), RepeatAsync(SendAsync));

    // a lost connection only makes waiters look at their own pace until it is back
    private async Task RepeatAsync(Func<CancellationToken, Task> work)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await work(stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (fault is NpgsqlException or IOException or TimeoutException)
            {
                await Task.Delay(Retry, clock, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ListenAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        connection.Notification += (_, message) =>
        {
            if (message.Payload.Split(' ', 2) is [var sender, var topic] && sender != self)
                wakeups.SignalHere(topic);
        };
        await using (var listen = new NpgsqlCommand("listen " + ChannelName, connection))
            await listen.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        while (true)
            await connection.WaitAsync(cancellation).ConfigureAwait(false);
    }

    private async Task SendAsync(CancellationToken cancellation)
    {
        while (await bell.Reader.WaitToReadAsync(cancellation).ConfigureAwait(false))
        {
            bell.Reader.TryRead(out _);
            var topics = pending.Keys.Where(topic => pending.TryRemove(topic, out _)).Select(topic => $"{self} {topic}").ToArray();
            await using (var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false))
            // a hint need not be durable: its commit waits for no disk
            await using (var notify = new NpgsqlCommand("select pg_notify($1, t) from unnest($2) t, set_config('synchronous_commit', 'off', true)", connection))
            {
                notify.Parameters.Add(new() { Value = ChannelName });
                notify.Parameters.Add(new() { Value = topics });
                await notify.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
            }
            await Task.Delay(Pause, clock, cancellation).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
        stopping.Dispose();
    }
}
