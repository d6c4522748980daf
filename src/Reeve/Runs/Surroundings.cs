using Reeve.Client;
using Reeve.Engine;

namespace Reeve;

/// <summary>What the code that calls the SDK runs in: a task run, a flow run, or neither.</summary>
internal readonly record struct Surroundings(EngineSession Session, FlowRunContext? FlowRun, TaskRunContext? TaskRun)
{
    private static readonly AsyncLocal<bool> Ending = new();

    public static Surroundings Current => new(FlowRunContext.Current?.Session ?? EngineSession.Current, FlowRunContext.Current, TaskRunContext.Current);

    /// <summary>True in code that undoes the work of a run: it may go on although the run is to stop. Seen by what the setter calls, not by its caller.</summary>
    public static bool IsEnding
    {
        get => Ending.Value;
        set => Ending.Value = value;
    }

    public OrchestrationClient Client => FlowRun?.Client ?? Session.Client;

    public TimeProvider Time => Session.Time;

    public Guid? FlowRunId => TaskRun?.FlowRunId ?? FlowRun?.Id;

    public Guid? TaskRunId => TaskRun?.Id;

    public bool IsRun => FlowRun is not null || TaskRun is not null;

    public RunLogger? Logger => TaskRun?.Logger ?? FlowRun?.Logger;

    /// <summary>Cancelled when the innermost run is to stop.</summary>
    public CancellationToken Token => IsEnding ? CancellationToken.None : TaskRun?.CancellationToken ?? FlowRun?.CancellationToken ?? CancellationToken.None;

    /// <summary>A source that is cancelled with the run or by the caller. Whoever asks disposes it.</summary>
    public CancellationTokenSource Linked(CancellationToken ct) => CancellationTokenSource.CreateLinkedTokenSource(Token, ct);
}
