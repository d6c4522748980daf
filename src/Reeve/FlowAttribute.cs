namespace Reeve;

/// <summary>
/// Makes a method a flow: every call of it becomes a flow run, with states, logs and retries, and it can be deployed and run by a worker.
/// Called inside another flow it is a subflow. A <see cref="CancellationToken"/> parameter is filled by the engine.
/// </summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class FlowAttribute : RunAttribute;
