using Reeve.Client;
using Reeve.Engine;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;

namespace Reeve.Calls;

/// <summary>Looks for runs whose worker is gone. The server lists the workers that are connected; one that is missing for long has died, and its runs with it.</summary>
internal sealed class DelayedOrphans(EngineSession session, IReadOnlyCollection<string> keys, string self, TimeSpan goneAfter)
{
    private const int PageSize = 200;
    private readonly Dictionary<Guid, DateTimeOffset> _missed = [];
    private readonly List<string> _presence = [.. keys, .. keys.Select(BusyKey)];

    /// <summary>What a worker without a place subscribes to in a task's stead: no run has this key, and the list of workers still shows it.</summary>
    public static string BusyKey(string key) => "busy/" + key;

    public async Task RunAsync(Func<Guid, bool> isOwn, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await SweepAsync(isOwn, ct);
            }
            catch (Exception e) when (e is ApiException or OperationCanceledException)
            {
                // The next round looks again.
            }

            await Task.Delay(goneAfter / 4, session.Time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One look. A run is given up when its worker was missing in every look for long enough.</summary>
    public async Task SweepAsync(Func<Guid, bool> isOwn, CancellationToken ct)
    {
        var now = session.Time.GetUtcNow();
        var taken = (await UnderWayAsync(ct)).Where(run => !isOwn(run.Id)).ToList();
        var present = taken.Count == 0 ? [] : (await session.Client.FindTaskWorkersAsync(_presence, ct)).Select(worker => worker.Identifier).Append(self).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _missed.Keys.Except(taken.Select(run => run.Id)).ToList())
            _missed.Remove(gone);
        foreach (var run in taken)
        {
            var claim = (await session.Client.GetTaskRunStatesAsync(run.Id, ct)).LastOrDefault(state => DelayedParameters.Worker(state) is not null);
            if (claim is null || present.Contains(DelayedParameters.Worker(claim)!))
                _missed.Remove(run.Id);
            else if (!_missed.TryGetValue(run.Id, out var since))
                _missed[run.Id] = now;
            else if (now - since >= goneAfter)
                await GiveUpAsync(run, claim, now - since, ct);
        }
    }

    private async Task<List<TaskRun>> UnderWayAsync(CancellationToken ct)
    {
        var query = new Query
        {
            TaskRuns = new TaskRunFilter
            {
                FlowRunId = new AnyOf<Guid> { IsNull = true },
                State = new StateFilter
                {
                    Operator = "or_",
                    Type = new AnyOf<StateType> { Any = [StateType.Pending, StateType.Running] },
                    Name = new AnyOf<string> { Any = ["AwaitingRetry"] },
                },
            },
            Limit = PageSize,
        };
        var found = new List<TaskRun>();
        while (true)
        {
            var page = await session.Client.FindTaskRunsAsync(query with { Offset = query.Offset ?? 0 }, ct);
            // One that waits for its retry in the queue is taken by whoever is there.
            found.AddRange(page.Where(run => keys.Contains(run.TaskKey) && (run.StateType != StateType.Scheduled || run.State?.StateDetails.Deferred != true)));
            if (page.Count < PageSize)
                return found;
            query = query with { Offset = (query.Offset ?? 0) + PageSize };
        }
    }

    private async Task GiveUpAsync(TaskRun run, State claim, TimeSpan missing, CancellationToken ct)
    {
        _missed.Remove(run.Id);
        var message = $"Task worker '{DelayedParameters.Worker(claim)}', which had the run, has not been connected for {missing.TotalSeconds:0} second(s)";
        var crashed = await session.Client.SetTaskRunStateAsync(
            run.Id, new StateCreate { Type = StateType.Crashed, Name = "Crashed", Message = message, StateDetails = new StateDetails { TaskRunId = run.Id } }, force: false, ct);
        if (crashed.Status != OrchestrationStatus.Accept)
            return; // another worker was first, or it is over
        await Console.Error.WriteLineAsync($"Task run '{run.Name}' crashed: {message}");
        if (run.RunCount > (run.EmpiricalPolicy.Retries ?? 0) || DelayedParameters.Of(claim) is not { } parameters)
            return;
        await session.Client.SetTaskRunStateAsync(
            run.Id,
            new StateCreate
            {
                Type = StateType.Scheduled,
                Name = "AwaitingRetry",
                Message = message,
                Data = DelayedParameters.Data(parameters, worker: null),
                StateDetails = new StateDetails { TaskRunId = run.Id, Deferred = true, ScheduledTime = session.Time.GetUtcNow(), TaskParametersId = claim.StateDetails.TaskParametersId },
            },
            force: true,
            ct);
    }
}
