using System.Text.Json.Nodes;
using Reeve.Deployments.Projects;

namespace Reeve.Deployments.BlockBased;

/// <summary>Deployment files on disk: written whole or not at all, and what was edited in one by hand is kept when it is built again.</summary>
public static class DeploymentFileStore
{
    public static async Task WriteAsync(string path, DeploymentFile file, TimeProvider time, CancellationToken ct)
    {
        var folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder);
        var part = Path.Combine(folder, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}");
        try
        {
            await File.WriteAllTextAsync(part, DeploymentFileText.Of(file, time.GetUtcNow()), ct);
            File.Move(part, path, overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }
    }

    /// <summary>The built deployment with the editable fields of an existing file of the same deployment, save those that were said anew; and the names of what was kept.</summary>
    public static (DeploymentFile File, IReadOnlyList<string> Kept) Keep(DeploymentFile existing, DeploymentFile built, IReadOnlyCollection<string> said)
    {
        if (existing.FullName != built.FullName)
            return (built, []);
        List<string> kept = [];
        bool Keeps(string key, bool differs, params string[] others)
        {
            var keeps = differs && !said.Contains(key) && !others.Any(said.Contains);
            if (keeps)
                kept.Add(key);
            return keeps;
        }

        var file = built;
        if (Keeps("description", existing.Description is not null && existing.Description != built.Description))
            file = file with { Description = existing.Description };
        if (Keeps("work_queue_name", existing.WorkQueueName != built.WorkQueueName))
            file = file with { WorkQueueName = existing.WorkQueueName };
        if (Keeps("work_pool_name", existing.WorkPoolName != built.WorkPoolName))
            file = file with { WorkPoolName = existing.WorkPoolName };
        if (Keeps("tags", !existing.Tags.SequenceEqual(built.Tags)))
            file = file with { Tags = existing.Tags };
        if (Keeps("parameters", !JsonNode.DeepEquals(existing.Parameters, built.Parameters)))
            file = file with { Parameters = existing.Parameters };
        if (Keeps("schedule", !existing.Schedules.Select(Text).SequenceEqual(built.Schedules.Select(Text))))
            file = file with { Schedules = existing.Schedules };
        if (Keeps("is_schedule_active", existing.IsScheduleActive != built.IsScheduleActive))
            file = file with { IsScheduleActive = existing.IsScheduleActive };
        if (Keeps("infra_overrides", !JsonNode.DeepEquals(existing.InfraOverrides, built.InfraOverrides)))
            file = file with { InfraOverrides = existing.InfraOverrides };
        if (existing.Infrastructure is { } infrastructure && Keeps("infrastructure", !IsSame(infrastructure, built.Infrastructure), "ib-block", "infra"))
            file = file with { Infrastructure = infrastructure };
        return (file, kept);
    }

    private static string Text(ProjectSchedule schedule) => $"{schedule.Schedule.ToJsonString()} {schedule.Active} {schedule.Parameters?.ToJsonString()}";

    private static bool IsSame(BlockChoice a, BlockChoice? b) => b is not null && a.Type == b.Type && a.Name == b.Name && (a.IsNamed || JsonNode.DeepEquals(a.Data, b.Data));
}
