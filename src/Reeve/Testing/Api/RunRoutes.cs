using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Leases;
using Reeve.Protocol.Runs;

namespace Reeve.Testing.Api;

/// <summary>Flows, flow runs and task runs.</summary>
internal static class RunRoutes
{
    public static void Add(RouteTable routes, MemoryRuns runs)
    {
        routes.Add("POST flows", call => MemoryReply.Made(runs.CreateFlow(call.Read<FlowCreate>())));
        routes.Add("POST concurrency_limits", call => Limit(runs, call.Read<TagLimitCreate>()));
        AddFlowRuns(routes, runs);
        AddTaskRuns(routes, runs);
    }

    private static void AddFlowRuns(RouteTable routes, MemoryRuns runs)
    {
        routes.Add("POST flow_runs", call => Made(runs.CreateFlowRun(call.Read<FlowRunCreate>()), run => run.AsFlowRun()));
        routes.Add("POST flow_runs/filter", call => MemoryReply.Ok(FlowRuns(runs, call)));
        routes.Add("POST flow_runs/leases/renew", call => MemoryReply.Ok(runs.Renew(call.Read<LeaseRenewal>())));
        routes.Add("POST flow_runs/*/lease", call => runs.Acquire(call.Id, call.Read<LeaseAcquire>()) is { } lease ? MemoryReply.Made(lease) : MemoryReply.NotFound("Flow run"));
        routes.Add("POST flow_runs/*/set_state", call => Propose(runs, call, "Flow run"));
        routes.Add("POST flow_runs/*/resume", call => Resume(runs, call));
        routes.Add("GET flow_runs/*", call => MemoryReply.Found(runs.Find(call.Id)?.AsFlowRun(), "Flow run"));
        routes.Add("PATCH flow_runs/*", call => Update(runs, call));
        routes.Add("GET flow_run_states", call => MemoryReply.Ok(History(runs, call)));
    }

    private static void AddTaskRuns(RouteTable routes, MemoryRuns runs)
    {
        routes.Add("POST task_runs", call => runs.Refusal(call.Read<TaskRunCreate>().FlowRunId ?? Guid.Empty, call.Lease) is { } refusal
            ? MemoryReply.Problem(409, refusal)
            : Made(runs.CreateTaskRun(call.Read<TaskRunCreate>()), run => run.AsTaskRun()));
        routes.Add("POST task_runs/filter", call => MemoryReply.Ok(TaskRuns(runs, call)));
        routes.Add("POST task_runs/*/set_state", call => Propose(runs, call, "Task run"));
        routes.Add("GET task_runs/*", call => MemoryReply.Found(runs.Find(call.Id)?.AsTaskRun(), "Task run"));
        routes.Add("GET task_run_states", call => MemoryReply.Ok(History(runs, call)));
    }

    private static MemoryReply Limit(MemoryRuns runs, TagLimitCreate limit)
    {
        runs.LimitTag(limit.Tag, limit.ConcurrencyLimit);
        return MemoryReply.Ok(new TagLimit
        {
            Id = Guid.NewGuid(),
            Created = runs.Now,
            Updated = runs.Now,
            Tag = limit.Tag,
            ConcurrencyLimit = limit.ConcurrencyLimit,
        });
    }

    private static MemoryReply Made<T>((MemoryRun Run, bool IsNew) made, Func<MemoryRun, T> view) =>
        made.IsNew ? MemoryReply.Made(view(made.Run)) : MemoryReply.Ok(view(made.Run));

    private static MemoryReply Propose(MemoryRuns runs, MemoryCall call, string noun)
    {
        if (runs.Refusal(call.Id, call.Lease) is { } refusal)
            return MemoryReply.Problem(409, refusal);
        return Answered(runs.Propose(call.Id, call.Read<SetState>()), noun);
    }

    private static MemoryReply Answered(OrchestrationResult? result, string noun) => result switch
    {
        null => MemoryReply.NotFound(noun),
        { Status: OrchestrationStatus.Accept or OrchestrationStatus.Reject } => MemoryReply.Made(result),
        _ => MemoryReply.Ok(result),
    };

    private static MemoryReply Resume(MemoryRuns runs, MemoryCall call) => runs.Find(call.Id) switch
    {
        null => MemoryReply.NotFound("Flow run"),
        { Current.Type: StateType.Paused } => Answered(runs.Propose(call.Id, new SetState(new StateCreate { Type = StateType.Running })), "Flow run"),
        _ => MemoryReply.Ok(new OrchestrationResult
        {
            State = null,
            Status = OrchestrationStatus.Abort,
            Details = new OrchestrationDetails { Type = "abort_details", Reason = "Cannot resume a flow run that is not paused." },
        }),
    };

    private static MemoryReply Update(MemoryRuns runs, MemoryCall call)
    {
        if (runs.Find(call.Id) is null)
            return MemoryReply.NotFound("Flow run");
        var update = call.Read<FlowRunUpdate>();
        runs.Change(call.Id, run =>
        {
            run.Name = update.Name.Or(run.Name)!;
            run.Tags = update.Tags.Or(run.Tags)!;
            run.FlowPolicy = update.EmpiricalPolicy.Or(run.FlowPolicy)!;
            run.Parameters = update.Parameters.IsGiven ? update.Parameters.Value : run.Parameters;
        });
        return MemoryReply.Nothing;
    }

    // By id alone: what else a filter can say is the server's, and tests of flows ask for runs that they know.
    private static List<FlowRun> FlowRuns(MemoryRuns runs, MemoryCall call)
    {
        var ids = call.Body.Length == 0 ? null : call.Read<Query>().FlowRuns?.Id?.Any;
        return [.. runs.All().Where(run => !run.IsTask && (ids is null || ids.Contains(run.Id))).Select(run => run.AsFlowRun())];
    }

    private static List<TaskRun> TaskRuns(MemoryRuns runs, MemoryCall call)
    {
        var query = call.Body.Length == 0 ? null : call.Read<Query>();
        var (ids, flowRuns) = (query?.TaskRuns?.Id?.Any, query?.FlowRuns?.Id?.Any);
        return
        [
            .. runs.All()
                .Where(run => run.IsTask && (ids is null || ids.Contains(run.Id)) && (flowRuns is null || (run.FlowRunId is { } flow && flowRuns.Contains(flow))))
                .Select(run => run.AsTaskRun()),
        ];
    }

    private static List<State> History(MemoryRuns runs, MemoryCall call) =>
        Guid.TryParse(call.Query[(call.Query.IndexOf('=', StringComparison.Ordinal) + 1)..], out var id) && runs.Find(id) is { } run ? runs.StatesOf(run) : [];
}
