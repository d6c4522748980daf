using Reeve.Engine;

namespace Reeve.Calls;

/// <summary>Takes down which task is called with what, and runs nothing.</summary>
internal sealed class DelayRoute : CallRoute
{
    public TaskDescriptor? Task { get; private set; }

    public object?[] Arguments { get; private set; } = [];

    public override Task<T> CallAsync<T>(TaskCall<T> call)
    {
        (Task, Arguments) = (call.Task, call.Arguments);
        return System.Threading.Tasks.Task.FromResult<T>(default!);
    }

    public override void Check(FlowDescriptor flow) =>
        throw new NotSupportedException($"Tasks.Delay leaves a [Task] to a task worker; '{flow.Name}' is a flow, which is run in the background by a deployment");
}
