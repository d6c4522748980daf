using System.Collections.Concurrent;
using Reeve.Client;
using Reeve.Engine;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Runs;

namespace Reeve.Deployments;

/// <summary>
/// Serves deployments: asks for their due runs and runs each in this process. Of several processes that serve the same deployment, the one
/// whose proposal of Pending is accepted has the run; its lease then keeps the others off.
/// </summary>
internal sealed class DeploymentServer(EngineSession session, IReadOnlyList<Deployment> deployments, ServeOptions options, ServeLog log)
{
    private const int LargestRequest = 200;

    // Shorter than what proxies on the way give a request without an answer.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    private readonly OrchestrationClient _client = new(session.Client.Connection.With(RetryPolicy.Interactive));
    private readonly ConcurrentDictionary<Guid, Task> _active = [];

    // What could not be taken, and when: it is still scheduled and is not tried again for a while, or the two sides would talk of nothing else.
    private readonly ConcurrentDictionary<Guid, long> _leftAlone = [];
    private Dictionary<Guid, RegisteredDeployment> _served = [];

    /// <summary>Makes the scope in which a run's instances are made; by default there is none.</summary>
    public Func<ServeScope> OpenScope { get; init; } = static () => ServeScope.None;

    /// <summary>Hears after each question whether the server answered.</summary>
    public Action<Exception?> Contact { get; init; } = static _ => { };

    /// <summary>How many runs are under way.</summary>
    public int ActiveRuns => _active.Count;

    /// <summary>Serves until <paramref name="stop"/> is asked for; then the runs under way are asked to stop, and reported.</summary>
    /// <param name="stop">What ends the serving, and the runs with it.</param>
    /// <param name="limit">Ends the waiting for runs that do not stop.</param>
    public async Task RunAsync(RunStop stop, CancellationToken limit)
    {
        DeploymentFaults.Refuse(deployments, isServed: true);
        EngineSession.Current = session;
        try
        {
            await RegisterAsync(stop.Token);
            await ServeAsync(stop);
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            log.Info($"Stopped serving{(_active.IsEmpty ? "" : $"; waiting for {_active.Count} run(s) to end")}.");
        }
        finally
        {
            var resting = RestAsync(limit);
            await Task.WhenAll(_active.Values).WaitAsync(limit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await resting;
            await session.KeepEventsAsync();
            await session.FlushAsync();
        }
    }

    private async Task RegisterAsync(CancellationToken ct)
    {
        var registration = new DeploymentRegistration(_client, session.Settings);
        foreach (var deployment in deployments)
        {
            var (registered, isAsleep) = await PatientlyAsync(token => registration.ServeAsync(deployment, token), ct);
            _served[registered.Id] = registered;
            log.Info($"Serving '{registered.FullName}'{(isAsleep ? ", whose schedules are paused" : "")}.");
        }

        log.Info($"Run one: {Settings.CommandName.Text} deployment run {_served.Values.First().FullName}");
    }

    private async Task ServeAsync(RunStop stop)
    {
        while (true)
        {
            stop.Token.ThrowIfCancellationRequested();
            var free = (options.Limit ?? int.MaxValue) - _active.Count;
            if (free <= 0)
            {
                // Each leaves the table just before its task ends.
                if (_active.Values.ToArray() is [_, ..] active)
                    await Task.WhenAny(active).WaitAsync(stop.Token);
                continue;
            }

            var asked = session.Time.GetTimestamp();
            foreach (var (left, _) in _leftAlone.Where(left => session.Time.GetElapsedTime(left.Value, asked) >= options.PollInterval))
                _leftAlone.TryRemove(left, out _);
            var request = new ScheduledDeploymentRuns
            {
                DeploymentIds = [.. _served.Keys],
                ScheduledBefore = session.Time.GetUtcNow() + options.PollInterval,
                Limit = LargestRequest,
                ExcludeIds = [.. _active.Keys, .. _leftAlone.Keys],
            };
            var due = await PatientlyAsync(token => _client.FindScheduledRunsAsync(request, options.PollInterval < LongestWait ? options.PollInterval : LongestWait, token), stop.Token);
            var fresh = due.Where(run => !_active.ContainsKey(run.Id) && !_leftAlone.ContainsKey(run.Id)).Take(free).ToList();
            foreach (var run in fresh)
                Start(run, stop);

            // Reeve's server has waited for a run. One that has not is not asked more often than it would be by polling.
            if (fresh.Count == 0 && options.PollInterval - session.Time.GetElapsedTime(asked) is { Ticks: > 0 } pause)
                await Task.Delay(pause, session.Time, stop.Token);
        }
    }

    private void Start(FlowRun run, RunStop stop)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _active[run.Id] = FinishAsync(started.Task, run, stop);
        started.SetResult();
    }

    private async Task FinishAsync(Task started, FlowRun run, RunStop stop)
    {
        await started;
        var isTaken = false;
        try
        {
            isTaken = await Task.Run(() => RunOneAsync(run, stop), CancellationToken.None);
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            // Before it was taken: it stays scheduled for whoever serves next.
        }
        catch (Exception e)
        {
            log.Warning($"Flow run '{run.Name}' could not be seen to its end: {e.Message}");
        }
        finally
        {
            if (!isTaken)
                _leftAlone[run.Id] = session.Time.GetTimestamp();
            _active.TryRemove(run.Id, out _);
        }
    }

    // False: somebody else has it, it was cancelled, or a limit holds it back: then it is due again later.
    private async Task<bool> RunOneAsync(FlowRun run, RunStop stop)
    {
        var early = (run.NextScheduledStartTime ?? run.ExpectedStartTime) - session.Time.GetUtcNow();
        if (early is { Ticks: > 0 } pause)
            await Task.Delay(pause, session.Time, stop.Token);
        var pending = new StateCreate { Type = StateType.Pending, StateDetails = new StateDetails { FlowRunId = run.Id, TransitionId = Protocol.Ids.New(session.Time.GetUtcNow()) } };
        var answer = await _client.SetFlowRunStateAsync(run.Id, pending, force: false, stop.Token);
        if (answer.Status != OrchestrationStatus.Accept)
            return false;
        using var its = new RunStop(stop, CancellationToken.None);
        await using var scope = OpenScope();
        var lease = await session.Leases.AcquireAsync(run.Id, its.Token);
        log.Info($"Running flow run '{run.Name}' of '{_served[run.DeploymentId!.Value].FullName}'.");
        var flow = _served[run.DeploymentId.Value].Deployment.Flow.Descriptor!;
        await new FlowProcess(session, []) { Services = scope.Services }.RunAsync(run, flow, lease, its);
        return true;
    }

    /// <summary>Asks again and again while the server is away; it comes back.</summary>
    private async Task<T> PatientlyAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken ct)
    {
        for (var isTold = false; ; isTold = true)
        {
            try
            {
                var answer = await ask(ct);
                Contact(null);
                if (isTold)
                    log.Info("The server answers again.");
                return answer;
            }
            catch (ApiException e) when (e.Status is null || RetryPolicy.IsTransient(e.Status.Value) || (int)e.Status.Value >= 500)
            {
                Contact(e);
                if (!isTold)
                    log.Warning($"{e.Message} It is asked again until it answers.");
                await Task.Delay(options.PollInterval, session.Time, ct);
            }
        }
    }

    /// <summary>Puts the schedules to rest, unless another process goes on serving them: then the server has been asked since this one stopped.</summary>
    private async Task RestAsync(CancellationToken limit)
    {
        if (!options.PauseOnStop || _served.Count == 0)
            return;
        try
        {
            var asked = await AskedAsync(limit);
            await Task.Delay(options.PollInterval + TimeSpan.FromSeconds(1), session.Time, limit); // the server notes questions to the second
            var askedSince = await AskedAsync(limit);
            var registration = new DeploymentRegistration(_client, session.Settings);
            foreach (var served in _served.Values)
            {
                if (askedSince.GetValueOrDefault(served.Id) is { } now && now.LastPolled == asked.GetValueOrDefault(served.Id)?.LastPolled && !now.Paused)
                    await registration.RestAsync(served, limit);
            }
        }
        catch (Exception e) when (e is ApiException or OperationCanceledException)
        {
            log.Warning($"The schedules go on, although nobody serves them: they could not be paused ({e.Message})");
        }
    }

    private async Task<Dictionary<Guid, Protocol.Deployments.Deployment>> AskedAsync(CancellationToken ct)
    {
        Dictionary<Guid, Protocol.Deployments.Deployment> found = [];
        foreach (var id in _served.Keys)
        {
            if (await _client.FindDeploymentAsync(id, ct) is { } deployment)
                found[id] = deployment;
        }

        return found;
    }
}

/// <summary>What the instances of one run are made from, and what is disposed after it.</summary>
internal sealed record ServeScope(IServiceProvider? Services, IAsyncDisposable? Owner) : IAsyncDisposable
{
    public static ServeScope None { get; } = new(null, null);

    public ValueTask DisposeAsync() => Owner?.DisposeAsync() ?? default;
}
