using Reeve.Engine;
using Reeve.Protocol.Runs;

namespace Reeve.Calls;

/// <summary>A call whose needs failed: its run is made, so that the graph shows it, stays Pending under the name NotReady, and its code does not run.</summary>
internal sealed class NotReady(CallScope told, string message) : CallRoute
{
    /// <exception cref="UpstreamTaskException">Always: the call is not to run.</exception>
    public static async Task ReportAsync<T>(Lambda<T> lambda, Func<CallRoute?, CallScope> scopeWith, IReadOnlyList<TaskFuture> sources, TaskFuture missing)
    {
        var message = $"'{missing.Name ?? "A call that it needs"}' ended as {missing.Outcome}, so this did not run";
        var told = scopeWith(null);
        if (sources.All(source => source.Outcome.IsCompleted))
        {
            // The arguments are there, so the lambda can say what it would have called.
            var lateral = scopeWith(new NotReady(told, message));
            if (lambda.Blocks)
                await BlockingThreads.RunAsync(() => ScopedCall.Run(() => lambda.Call().GetAwaiter().GetResult(), lateral));
            else
                await ScopedCall.RunAsync(lambda, lateral);
        }
        else if (CalledTask.In(lambda.Author) is { } task)
        {
            await MakeAsync(task.With(told.Options), [], told, message);
        }

        throw new UpstreamTaskException(message, missing.Outcome.Exception);
    }

    public override async Task<T> CallAsync<T>(TaskCall<T> call)
    {
        await MakeAsync(call.Task, call.Arguments, told, message);
        throw new UpstreamTaskException(message);
    }

    public override void Check(FlowDescriptor flow) => throw new UpstreamTaskException(message);

    private static async Task MakeAsync(TaskDescriptor task, object?[] arguments, CallScope scope, string message)
    {
        var flow = FlowRunContext.Current;
        var session = flow?.Session ?? EngineSession.Current;
        var run = await (flow?.Client ?? session.Client).CreateTaskRunAsync(
            NewTaskRun.Of(session, flow, task, arguments, scope, new StateCreate { Type = StateType.Pending, Name = Outcomes.NotReady, Message = message }).Run,
            CancellationToken.None);
        scope.Created?.Invoke(run.Id, run.Name);
        scope.Entered?.Invoke(run.State ?? Outcomes.Made(StateType.Pending, message, session.Time, Outcomes.NotReady));
        flow?.Logger.Warning($"Task run '{run.Name}' is not run: {message}");
    }
}
