namespace Reeve;

/// <summary>
/// Makes a method a flow: every call of it becomes a flow run, with states, logs and retries, and it can be deployed and run by a worker.
/// Called inside another flow it is a subflow. A <see cref="CancellationToken"/> parameter is filled by the engine.
/// </summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class FlowAttribute : RunAttribute
{
    /// <summary>
    /// Where the flow's submitted and mapped tasks run, and how many at once: <c>"thread-pool"</c>, <c>"thread-pool(8)"</c>, <c>"process(4)"</c> or <c>"inline"</c>. Default the setting
    /// <c>REEVE_TASK_RUNNER</c>, else <c>"thread-pool(256)"</c>; what the call of the flow says wins, and for one task what its own call says.
    /// </summary>
    public string? TaskRunner { get; set; }
}
