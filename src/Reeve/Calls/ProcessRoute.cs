using Reeve.Engine;

namespace Reeve.Calls;

/// <summary>Runs the method of a task in a child process. States, retries, limits and logs of the run stay with this one.</summary>
internal sealed class ProcessRoute(TaskProcesses processes) : CallRoute
{
    public override Task<T> CallAsync<T>(TaskCall<T> call)
    {
        var arguments = TaskArguments.Write(call.Task, call.Arguments);
        return TaskEngine.RunAsync(call with { Body = token => processes.CallAsync<T>(call.Task, arguments, token) });
    }
}
