namespace Reeve;

/// <summary>The flow run is suspended and this process ends. It is no failure: code that catches everything lets it pass, as it does every <see cref="OperationCanceledException"/>.</summary>
public sealed class FlowSuspendedException : OperationCanceledException
{
    internal FlowSuspendedException(string runName)
        : base($"Flow run '{runName}' is suspended; it is started anew when somebody resumes it.")
    {
    }
}
