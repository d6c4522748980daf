using Reeve.Engine;

namespace Reeve;

/// <summary>The task run that this code runs in.</summary>
public sealed class TaskRunContext
{
    private static readonly AsyncLocal<TaskRunContext?> Ambient = new();

    internal TaskRunContext(Guid id, string name, RunLogger logger)
    {
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

    /// <summary>The call that this run is of.</summary>
    internal CallIdentity Call { get; init; }
}
