namespace Reeve.Engine;

/// <summary>Takes a call of a task somewhere else than to the method in this process: to a worker, to a child process, nowhere.</summary>
internal abstract class CallRoute
{
    /// <summary>Called by the engine in place of running the call.</summary>
    public abstract Task<T> CallAsync<T>(TaskCall<T> call);

    /// <summary>Called before a flow is run under this route; throws where it cannot be. Flows run in their caller's process.</summary>
    public virtual void Check(FlowDescriptor flow)
    {
    }
}
