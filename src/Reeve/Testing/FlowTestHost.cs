using System.Runtime.CompilerServices;
using Reeve.Engine;
using Reeve.Protocol.Runs;
using Reeve.Settings;
using Reeve.Testing.Api;

namespace Reeve.Testing;

/// <summary>
/// Runs flows and tasks in a test: against an API in memory, in virtual time. Retries an hour apart, timeouts, schedules and sleeps pass in
/// milliseconds. No socket, no server and no state that tests share, so tests run in parallel, each with a host of its own. Results that are
/// to be kept go to a folder of the host's, which is deleted with it.
/// </summary>
/// <remarks>
/// <para>Virtual time goes on when all code waits: when no thread runs code that the host started, and none of it is queued. What waits for
/// something that the host cannot see (a socket, a file, <c>Task.Delay</c> without <see cref="Time"/>, a blocked thread) is given
/// <see cref="FlowTestOptions.RealWait"/> of real time in which nothing happens, and then time goes on, so that a timeout can end it.
/// <see cref="VirtualTime.Hold"/> keeps it still.</para>
/// <para>A host runs one call of <c>RunAsync</c> at a time; a second one waits for the first.</para>
/// </remarks>
public sealed class FlowTestHost : IAsyncDisposable
{
    private readonly HostActivity _activity = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly string _home = Path.Combine(Path.GetTempPath(), $"reeve-test-{Guid.NewGuid():n}");
    private readonly EngineSession _session;
    private readonly TimePump _pump;

    /// <summary>A host with an empty API.</summary>
    public FlowTestHost()
        : this(new FlowTestOptions())
    {
    }

    /// <summary>A host with an empty API.</summary>
    /// <param name="options">How it behaves.</param>
    public FlowTestHost(FlowTestOptions options)
    {
        Time = new VirtualTime(_activity, options.Start);
        Api = new TestApi(Time);
        _pump = new TimePump(_activity, Time, Api.Runs, options);
        _session = MakeSession(options);
    }

    /// <summary>The host's time, for the code under test as well.</summary>
    public VirtualTime Time { get; }

    /// <summary>The host's API.</summary>
    public TestApi Api { get; }

    /// <summary>Every flow run so far, in the order of creation.</summary>
    public IReadOnlyList<FlowTestRun> FlowRuns => [.. Api.Runs.All().Where(run => !run.IsTask).Select(run => new FlowTestRun(this, run, null))];

    /// <summary>Every task run so far, in the order of creation.</summary>
    public IReadOnlyList<TaskTestRun> TaskRuns => [.. Api.Runs.All().Where(run => run is { IsTask: true }).Select(run => new TaskTestRun(this, run))];

    /// <summary>Calls something when a run enters a state, in the thread that enters it: to cancel at that point, to let the API fail from there on.</summary>
    /// <param name="run">The name of the run, or of its flow or task.</param>
    /// <param name="state">The state's name, such as "Running" or "AwaitingRetry".</param>
    /// <param name="action">What to do; it must not block.</param>
    public void When(string run, string state, Action<TestRun> action)
    {
        Api.Runs.Entered += (entered, into) =>
        {
            if (into.Name == state && (entered.Name == run || TestRun.IsOf(entered, run)))
                action(entered.IsTask ? new TaskTestRun(this, entered) : new FlowTestRun(this, entered, null));
        };
    }

    /// <summary>Runs code that calls a flow and returns a value.</summary>
    /// <param name="code">The call, such as <c>() => Etl("x")</c>, or several.</param>
    /// <returns>The first run that the code made, when the code has ended. Its failure is not thrown here: see <see cref="FlowTestRun.Exception"/>.</returns>
    /// <exception cref="FlowAssertionException">The code made no flow run, or did not end within <see cref="FlowTestOptions.RealTimeLimit"/>.</exception>
    /// <exception cref="Exception">What the code threw although its run ended well.</exception>
    [OverloadResolutionPriority(1)]
    public async Task<FlowTestRun<T>> RunAsync<T>(Func<Task<T>> code)
    {
        var (run, exception, value) = await ExecuteAsync(code);
        return new FlowTestRun<T>(this, run, exception, value);
    }

    /// <summary>Runs code that calls a flow.</summary>
    /// <inheritdoc cref="RunAsync{T}(Func{Task{T}})" />
    [OverloadResolutionPriority(1)]
    public async Task<FlowTestRun> RunAsync(Func<Task> code)
    {
        var (run, exception, _) = await ExecuteAsync(async () =>
        {
            await code();
            return true;
        });
        return new FlowTestRun(this, run, exception);
    }

    /// <summary>Runs code that calls a flow and returns a value.</summary>
    /// <inheritdoc cref="RunAsync{T}(Func{Task{T}})" />
    public Task<FlowTestRun<T>> RunAsync<T>(Func<ValueTask<T>> code) => RunAsync(() => code().AsTask());

    /// <summary>Runs code that calls a flow.</summary>
    /// <inheritdoc cref="RunAsync{T}(Func{Task{T}})" />
    public Task<FlowTestRun> RunAsync(Func<ValueTask> code) => RunAsync(() => code().AsTask());

    /// <summary>Runs code that calls a synchronous flow and returns a value.</summary>
    /// <inheritdoc cref="RunAsync{T}(Func{Task{T}})" />
    public Task<FlowTestRun<T>> RunAsync<T>(Func<T> code) => RunAsync(() => Task.FromResult(code()));

    /// <summary>Runs code that calls a synchronous flow.</summary>
    /// <inheritdoc cref="RunAsync{T}(Func{Task{T}})" />
    public Task<FlowTestRun> RunAsync(Action code) => RunAsync(() =>
    {
        code();
        return Task.CompletedTask;
    });

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _session.DisposeAsync();
        _turn.Dispose();
        if (Directory.Exists(_home))
            Directory.Delete(_home, recursive: true);
    }

    private EngineSession MakeSession(FlowTestOptions options)
    {
        var values = new Dictionary<string, string>(options.Settings) { ["REEVE_HOME"] = _home };
        values.TryAdd("REEVE_ENGINE_SERVER_AWAY_SECONDS", "86400"); // what a test asserts is to be at the API when the run has ended
        var settings = new ReeveSettings(values.GetValueOrDefault, new Profile("test", values));
        EngineSession? session = null;
        // In a context of its own: what the session starts belongs to the host, whatever the test's thread does.
        ExecutionContext.Run(
            ExecutionContext.Capture()!,
            _ =>
            {
                _activity.Join();
                session = new EngineSession(settings, Api.Connection, Time);
            },
            null);
        return session!;
    }

    private async Task<(MemoryRun Run, Exception? Exception, T? Value)> ExecuteAsync<T>(Func<Task<T>> code)
    {
        await _turn.WaitAsync();
        try
        {
            var before = Api.Runs.All().Count;
            var work = Start(code);
            await Task.Run(() => _pump.RunAsync(work)); // on the pool, not in the test framework's own context: it looks at the pool's queue
            return await OutcomeAsync(work, before);
        }
        finally
        {
            _turn.Release();
        }
    }

    private Task<T> Start<T>(Func<Task<T>> code) => Task.Run(() =>
    {
        EngineSession.Current = _session;
        _activity.Join();
        return code();
    });

    private async Task<(MemoryRun Run, Exception? Exception, T? Value)> OutcomeAsync<T>(Task<T> work, int before)
    {
        await Task.WhenAny(work);
        var exception = work.IsFaulted ? work.Exception.InnerException : work.IsCanceled ? await Caught(work) : null;
        var run = Api.Runs.All().Skip(before).FirstOrDefault(run => !run.IsTask);
        // An assertion of the test's own, or a mistake around the call: not the flow's failure.
        if (exception is not null && run is null or { Current.Type: StateType.Completed })
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(exception);
        if (run is null)
            throw new FlowAssertionException("The code called no flow. Is its method marked with [Flow], and does the call go through the engine (see the warnings REEVE001 and REEVE003)?");
        return (run, exception, exception is null ? await work : default);
    }

    private static async Task<Exception> Caught(Task work)
    {
        try
        {
            await work;
        }
        catch (OperationCanceledException e)
        {
            return e;
        }

        throw new InvalidOperationException("A cancelled task did not throw.");
    }
}
