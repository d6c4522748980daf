using System.Globalization;
using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Leases;
using Reeve.Protocol.Runs;

namespace Reeve.Testing.Api;

using Flow = Protocol.Runs.Flow;

/// <summary>Flows, runs, their states, leases and tag limits in memory.</summary>
internal sealed class MemoryRuns(TimeProvider time)
{
    public const int TagWaitSeconds = 30;

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, MemoryRun> _runs = [];
    private readonly Dictionary<string, Flow> _flows = new(StringComparer.Ordinal);
    private readonly Dictionary<string, State> _cache = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _tagLimits = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, string> _lostLeases = [];
    private readonly HashSet<Guid> _unheard = [];

    /// <summary>Hears each state that was entered, outside of all locks.</summary>
    public Action<MemoryRun, State>? Entered { get; set; }

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>True while a run is to learn of its cancellation, or of the loss of its lease, with the next renewal.</summary>
    public bool AwaitRound
    {
        get
        {
            lock (_gate)
                return _unheard.Any(id => _runs.TryGetValue(id, out var run) && !run.Current.Type.IsTerminal());
        }
    }

    public List<MemoryRun> All()
    {
        lock (_gate)
            return [.. _runs.Values.OrderBy(run => run.Number)];
    }

    public MemoryRun? Find(Guid id)
    {
        lock (_gate)
            return _runs.GetValueOrDefault(id);
    }

    public List<State> StatesOf(MemoryRun run)
    {
        lock (_gate)
            return [.. run.States];
    }

    /// <summary>Runs whose own code runs now: those that no run below them runs for.</summary>
    public List<Guid> Running()
    {
        lock (_gate)
        {
            var running = _runs.Values.Where(run => run.Current.Type == StateType.Running).ToList();
            var above = running.SelectMany(run => new[] { run.FlowRunId, run.ParentTaskRunId, run.Maker }).OfType<Guid>().ToHashSet();
            return [.. running.Select(run => run.Id).Where(id => !above.Contains(id))];
        }
    }

    /// <summary>A sentence about the runs that have not ended.</summary>
    public string Unfinished()
    {
        var runs = All().Where(run => !run.Current.Type.IsTerminal()).Select(run => $"{(run.IsTask ? "task" : "flow")} run '{run.Name}' is {run.Current.Name}").ToList();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(runs.Count == 0 ? "No run is unfinished." : string.Join("; ", runs) + ".")} Virtual time is {time.GetUtcNow():u}. ")
            + "Does the code wait for something that nobody sends, or block a thread?";
    }

    public Flow CreateFlow(FlowCreate create)
    {
        lock (_gate)
        {
            if (_flows.TryGetValue(create.Name, out var flow))
                return flow;
            var now = time.GetUtcNow();
            return _flows[create.Name] = new Flow { Id = Ids.New(now), Created = now, Updated = now, Name = create.Name };
        }
    }

    public (MemoryRun Run, bool IsNew) CreateFlowRun(FlowRunCreate create) => Create(create.State, create.IdempotencyKey is { } key ? $"flow {create.FlowId} {key}" : null, (id, number, key) => new MemoryRun
    {
        Id = id,
        IsTask = false,
        Number = number,
        Name = create.Name ?? string.Create(CultureInfo.InvariantCulture, $"run-{number}"),
        Of = _flows.Values.FirstOrDefault(flow => flow.Id == create.FlowId)?.Name ?? "",
        Key = key,
        FlowId = create.FlowId,
        ParentTaskRunId = create.ParentTaskRunId,
        Parameters = create.Parameters ?? WireJson.EmptyObject,
        Tags = create.Tags ?? [],
        FlowPolicy = create.EmpiricalPolicy ?? new(),
    });

    public (MemoryRun Run, bool IsNew) CreateTaskRun(TaskRunCreate create) => Create(create.State, $"task {create.FlowRunId} {create.TaskKey} {create.DynamicKey}", (id, number, key) => new MemoryRun
    {
        Id = create.Id ?? id,
        IsTask = true,
        Number = number,
        Name = create.Name is { Length: > 0 } name ? name : $"{create.TaskKey}-{create.DynamicKey}",
        Of = create.TaskKey,
        Key = key,
        FlowRunId = create.FlowRunId,
        Maker = TaskRunContext.Current?.Id ?? FlowRunContext.Current?.Id,
        DynamicKey = create.DynamicKey,
        Inputs = create.TaskInputs ?? WireJson.EmptyObject,
        Tags = create.Tags ?? [],
        TaskPolicy = create.EmpiricalPolicy ?? new(),
    });

    /// <summary>Judges a proposal; null when there is no such run.</summary>
    public OrchestrationResult? Propose(Guid id, SetState proposal)
    {
        List<(MemoryRun, State)> entered = [];
        OrchestrationResult answer;
        lock (_gate)
        {
            if (!_runs.TryGetValue(id, out var run))
                return null;
            var now = time.GetUtcNow();
            var proposed = Stored(proposal.State, run, now);
            var verdict = proposal.Force ? MemoryVerdict.Accept(proposed) : MemoryLaw.Judge(run, proposed, FactsOf(run, proposed, now));
            if (verdict.Enters is { } state)
                Enter(run, state, entered);
            answer = new OrchestrationResult
            {
                State = run.Current,
                Status = verdict.Status,
                Details = new OrchestrationDetails { Type = $"{verdict.Status.ToString().ToLowerInvariant()}_details", Reason = verdict.Reason, DelaySeconds = verdict.Seconds },
            };
        }

        foreach (var (run, state) in entered)
            Entered?.Invoke(run, state);
        return answer;
    }

    /// <summary>Says why a write under a lease is refused; null when it is not.</summary>
    public string? Refusal(Guid id, Guid? token)
    {
        lock (_gate)
        {
            if (token is null || !_runs.TryGetValue(id, out var run))
                return null;
            if (run.IsTask)
                run = run.FlowRunId is { } flow ? _runs.GetValueOrDefault(flow) : null;
            return run is null || run.Lease == token ? null : _lostLeases.GetValueOrDefault(run.Id, "This lease is not known: nobody holds the flow run. Stop this process.");
        }
    }

    public Lease? Acquire(Guid id, LeaseAcquire request)
    {
        lock (_gate)
        {
            if (!_runs.TryGetValue(id, out var run))
                return null;
            run.Lease = Guid.NewGuid();
            return new Lease { FlowRunId = id, Attempt = ++run.Attempt, Token = run.Lease.Value, Owner = request.Owner, Expires = time.GetUtcNow().AddSeconds(request.LeaseSeconds) };
        }
    }

    public LeaseRenewalResult Renew(LeaseRenewal renewal)
    {
        lock (_gate)
        {
            List<Guid> renewed = [], cancelling = [];
            List<LostLease> lost = [];
            foreach (var lease in renewal.Leases)
            {
                _unheard.Remove(lease.FlowRunId);
                if (_lostLeases.TryGetValue(lease.FlowRunId, out var reason))
                    lost.Add(new LostLease(lease.FlowRunId, reason));
                else
                    renewed.Add(lease.FlowRunId);
                if (_runs.TryGetValue(lease.FlowRunId, out var run) && run.Current.Type == StateType.Cancelling)
                    cancelling.Add(run.Id);
            }

            return new LeaseRenewalResult(renewed, cancelling, lost);
        }
    }

    /// <summary>Gives a flow run's lease to nobody, as when another process took the run over.</summary>
    public void LoseLease(Guid id, string reason)
    {
        lock (_gate)
        {
            _runs[id].Lease = null;
            _lostLeases[id] = reason;
            _unheard.Add(id);
        }
    }

    public void Cache(string key, State state)
    {
        lock (_gate)
            _cache[key] = state;
    }

    public void LimitTag(string tag, int slots)
    {
        lock (_gate)
            _tagLimits[tag] = slots;
    }

    public void Change(Guid id, Action<MemoryRun> change)
    {
        lock (_gate)
            change(_runs[id]);
    }

    private (MemoryRun Run, bool IsNew) Create(StateCreate? first, string? key, Func<Guid, int, string, MemoryRun> make)
    {
        MemoryRun run;
        State state;
        lock (_gate)
        {
            if (key is not null && _runs.Values.FirstOrDefault(known => known.Key == key) is { } existing)
                return (existing, false);
            var now = time.GetUtcNow();
            var id = Ids.New(now);
            run = make(id, _runs.Count, key ?? id.ToString());
            state = Stored(first ?? new StateCreate { Type = StateType.Pending }, run, now);
            run.States.Add(state);
            _runs[run.Id] = run;
        }

        Entered?.Invoke(run, state);
        return (run, true);
    }

    private MemoryFacts FactsOf(MemoryRun run, State proposed, DateTimeOffset now)
    {
        if (!run.IsTask || proposed.Type != StateType.Running)
            return new MemoryFacts(now, null, null, null, null);
        var cached = proposed.StateDetails is { CacheKey: { Length: > 0 } key, RefreshCache: not true } && _cache.TryGetValue(key, out var state)
            && (state.StateDetails.CacheExpiration is not { } expiry || expiry > now) ? state : null;
        return new MemoryFacts(
            now,
            run.FlowRunId is { } flow ? _runs.GetValueOrDefault(flow) : null,
            cached,
            run.Tags.FirstOrDefault(tag => _tagLimits.TryGetValue(tag, out var slots) && slots == 0),
            run.Tags.FirstOrDefault(tag => _tagLimits.TryGetValue(tag, out var slots)
                && _runs.Values.Count(other => other.IsTask && other.Id != run.Id && other.Current.Type is StateType.Running or StateType.Cancelling && other.Tags.Contains(tag)) >= slots));
    }

    private void Enter(MemoryRun run, State state, List<(MemoryRun, State)> entered)
    {
        var resumes = !run.IsTask && run.FlowPolicy.Resuming == true && run.Current.Type == StateType.Paused;
        if (state.Type == StateType.Running)
        {
            run.RunCount += resumes ? 0 : 1;
            run.FlowRunCount = run.FlowRunId is { } flow && _runs.TryGetValue(flow, out var parent) ? parent.RunCount : 0;
        }

        // History is read by time, so a state never has the time of the one before it, also while time stands still.
        if (state.Timestamp <= run.Current.Timestamp)
            state = state with { Timestamp = run.Current.Timestamp.AddMicroseconds(1) };
        run.States.Add(state);
        entered.Add((run, state));
        if (state.Type == StateType.Cancelling)
            _unheard.Add(run.Id);
        if (run.IsTask && state is { Type: StateType.Completed, StateDetails.CacheKey: { Length: > 0 } key } && state.Name != "Cached")
            _cache[key] = state;
        if (run.ParentTaskRunId is { } stand && _runs.TryGetValue(stand, out var standIn))
            Enter(standIn, state with { Id = Ids.New(state.Timestamp), StateDetails = state.StateDetails with { ChildFlowRunId = run.Id, FlowRunId = standIn.FlowRunId, TaskRunId = stand } }, entered);
    }

    private static State Stored(StateCreate proposed, MemoryRun run, DateTimeOffset now)
    {
        var details = proposed.StateDetails ?? new StateDetails();
        return new State
        {
            Id = Ids.New(now),
            Type = proposed.Type,
            Name = proposed.Name is { Length: > 0 } name ? name : proposed.Type.DefaultName(),
            Timestamp = now,
            Message = proposed.Message,
            Data = proposed.Data is { ValueKind: not JsonValueKind.Null } data ? data : null,
            StateDetails = details with
            {
                FlowRunId = run.IsTask ? run.FlowRunId : run.Id,
                TaskRunId = run.IsTask ? run.Id : run.ParentTaskRunId,
                ScheduledTime = proposed.Type == StateType.Scheduled ? details.ScheduledTime ?? now : details.ScheduledTime,
            },
        };
    }
}
