using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Leases;
using Reeve.Protocol.Logs;
using Reeve.Protocol.Runs;

namespace Reeve.Tests.Api;

using Flow = Protocol.Runs.Flow;

public sealed partial class RecordingApi
{
    private (int Status, object? Answer) Route(string method, string[] path, string body)
    {
        lock (_gate)
        {
            return (method, path) switch
            {
                ("POST", ["flows"]) => (201, Stored(Read<FlowCreate>(body))),
                ("POST", ["flow_runs"]) => (201, Served(Create(Read<FlowRunCreate>(body)))),
                ("POST", ["task_runs"]) => (201, ServedTask(Create(Read<TaskRunCreate>(body)))),
                ("POST", ["task_runs", "bulk_set_state"]) when KnowsProposals => (200, new TaskRunProposalsResult([.. Read<TaskRunProposals>(body).Proposals.Select(Propose)])),
                ("POST", ["task_runs", "bulk_set_state"]) => (405, null),
                ("POST", ["logs"]) => Store(Read<List<LogCreate>>(body)),
                ("POST", ["flow_runs", "leases", "renew"]) when KnowsLeases => (200, Renew(Read<LeaseRenewal>(body))),
                ("POST", ["flow_runs", var id, "lease"]) when KnowsLeases => (201, new Lease
                {
                    FlowRunId = Guid.Parse(id),
                    Attempt = 1,
                    Token = Guid.NewGuid(),
                    Owner = Read<LeaseAcquire>(body).Owner,
                    Expires = DateTimeOffset.UnixEpoch,
                }),
                ("POST", [_, var id, "set_state"]) => Propose(Runs[Guid.Parse(id)], Read<SetState>(body)),
                ("GET", ["block_types", "slug", var kind, "block_documents", "name", var name]) when Blocks.TryGetValue($"{kind}/{name}", out var data) => (200, new Protocol.Blocks.BlockDocument
                {
                    Id = Guid.Empty,
                    Created = DateTimeOffset.UnixEpoch,
                    Updated = DateTimeOffset.UnixEpoch,
                    BlockSchemaId = Guid.Empty,
                    BlockTypeId = Guid.Empty,
                    Data = data,
                }),
                ("GET", ["flow_runs", var id]) when Runs.TryGetValue(Guid.Parse(id), out var run) => (200, Served(run)),
                ("PATCH", ["flow_runs", var id]) => Change(Runs[Guid.Parse(id)], Read<FlowRunUpdate>(body)),
                _ => Extra(method, string.Join('/', path), body) ?? (404, null),
            };
        }
    }

    private static T Read<T>(string body) => JsonSerializer.Deserialize(body, WireJson.TypeInfo<T>())!;

    private static Flow Stored(FlowCreate flow) => new() { Id = Guid.NewGuid(), Created = DateTimeOffset.UnixEpoch, Updated = DateTimeOffset.UnixEpoch, Name = flow.Name };

    private (int, object?) Store(List<LogCreate> lines)
    {
        lines.ForEach(Logs.Enqueue);
        return (201, null);
    }

    private static (int, object?) Change(RunRecord run, FlowRunUpdate update)
    {
        run.Update = update;
        return (204, null);
    }

    private RunRecord Create(FlowRunCreate create)
    {
        if (Runs.Values.FirstOrDefault(known => known.Key == create.IdempotencyKey) is { } existing)
            return existing;
        var run = new RunRecord(
            Ids.New(TimeProvider.System.GetUtcNow()), false, create.Name ?? $"run-{Runs.Count}", create.ParentTaskRunId, create.Parameters ?? WireJson.EmptyObject,
            create.EmpiricalPolicy?.Retries ?? 0, create.EmpiricalPolicy?.RetryDelay ?? 0)
        { Key = create.IdempotencyKey, Tags = create.Tags ?? [] };
        run.Add(create.State!);
        return Runs[run.Id] = run;
    }

    private RunRecord Create(TaskRunCreate create, DateTimeOffset? entered = null)
    {
        var key = $"{create.FlowRunId}/{create.TaskKey}/{create.DynamicKey}";
        if (Runs.Values.FirstOrDefault(known => known.Key == key) is { } existing)
            return existing;
        var run = new RunRecord(
            create.Id!.Value, true, create.Name!, create.FlowRunId, create.TaskInputs ?? WireJson.EmptyObject,
            create.EmpiricalPolicy?.Retries ?? 0, 0)
        { Key = key, FlowRunId = create.FlowRunId, Policy = create.EmpiricalPolicy, Tags = create.Tags ?? [] };
        run.Add(create.State!, entered);
        return Runs[run.Id] = run;
    }

    private LeaseRenewalResult Renew(LeaseRenewal renewal)
    {
        var ids = renewal.Leases.Select(lease => lease.FlowRunId).ToList();
        return new(
            [.. ids.Where(id => !LostLeases.ContainsKey(id))],
            [.. ids.Where(Cancelling.ContainsKey)],
            [.. ids.Where(LostLeases.ContainsKey).Select(id => new LostLease(id, LostLeases[id]))]);
    }

    /// <summary>The runs whose states a recorded request proposes.</summary>
    public static IEnumerable<Guid> RunsOf((string Method, string Path, string? Lease, string Body) request) => request.Path == "task_runs/bulk_set_state"
        ? Read<TaskRunProposals>(request.Body).Proposals.Select(proposal => proposal.TaskRun?.Id ?? proposal.TaskRunId!.Value)
        : [Guid.Parse(request.Path.Split('/')[1])];

    private TaskRunProposalResult Propose(TaskRunProposal proposal)
    {
        var run = proposal.TaskRun is { } create ? Create(create, proposal.Entered) : Runs[proposal.TaskRunId!.Value];
        if (ProposalFault(run) is { } fault)
            return new() { TaskRunId = run.Id, Fault = fault };
        var result = proposal.State is { } state
            ? proposal.Force ? Answer(OrchestrationStatus.Accept, run.Add(state), null) : (OrchestrationResult)Propose(run, state, proposal.Entered).Item2!
            : Answer(OrchestrationStatus.Accept, run.Current, null);
        return new() { TaskRunId = run.Id, Name = run.Name, Status = result.Status, State = result.State, Details = result.Details };
    }

    private (int, object?) Propose(RunRecord run, SetState proposal) =>
        proposal.Force ? (201, Answer(OrchestrationStatus.Accept, run.Add(proposal.State), null)) : Propose(run, proposal.State, proposal.Entered);

    private (int, object?) Propose(RunRecord run, StateCreate proposed, DateTimeOffset? entered)
    {
        var result = Verdict(run, proposed) ?? Judge(run, proposed, entered);
        return (result.Status is OrchestrationStatus.Accept or OrchestrationStatus.Reject ? 201 : 200, result);
    }

    private OrchestrationResult Judge(RunRecord run, StateCreate proposed, DateTimeOffset? entered)
    {
        var current = run.Current;
        if (entered is not null && run.States.Exists(state => state.StateDetails.TransitionId == proposed.StateDetails?.TransitionId))
            return Answer(OrchestrationStatus.Reject, current, "This run has already made this state transition.");
        if (proposed.StateDetails?.TransitionId is { } transition && transition == current.StateDetails.TransitionId)
            return Answer(OrchestrationStatus.Reject, current, "This run has already made this state transition.");
        if (run.IsTask && current.Type == StateType.Completed && current.Data is { } data && data.GetProperty("type").GetString() != "unpersisted")
            return Answer(OrchestrationStatus.Reject, current, "This run is already completed.");
        if (!run.IsTask && current.Type.IsTerminal())
            return Answer(OrchestrationStatus.Abort, null, $"The run is {current.Name} already.");
        if (proposed.Type == StateType.Running && current.StateDetails.ScheduledTime - TimeProvider.System.GetUtcNow() is { Ticks: > 0 } early)
            return Answer(OrchestrationStatus.Wait, null, "Scheduled time is in the future", (long)Math.Ceiling(early.TotalSeconds));
        if (proposed is { Type: StateType.Running, StateDetails: { CacheKey: { } wanted, RefreshCache: not true } } && Cached.TryGetValue(wanted, out var cached)
            && (cached.StateDetails.CacheExpiration is not { } expires || expires > TimeProvider.System.GetUtcNow()))
            return Answer(OrchestrationStatus.Reject, run.Add(new StateCreate { Type = StateType.Completed, Name = "Cached", Data = cached.Data }), "Retrieved state from cache");
        if (proposed is { Type: StateType.Failed, StateDetails.Retriable: not false } && current.Type == StateType.Running && run.RunCount <= run.Retries)
        {
            var retry = new StateCreate
            {
                Type = StateType.Scheduled,
                Name = "AwaitingRetry",
                Message = proposed.Message,
                StateDetails = new StateDetails
                {
                    TransitionId = proposed.StateDetails?.TransitionId, // so that a repeated proposal is known again
                    ScheduledTime = TimeProvider.System.GetUtcNow().AddSeconds(run.NextDelay),
                },
            };
            return Answer(OrchestrationStatus.Reject, run.Add(retry), "Retrying");
        }

        var accepted = run.Add(Named(run, proposed), entered);
        if (accepted is { Type: StateType.Completed, StateDetails.CacheKey: { } key })
            Cached[key] = accepted;
        return Answer(OrchestrationStatus.Accept, accepted, null);
    }

    private static StateCreate Named(RunRecord run, StateCreate proposed) => (proposed.Type, run.Current.Name, run.RunCount) switch
    {
        (StateType.Running, "AwaitingRetry", _) => proposed with { Name = "Retrying" },
        (StateType.Running, _, > 0) => proposed with { Name = "Rerunning" },
        _ => proposed,
    };

    public static OrchestrationResult Answer(OrchestrationStatus status, State? state, string? reason, long? delay = null) => new()
    {
        State = state,
        Status = status,
        Details = new OrchestrationDetails { Type = status.ToString(), Reason = reason, DelaySeconds = delay },
    };

    private static FlowRun Served(RunRecord run) => new()
    {
        Id = run.Id,
        Created = DateTimeOffset.UnixEpoch,
        Updated = DateTimeOffset.UnixEpoch,
        Name = run.Name,
        FlowId = Guid.Empty,
        Parameters = run.Parameters,
        ParentTaskRunId = run.ParentId,
        State = run.Current,
        StateType = run.Current.Type,
        RunCount = run.RunCount,
    };

    private static TaskRun ServedTask(RunRecord run) => new()
    {
        Id = run.Id,
        Created = DateTimeOffset.UnixEpoch,
        Updated = DateTimeOffset.UnixEpoch,
        Name = run.Name,
        TaskKey = run.Key!,
        DynamicKey = "0",
        FlowRunId = run.FlowRunId,
        State = run.Current,
    };
}
