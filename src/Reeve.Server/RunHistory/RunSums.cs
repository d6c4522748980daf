using Reeve.Server.Storage;

namespace Reeve.Server.RunHistory;

/// <summary>What <see cref="Orchestration.Projection"/> works out for one run, in SQL for many. Parameters are names without the sign.</summary>
internal static class RunSums
{
    /// <summary>The sums of ended runs are kept for so many microseconds each.</summary>
    internal const long Slot = 300_000_000;

    internal static long SlotOf(long microseconds) => microseconds - (((microseconds % Slot) + Slot) % Slot);

    /// <summary>Seconds of a Running state that lasts.</summary>
    internal static string Running(Dialect dialect, string alias, string now) =>
        $"(case when {alias}.state_type = 'RUNNING' and {alias}.state_timestamp < @{now} then {dialect.Seconds($"{alias}.state_timestamp", $"@{now}")} else 0 end)";

    /// <summary>Seconds between the expected and the real start; for a run that has not begun, until now.</summary>
    internal static string Lateness(Dialect dialect, string alias, string now) => $"""
        (case when {alias}.start_time > {alias}.expected_start_time then {dialect.Seconds($"{alias}.expected_start_time", $"{alias}.start_time")}
            when {alias}.start_time is null and {alias}.end_time is null and {alias}.expected_start_time < @{now} then {dialect.Seconds($"{alias}.expected_start_time", $"@{now}")}
            else 0 end)
        """;
}
