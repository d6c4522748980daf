namespace Reeve.Server;

/// <summary>What happens to runs that find their limit full.</summary>
public sealed record SlotOptions
{
    /// <summary>After this time a task run asks again for the slots of its tags.</summary>
    public TimeSpan TagWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>After this time a flow run asks again for the slot of its deployment.</summary>
    public TimeSpan DeploymentWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For how long a run may be Pending and keep its deployment's slot, where the deployment does not say.</summary>
    public TimeSpan DeploymentGrace { get; init; } = TimeSpan.FromSeconds(300);
}
