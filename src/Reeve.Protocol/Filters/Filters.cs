using System.Text.Json.Serialization;
using Reeve.Protocol.Runs;

namespace Reeve.Protocol.Filters;

/// <summary>Criteria on a value.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public sealed record AnyOf<T>
{
    /// <summary>"and_" (default) or "or_" between the criteria.</summary>
    [JsonConverter(typeof(OperatorConverter))]
    public string? Operator { get; init; }

    /// <summary>The value is one of these.</summary>
    [JsonPropertyName("any_")]
    public IReadOnlyList<T>? Any { get; init; }

    /// <summary>The value is none of these.</summary>
    [JsonPropertyName("not_any_")]
    public IReadOnlyList<T>? NotAny { get; init; }

    /// <summary>The text contains this, whatever the case.</summary>
    [JsonPropertyName("like_")]
    public string? Like { get; init; }

    /// <summary>True: no value; false: some value.</summary>
    [JsonPropertyName("is_null_")]
    public bool? IsNull { get; init; }

    /// <summary>The text starts with one of these, whatever the case.</summary>
    [JsonPropertyName("startswith_")]
    public IReadOnlyList<string>? StartsWith { get; init; }
}

/// <summary>A criterion on tags.</summary>
public sealed record TagsFilter
{
    /// <summary>"and_" (default) or "or_" between the criteria.</summary>
    [JsonConverter(typeof(OperatorConverter))]
    public string? Operator { get; init; }

    /// <summary>Has all of these.</summary>
    [JsonPropertyName("all_")]
    public IReadOnlyList<string>? All { get; init; }

    /// <summary>Has one of these.</summary>
    [JsonPropertyName("any_")]
    public IReadOnlyList<string>? Any { get; init; }

    /// <summary>True: no tags; false: some.</summary>
    [JsonPropertyName("is_null_")]
    public bool? IsNull { get; init; }
}

/// <summary>A criterion on a time or number.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public sealed record RangeFilter<T>
    where T : struct
{
    /// <summary>Before or at.</summary>
    [JsonPropertyName("before_")]
    public T? Before { get; init; }

    /// <summary>After or at.</summary>
    [JsonPropertyName("after_")]
    public T? After { get; init; }

    /// <summary>At least.</summary>
    [JsonPropertyName("ge_")]
    public T? AtLeast { get; init; }

    /// <summary>At most.</summary>
    [JsonPropertyName("le_")]
    public T? AtMost { get; init; }

    /// <summary>True: no value; false: some value.</summary>
    [JsonPropertyName("is_null_")]
    public bool? IsNull { get; init; }
}

/// <summary>A criterion on the current state.</summary>
public sealed record StateFilter
{
    /// <summary>"and_" (default) or "or_" between the criteria.</summary>
    [JsonConverter(typeof(OperatorConverter))]
    public string? Operator { get; init; }

    /// <summary>The state's type.</summary>
    public AnyOf<StateType>? Type { get; init; }

    /// <summary>The state's name.</summary>
    public AnyOf<string>? Name { get; init; }
}

/// <summary>Criteria on flows.</summary>
public sealed record FlowFilter
{
    /// <summary>"and_" (default) or "or_" between the criteria.</summary>
    [JsonConverter(typeof(OperatorConverter))]
    public string? Operator { get; init; }

    /// <summary>The id.</summary>
    public AnyOf<Guid>? Id { get; init; }

    /// <summary>The name.</summary>
    public AnyOf<string>? Name { get; init; }

    /// <summary>The tags.</summary>
    public TagsFilter? Tags { get; init; }

    /// <summary>Deployments: "is_null_" finds flows without one.</summary>
    public AnyOf<Guid>? Deployment { get; init; }
}

/// <summary>Criteria on flow runs.</summary>
public sealed record FlowRunFilter
{
    /// <summary>"and_" (default) or "or_" between the criteria.</summary>
    [JsonConverter(typeof(OperatorConverter))]
    public string? Operator { get; init; }

    /// <summary>The id.</summary>
    public AnyOf<Guid>? Id { get; init; }

    /// <summary>The name.</summary>
    public AnyOf<string>? Name { get; init; }

    /// <summary>The tags.</summary>
    public TagsFilter? Tags { get; init; }

    /// <summary>The deployment.</summary>
    public AnyOf<Guid>? DeploymentId { get; init; }

    /// <summary>The work queue.</summary>
    public AnyOf<string>? WorkQueueName { get; init; }

    /// <summary>The current state.</summary>
    public StateFilter? State { get; init; }

    /// <summary>The version of the flow's code.</summary>
    public AnyOf<string>? FlowVersion { get; init; }

    /// <summary>The start.</summary>
    public RangeFilter<DateTimeOffset>? StartTime { get; init; }

    /// <summary>The end.</summary>
    public RangeFilter<DateTimeOffset>? EndTime { get; init; }

    /// <summary>The expected start.</summary>
    public RangeFilter<DateTimeOffset>? ExpectedStartTime { get; init; }

    /// <summary>The next scheduled start.</summary>
    public RangeFilter<DateTimeOffset>? NextScheduledStartTime { get; init; }

    /// <summary>The run that this one is a subflow of.</summary>
    public AnyOf<Guid>? ParentFlowRunId { get; init; }

    /// <summary>The task run that stands for this run in its parent.</summary>
    public AnyOf<Guid>? ParentTaskRunId { get; init; }

    /// <summary>The idempotency key.</summary>
    public AnyOf<string>? IdempotencyKey { get; init; }

    /// <summary>Who made the run.</summary>
    public CreatedByFilter? CreatedBy { get; init; }
}

/// <summary>Criteria on who made a run.</summary>
public sealed record CreatedByFilter
{
    /// <summary>"and_" (default) or "or_" between the criteria.</summary>
    [JsonConverter(typeof(OperatorConverter))]
    public string? Operator { get; init; }

    /// <summary>The maker is one of these.</summary>
    [JsonPropertyName("id_")]
    public IReadOnlyList<Guid>? Id { get; init; }

    /// <summary>The maker is of one of these kinds, such as "DEPLOYMENT".</summary>
    [JsonPropertyName("type_")]
    public IReadOnlyList<string>? Type { get; init; }

    /// <summary>True: nobody is known; false: somebody.</summary>
    [JsonPropertyName("is_null_")]
    public bool? IsNull { get; init; }
}

/// <summary>Criteria on task runs.</summary>
public sealed record TaskRunFilter
{
    /// <summary>"and_" (default) or "or_" between the criteria.</summary>
    [JsonConverter(typeof(OperatorConverter))]
    public string? Operator { get; init; }

    /// <summary>The id.</summary>
    public AnyOf<Guid>? Id { get; init; }

    /// <summary>The name.</summary>
    public AnyOf<string>? Name { get; init; }

    /// <summary>The tags.</summary>
    public TagsFilter? Tags { get; init; }

    /// <summary>The current state.</summary>
    public StateFilter? State { get; init; }

    /// <summary>The start.</summary>
    public RangeFilter<DateTimeOffset>? StartTime { get; init; }

    /// <summary>The end.</summary>
    public RangeFilter<DateTimeOffset>? EndTime { get; init; }

    /// <summary>The expected start.</summary>
    public RangeFilter<DateTimeOffset>? ExpectedStartTime { get; init; }

    /// <summary>The flow run.</summary>
    public AnyOf<Guid>? FlowRunId { get; init; }

    /// <summary>Whether a subflow run stands behind it.</summary>
    public ExistsFilter? SubflowRuns { get; init; }
}

/// <summary>A criterion on existence.</summary>
/// <param name="Exists">True: there is one; false: there is none.</param>
public sealed record ExistsFilter([property: JsonPropertyName("exists_")] bool? Exists);

/// <summary>Criteria on deployments.</summary>
public sealed record DeploymentFilter
{
    /// <summary>"and_" (default) or "or_" between the criteria.</summary>
    [JsonConverter(typeof(OperatorConverter))]
    public string? Operator { get; init; }

    /// <summary>The id.</summary>
    public AnyOf<Guid>? Id { get; init; }

    /// <summary>The name.</summary>
    public AnyOf<string>? Name { get; init; }

    /// <summary>"flow/deployment".</summary>
    public AnyOf<string>? FlowOrDeploymentName { get; init; }

    /// <summary>Whether it is paused.</summary>
    public EqualsFilter? Paused { get; init; }

    /// <summary>Whether its schedules make runs: 2.x's word for not paused.</summary>
    public EqualsFilter? IsScheduleActive { get; init; }

    /// <summary>How many of its runs may be active at once.</summary>
    public RangeFilter<int>? ConcurrencyLimit { get; init; }

    /// <summary>The tags.</summary>
    public TagsFilter? Tags { get; init; }

    /// <summary>The work queue.</summary>
    public AnyOf<string>? WorkQueueName { get; init; }
}

/// <summary>A criterion on a truth value.</summary>
/// <param name="EqualTo">The wanted value.</param>
public sealed record EqualsFilter([property: JsonPropertyName("eq_")] bool? EqualTo);

/// <summary>Criteria on work pools.</summary>
public sealed record WorkPoolFilter
{
    /// <summary>"and_" (default) or "or_" between the criteria.</summary>
    [JsonConverter(typeof(OperatorConverter))]
    public string? Operator { get; init; }

    /// <summary>The id.</summary>
    public AnyOf<Guid>? Id { get; init; }

    /// <summary>The name.</summary>
    public AnyOf<string>? Name { get; init; }

    /// <summary>The kind of infrastructure.</summary>
    public AnyOf<string>? Type { get; init; }
}

/// <summary>Criteria on work queues.</summary>
public sealed record WorkQueueFilter
{
    /// <summary>"and_" (default) or "or_" between the criteria.</summary>
    [JsonConverter(typeof(OperatorConverter))]
    public string? Operator { get; init; }

    /// <summary>The id.</summary>
    public AnyOf<Guid>? Id { get; init; }

    /// <summary>The name.</summary>
    public AnyOf<string>? Name { get; init; }
}

/// <summary>Criteria on workers.</summary>
public sealed record WorkerFilter
{
    /// <summary>"and_" (default) or "or_" between the criteria.</summary>
    [JsonConverter(typeof(OperatorConverter))]
    public string? Operator { get; init; }

    /// <summary>The status.</summary>
    public AnyOf<string>? Status { get; init; }

    /// <summary>When it was last heard of.</summary>
    public RangeFilter<DateTimeOffset>? LastHeartbeatTime { get; init; }
}

/// <summary>Criteria on log lines.</summary>
public sealed record LogFilter
{
    /// <summary>"and_" (default) or "or_" between the criteria.</summary>
    [JsonConverter(typeof(OperatorConverter))]
    public string? Operator { get; init; }

    /// <summary>The level.</summary>
    public RangeFilter<int>? Level { get; init; }

    /// <summary>The time.</summary>
    public RangeFilter<DateTimeOffset>? Timestamp { get; init; }

    /// <summary>The flow run.</summary>
    public AnyOf<Guid>? FlowRunId { get; init; }

    /// <summary>The task run.</summary>
    public AnyOf<Guid>? TaskRunId { get; init; }

    /// <summary>Text search: "query" with words, "-word" to exclude.</summary>
    public TextSearch? Text { get; init; }
}

/// <summary>A text search.</summary>
/// <param name="Query">Words; "-word" excludes.</param>
public sealed record TextSearch(string? Query);

/// <summary>Criteria on blocks.</summary>
public sealed record BlockDocumentFilter
{
    /// <summary>"and_" (default) or "or_" between the criteria.</summary>
    [JsonConverter(typeof(OperatorConverter))]
    public string? Operator { get; init; }

    /// <summary>The id.</summary>
    public AnyOf<Guid>? Id { get; init; }

    /// <summary>Whether it is anonymous; only blocks with names are found unless this says otherwise, null being either.</summary>
    public EqualsFilter? IsAnonymous { get; set; } = new(false);

    /// <summary>The kind of block.</summary>
    public AnyOf<Guid>? BlockTypeId { get; init; }

    /// <summary>The name.</summary>
    public AnyOf<string>? Name { get; init; }
}

/// <summary>Criteria on kinds of blocks and on their schemas.</summary>
public sealed record BlockTypeFilter
{
    /// <summary>"and_" (default) or "or_" between the criteria.</summary>
    [JsonConverter(typeof(OperatorConverter))]
    public string? Operator { get; init; }

    /// <summary>The kind's name.</summary>
    public AnyOf<string>? Name { get; init; }

    /// <summary>The kind's slug.</summary>
    public AnyOf<string>? Slug { get; init; }

    /// <summary>Schemas: the kind.</summary>
    public AnyOf<Guid>? BlockTypeId { get; init; }

    /// <summary>Schemas: what such a block can do.</summary>
    public TagsFilter? BlockCapabilities { get; init; }

    /// <summary>Schemas: the id.</summary>
    public AnyOf<Guid>? Id { get; init; }

    /// <summary>Schemas: the version.</summary>
    public AnyOf<string>? Version { get; init; }
}

/// <summary>Criteria on variables.</summary>
public sealed record VariableFilter
{
    /// <summary>"and_" (default) or "or_" between the criteria.</summary>
    [JsonConverter(typeof(OperatorConverter))]
    public string? Operator { get; init; }

    /// <summary>The id.</summary>
    public AnyOf<Guid>? Id { get; init; }

    /// <summary>The name.</summary>
    public AnyOf<string>? Name { get; init; }

    /// <summary>The value, where it is a text (2.x clients).</summary>
    public AnyOf<string>? Value { get; init; }

    /// <summary>The tags.</summary>
    public TagsFilter? Tags { get; init; }
}
