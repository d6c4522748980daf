namespace Reeve.Engine;

/// <summary>Makes what an instance method is called on: from a host's services when there is a host, else with <c>new()</c>.</summary>
internal static class FlowInstances
{
    /// <summary>How to call a flow's method; null with a fault when its instance cannot be made here.</summary>
    public static Func<object?[], CancellationToken, ValueTask<object?>>? Invocation(FlowDescriptor flow, IServiceProvider? services, out string? fault)
    {
        fault = null;
        if (flow is { InstanceType: { } type, InvokeOn: { } invoke } && services is not null)
        {
            try
            {
                var instance = Hosting.ScopedInstances.Make(services, type);
                return (arguments, token) => invoke(instance, arguments, token);
            }
            catch (InvalidOperationException e)
            {
                fault = $"Flow '{flow.Name}' could not be started: {e.Message}";
                return null;
            }
        }

        if (flow.Invoke is null)
            fault = $"Flow '{flow.Name}' is an instance method of '{flow.Type}', which cannot be made without arguments; make the method static, or build a host with AddReeve() in Main";
        return flow.Invoke;
    }
}
