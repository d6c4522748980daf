namespace Reeve;

/// <summary>The resources that every event of a run is related to, as the server names them in its own.</summary>
internal static class RunResources
{
    public static IEnumerable<IReadOnlyDictionary<string, string>> Of(Surroundings here)
    {
        List<RelatedResource> related = [];
        if (here.FlowRun is { } flow)
            related.Add(new($"prefect.flow-run.{flow.Id}", "flow-run", flow.Name));
        if (here.TaskRun is { } task)
            related.Add(new($"prefect.task-run.{task.Id}", "task-run", task.Name));
        if (here.FlowRun?.Run is { } run)
        {
            if (run.FlowId != Guid.Empty)
                related.Add(new($"prefect.flow.{run.FlowId}", "flow", here.FlowRun.FlowName));
            if (run.DeploymentId is { } deployment)
                related.Add(new($"prefect.deployment.{deployment}", "deployment"));
            if (run.WorkQueueId is { } queue)
                related.Add(new($"prefect.work-queue.{queue}", "work-queue", run.WorkQueueName));
            if (run.WorkPoolId is { } pool)
                related.Add(new($"prefect.work-pool.{pool}", "work-pool", run.WorkPoolName));
        }

        related.AddRange((here.FlowRun?.Tags ?? []).Concat(here.TaskRun?.Tags ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(tag => new RelatedResource($"prefect.tag.{tag}", "tag")));
        return related.Select(one => one.Labels());
    }
}
