namespace Reeve.Protocol.Filters;

/// <summary>The body of the <c>…/filter</c> and <c>…/count</c> routes: criteria on the thing itself and on what it belongs to.</summary>
public sealed record Query
{
    /// <summary>Criteria on flows.</summary>
    public FlowFilter? Flows { get; init; }

    /// <summary>Criteria on flow runs.</summary>
    public FlowRunFilter? FlowRuns { get; init; }

    /// <summary>Criteria on task runs.</summary>
    public TaskRunFilter? TaskRuns { get; init; }

    /// <summary>Criteria on deployments.</summary>
    public DeploymentFilter? Deployments { get; init; }

    /// <summary>Criteria on work pools.</summary>
    public WorkPoolFilter? WorkPools { get; init; }

    /// <summary>Criteria on work queues.</summary>
    public WorkQueueFilter? WorkQueues { get; init; }

    /// <summary>Criteria on work queues, under the name that the run routes use.</summary>
    public WorkQueueFilter? WorkPoolQueues { get; init; }

    /// <summary>Criteria on workers.</summary>
    public WorkerFilter? Workers { get; init; }

    /// <summary>Criteria on log lines.</summary>
    public LogFilter? Logs { get; init; }

    /// <summary>Criteria on blocks.</summary>
    public BlockDocumentFilter? BlockDocuments { get; init; }

    /// <summary>Criteria on kinds of blocks.</summary>
    public BlockTypeFilter? BlockTypes { get; init; }

    /// <summary>Criteria on schemas of blocks.</summary>
    public BlockTypeFilter? BlockSchemas { get; init; }

    /// <summary>Criteria on variables.</summary>
    public VariableFilter? Variables { get; init; }

    /// <summary>Criteria on artifacts.</summary>
    public ArtifactFilter? Artifacts { get; init; }

    /// <summary>Criteria on automations.</summary>
    public AutomationFilter? Automations { get; init; }

    /// <summary>Criteria on notification policies.</summary>
    public FlowRunNotificationPolicyFilter? FlowRunNotificationPolicyFilter { get; init; }

    /// <summary>True to see the secrets of blocks.</summary>
    public bool? IncludeSecrets { get; init; }

    /// <summary>The order, such as "EXPECTED_START_TIME_DESC"; null: the route's default.</summary>
    public string? Sort { get; init; }

    /// <summary>The page, from 1, of the <c>…/paginate</c> routes.</summary>
    public int? Page { get; init; }

    /// <summary>At most so many, 0 to 200; null: 200.</summary>
    public int? Limit { get; init; }

    /// <summary>Skips so many.</summary>
    public int? Offset { get; init; }
}
