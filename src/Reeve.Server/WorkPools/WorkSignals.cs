namespace Reeve.Server.WorkPools;

/// <summary>Topics that wake those who wait for work.</summary>
internal static class WorkSignals
{
    /// <summary>A worker has come, a queue is asked for again, or something was paused or resumed.</summary>
    internal const string Health = "work health changed";

    /// <summary>A run of this pool may have become due, or the pool may have room again.</summary>
    internal static string Pool(Guid poolId) => $"pool {poolId:n}";
}
