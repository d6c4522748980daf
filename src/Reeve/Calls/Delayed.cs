using Reeve.Engine;
using Reeve.Protocol.Runs;

namespace Reeve.Calls;

/// <summary>Makes the runs of delayed calls.</summary>
internal static class Delayed
{
    public static async Task<DelayedTask<T>> MakeAsync<T>(Lambda<T> lambda, CallOptions options, TimeSpan? after, CancellationToken ct)
    {
        var route = new DelayRoute();
        await ScopedCall.RunAsync(lambda, new CallScope { Options = options, Route = route });
        var session = FlowRunContext.Current?.Session ?? EngineSession.Current;
        var task = route.Task ?? throw new InvalidOperationException("The lambda called no [Task] method.");
        var now = session.Time.GetUtcNow();
        var state = new StateCreate
        {
            Type = StateType.Scheduled,
            Name = "Scheduled",
            Data = DelayedParameters.Data(TaskArguments.Write(task, route.Arguments), worker: null),
            StateDetails = new StateDetails { Deferred = true, ScheduledTime = now + (after ?? TimeSpan.Zero), TaskParametersId = Guid.NewGuid() },
        };
        // No run of a flow: it begins when a worker takes it, which may be after the flow run has ended.
        var run = await session.Client.CreateTaskRunAsync(NewTaskRun.Of(session, flow: null, task, route.Arguments, null, state).Run, ct);
        RunLogger.Ambient?.Info($"Created task run '{run.Name}' for task '{task.Name}'; a task worker will run it");
        return new DelayedTask<T>(session, run);
    }
}
