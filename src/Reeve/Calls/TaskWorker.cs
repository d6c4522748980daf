using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Reflection;
using Reeve.Calls;
using Reeve.Client;
using Reeve.Engine;
using Reeve.Protocol.Runs;

namespace Reeve;

/// <summary>
/// Runs delayed tasks (<see cref="Tasks"/>.Delay) in this program. The server gives each run to one worker; a worker claims it by the state Pending, which
/// only one can get, so a run begins at most once. When a worker dies, another one of the same task, now or when it is next started, marks its runs
/// Crashed after <see cref="TaskWorkerOptions.GoneAfter"/>, and queues those again that have retries left.
/// </summary>
public sealed class TaskWorker
{
    private readonly TaskWorkerOptions _options;
    private readonly Dictionary<string, TaskDescriptor> _tasks;
    private readonly ForeignRuns _foreign = new();

    /// <summary>A worker of these tasks.</summary>
    /// <param name="tasks">Methods marked [Task]; none means all of the program.</param>
    /// <exception cref="ArgumentException">A method is no task, or only code can call it.</exception>
    public TaskWorker(params Delegate[] tasks)
        : this(new TaskWorkerOptions(), tasks)
    {
    }

    /// <summary>A worker of these tasks.</summary>
    /// <param name="options">How it works.</param>
    /// <param name="tasks">Methods marked [Task]; none means all of the program.</param>
    /// <exception cref="ArgumentException">A method is no task, or only code can call it.</exception>
    public TaskWorker(TaskWorkerOptions options, params Delegate[] tasks)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Concurrency, 1);
        _options = options;
        Name = options.Name ?? $"{Environment.MachineName}-{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..6]}";
        _tasks = (tasks.Length == 0 ? All() : tasks.Select(Described)).ToDictionary(task => task.Key, StringComparer.Ordinal);
        if (_tasks.Count == 0)
            throw new ArgumentException("The program has no [Task] method that a worker could call");
    }

    /// <summary>What the worker is called.</summary>
    public string Name { get; }

    /// <summary>Takes and runs tasks until it is asked to stop, by the token, SIGTERM or Ctrl+C. Then it takes no more, and waits for those that run.</summary>
    /// <param name="ct">Asks it to stop.</param>
    public async Task RunAsync(CancellationToken ct = default)
    {
        var session = EngineSession.Current;
        using var stop = new RunStop(null, ct);
        using var signals = new StopSignals(stop);
        using var halt = new CancellationTokenSource();
        var turns = new DelayedTurns(session, Name, halt.Token);
        var sweep = new DelayedOrphans(session, _tasks.Keys, Name, _options.GoneAfter).RunAsync(turns.IsRunning, stop.Token);
        using var slots = new SemaphoreSlim(_options.Concurrency);
        var running = new ConcurrentDictionary<Guid, Task>();
        await Console.Error.WriteLineAsync($"Task worker '{Name}' takes runs of {string.Join(", ", _tasks.Values.Select(task => $"'{task.Name}'"))}");
        try
        {
            await TakeAsync(session, turns, slots, running, stop.Token);
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            // asked to stop
        }
        finally
        {
            await EndAsync(session, running, halt);
            await sweep;
            await session.FlushAsync();
        }
    }

    private async Task TakeAsync(EngineSession session, DelayedTurns turns, SemaphoreSlim slots, ConcurrentDictionary<Guid, Task> running, CancellationToken ct)
    {
        var isBusy = false;
        for (var failures = 0; ; failures++)
        {
            var isLost = false;
            try
            {
                if (isBusy)
                    await WaitForPlaceAsync(session, slots, ct);
                await using var subscription = await DelayedSubscription.OpenAsync(session.Client.Connection, [.. _tasks.Keys], Name, ct);
                (isBusy, failures) = (false, 0);
                while (await subscription.ReceiveAsync(ct) is { } run)
                {
                    if (ForeignRuns.IsForeign(run) && !_foreign.IsSeenAgain(run))
                        break; // given back at once, for a worker that can read it
                    // A run is kept from other workers only while this one has a place for it, or has one in a moment.
                    if (isBusy = !await slots.WaitAsync(DelayedSubscription.LongestHold, ct))
                        break;
                    await AcknowledgeAsync(subscription, slots, ct);
                    if (ForeignRuns.IsForeign(run))
                        slots.Release();
                    else
                        Start(turns, slots, running, run);
                }
            }
            catch (Exception e) when (e is WebSocketException or IOException or HttpRequestException or ApiException)
            {
                isLost = true;
                await Console.Error.WriteLineAsync($"Task worker '{Name}' lost its connection and connects again: {e.Message}");
            }

            if (isLost || !isBusy)
                await Task.Delay(TimeSpan.FromSeconds(Math.Min(10, 0.25 * Math.Pow(2, failures))), session.Time, ct);
        }
    }

    // A run that could not be acknowledged comes again, here or elsewhere: its place is not taken.
    private static async Task AcknowledgeAsync(DelayedSubscription subscription, SemaphoreSlim slots, CancellationToken ct)
    {
        try
        {
            await subscription.AcknowledgeAsync(ct);
        }
        catch (Exception)
        {
            slots.Release();
            throw;
        }
    }

    // The run that found no place goes back to the others. Until there is a place this worker asks for none, and only shows that it is there.
    private async Task WaitForPlaceAsync(EngineSession session, SemaphoreSlim slots, CancellationToken ct)
    {
        await using var presence = await PresentAsync(session, ct);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var ended = presence.ReceiveAsync(either.Token);
        var place = slots.WaitAsync(either.Token);
        var first = await Task.WhenAny(place, ended);
        await either.CancelAsync();
        await Task.WhenAny(place);
        if (place.IsCompletedSuccessfully)
            slots.Release(); // the run that comes next takes it
        if (first == ended)
            await ended;
        ct.ThrowIfCancellationRequested();
    }

    private Task<DelayedSubscription> PresentAsync(EngineSession session, CancellationToken ct) =>
        DelayedSubscription.OpenAsync(session.Client.Connection, [.. _tasks.Keys.Select(DelayedOrphans.BusyKey)], Name, ct);

    private void Start(DelayedTurns turns, SemaphoreSlim slots, ConcurrentDictionary<Guid, Task> running, TaskRun run)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        running[run.Id] = RunAsync();
        gate.SetResult();

        async Task RunAsync()
        {
            await gate.Task;
            try
            {
                await turns.RunAsync(run, _tasks[run.TaskKey]);
            }
            catch (Exception e)
            {
                // Its state tells of it, or the API could not be reached; the worker goes on with others.
                await Console.Error.WriteLineAsync($"Task run '{run.Name}' ended with {e.GetType().Name}: {e.Message}");
            }
            finally
            {
                slots.Release();
                running.TryRemove(run.Id, out _);
            }
        }
    }

    private async Task EndAsync(EngineSession session, ConcurrentDictionary<Guid, Task> running, CancellationTokenSource halt)
    {
        var ended = Task.WhenAll(running.Values);
        if (!ended.IsCompleted)
        {
            using var done = new CancellationTokenSource();
            var presence = StayAsync(session, done.Token);
            await Task.WhenAny(ended, Task.Delay(_options.StopPatience, session.Time, CancellationToken.None));
            await halt.CancelAsync();
            await ended;
            await done.CancelAsync();
            await presence;
        }
    }

    // While its last tasks end, the others are not to take it for dead.
    private async Task StayAsync(EngineSession session, CancellationToken done)
    {
        try
        {
            await using var presence = await PresentAsync(session, done);
            await presence.ReceiveAsync(done);
        }
        catch (Exception e) when (e is WebSocketException or IOException or HttpRequestException or ApiException or OperationCanceledException)
        {
            // The server is away or the tasks have ended. The others wait long enough before they give a worker up.
        }
    }

    private static IEnumerable<TaskDescriptor> All() =>
        Assembly.GetEntryAssembly() is { } program ? TaskCatalog.Of(program).Where(task => task is { Invoke: not null, Parameters: not null }) : [];

    private static TaskDescriptor Described(Delegate method) => TaskCatalog.Find(method.Method) switch
    {
        null => throw new ArgumentException($"'{method.Method.Name}' is not a [Task] method: give the method itself, not a lambda"),
        { Invoke: null } task => throw new ArgumentException($"Task '{task.Name}' is an instance method of '{task.Type}', which cannot be made without arguments; make the method static"),
        var task => task,
    };
}
