using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Reeve.Protocol;
using Reeve.Protocol.Events;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.Events;

/// <summary>
/// Follows the outbox and hands each committed event to whom it concerns. One reader serves all subscribers; a subscriber that cannot keep up is
/// ended, and comes back with its filter's time window.
/// </summary>
internal sealed partial class EventStream(Database database, EventsStore events, TimeProvider clock, ILogger<EventStream> log)
    : PeriodicService(TimeSpan.FromSeconds(1), clock, log), IDisposable
{
    private const int MostAtOnce = 500;
    private readonly Lock gate = new();
    private readonly SemaphoreSlim reading = new(1);
    private readonly List<Subscription> subscriptions = [];
    private EventPosition position;

    /// <summary>From now on, and the position that "now" is: what was committed up to it is the subscriber's to read.</summary>
    internal async Task<Subscription> SubscribeAsync(EventFilter filter, CancellationToken cancellation)
    {
        // while a batch is being handed out the position is not settled
        await reading.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            // with nobody there the stream stood still
            if (!HasSubscribers)
                position = await database.ReadAsync(events.EndAsync, cancellation).ConfigureAwait(false);
            var subscription = new Subscription(this, filter, position);
            lock (gate)
                subscriptions.Add(subscription);
            return subscription;
        }
        finally
        {
            reading.Release();
        }
    }

    internal override async Task RunOnceAsync(CancellationToken cancellation)
    {
        var more = HasSubscribers;
        while (more)
        {
            await reading.WaitAsync(cancellation).ConfigureAwait(false);
            try
            {
                var batch = await database.ReadAsync(session => events.AfterAsync(session, position, MostAtOnce), cancellation).ConfigureAwait(false);
                foreach (var (at, body) in batch)
                {
                    HandOut(body);
                    position = at;
                }
                more = batch.Count == MostAtOnce;
            }
            finally
            {
                reading.Release();
            }
        }
    }

    protected override Task WaitAsync(CancellationToken cancellation) =>
        database.Wakeups.WaitAsync(database.Wakeups.Next(Outbox.Topic), TimeSpan.FromSeconds(1), cancellation);

    private bool HasSubscribers
    {
        get
        {
            lock (gate)
                return subscriptions.Count > 0;
        }
    }

    private void HandOut(byte[] body)
    {
        var happened = JsonSerializer.Deserialize(body, WireJson.TypeInfo<Event>())!;
        lock (gate)
            foreach (var subscription in subscriptions)
                subscription.Offer(happened, body);
    }

    private void Remove(Subscription subscription)
    {
        lock (gate)
            subscriptions.Remove(subscription);
    }

    public void Dispose() => reading.Dispose();

    /// <summary>One follower: what concerns it, in order, in a bounded queue.</summary>
    internal sealed class Subscription(EventStream stream, EventFilter filter, EventPosition from) : IDisposable
    {
        private readonly Channel<byte[]> waiting = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(2000) { SingleReader = true });

        /// <summary>Everything up to here was committed before the subscription.</summary>
        internal EventPosition From { get; } = from;

        /// <summary>The events' bodies. It ends when the follower was too slow.</summary>
        internal ChannelReader<byte[]> Events => waiting.Reader;

        internal void Offer(Event happened, byte[] body)
        {
            if (filter.Matches(happened) && !waiting.Writer.TryWrite(body))
                waiting.Writer.TryComplete();
        }

        public void Dispose() => stream.Remove(this);
    }
}
