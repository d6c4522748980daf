using Reeve.Engine;

namespace Reeve;

/// <summary>The task run that this code runs in.</summary>
public sealed class TaskRunContext
{
    private static readonly AsyncLocal<TaskRunContext?> Ambient = new();

    private readonly EngineSession _session;
    private readonly TaskDescriptor _task;
    private readonly object?[] _arguments;

    internal TaskRunContext(EngineSession session, TaskDescriptor task, object?[] arguments, Guid id, string name, RunLogger logger)
    {
        _session = session;
        _task = task;
        _arguments = arguments;
        Id = id;
        Name = name;
        Logger = logger;
    }

    /// <summary>The current task run; null outside of one.</summary>
    public static TaskRunContext? Current
    {
        get => Ambient.Value;
        internal set => Ambient.Value = value;
    }

    /// <summary>The run's id.</summary>
    public Guid Id { get; }

    /// <summary>The run's name, such as "greet-0".</summary>
    public string Name { get; }

    /// <summary>The run's logger.</summary>
    public RunLogger Logger { get; }

    /// <summary>How often the run was started, this time included; 2 in the first retry.</summary>
    public int Attempt { get; internal set; } = 1;

    /// <summary>The task's name.</summary>
    public string TaskName => _task.Name;

    /// <summary>The version of the task's code; null when it has none.</summary>
    public string? TaskVersion => _task.Version;

    /// <summary>The run's tags.</summary>
    public IReadOnlyList<string> Tags => _task.Tags;

    /// <summary>The arguments of the call, by the names of the method's parameters; its <see cref="System.Threading.CancellationToken"/> is not among them. The objects are those that the task was given.</summary>
    public IReadOnlyDictionary<string, object?> Parameters => field ??= _task.ArgumentsByName(_arguments);

    /// <summary>The run's address in the API.</summary>
    public Uri ApiUrl => new($"{_session.Client.Connection.ApiUrl.ToString().TrimEnd('/')}/task_runs/{Id}");

    /// <summary>The run's page in the console: under <c>REEVE_UI_URL</c>, else beside the API.</summary>
    public Uri UiUrl => new($"{_session.UiUrl}/runs/task-run/{Id}");

    /// <summary>The flow run that the task was called in; null for a task called outside of one.</summary>
    public Guid? FlowRunId { get; internal init; }

    /// <summary>Cancelled when this attempt is to stop: the task timed out, its caller cancelled it, or its flow run is to stop.</summary>
    public CancellationToken CancellationToken { get; internal init; }

    /// <summary>The current task run, for code that needs one.</summary>
    /// <exception cref="InvalidOperationException">This code runs in no task.</exception>
    public static TaskRunContext Required =>
        Current ?? throw new InvalidOperationException("There is no task run here. TaskRunContext.Required works inside methods marked [Task] and what they call.");

    /// <summary>The call that this run is of.</summary>
    internal CallIdentity Call { get; init; }
}
