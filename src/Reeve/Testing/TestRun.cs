using Reeve.Protocol.Logs;
using Reeve.Protocol.Runs;
using Reeve.Testing.Api;

namespace Reeve.Testing;

/// <summary>A flow run or task run in a <see cref="FlowTestHost"/>, as its API has it now.</summary>
public abstract class TestRun
{
    private protected TestRun(FlowTestHost host, MemoryRun run)
    {
        Host = host;
        Run = run;
    }

    /// <summary>The run's id.</summary>
    public Guid Id => Run.Id;

    /// <summary>The run's name.</summary>
    public string Name => Run.Name;

    /// <summary>The current state.</summary>
    public State State => States[^1];

    /// <summary>Every state, in order. Their times are virtual.</summary>
    public IReadOnlyList<State> States => Host.Api.Runs.StatesOf(Run);

    /// <summary>The names of the states, in order: "Pending", "Running", "AwaitingRetry", "Retrying", "Completed".</summary>
    public IReadOnlyList<string> StateNames => [.. States.Select(state => state.Name)];

    /// <summary>How often the run's code was started.</summary>
    public int Attempts => States.Count(state => state.Type == StateType.Running);

    /// <summary>The run's log lines, without those of runs below it, in order.</summary>
    public IReadOnlyList<LogCreate> Logs => Host.Api.Store.Read(store => store.Logs.Where(IsOwn).OrderBy(line => line.Timestamp).ToList());

    /// <summary>The messages of <see cref="Logs"/>.</summary>
    public IReadOnlyList<string> Messages => [.. Logs.Select(line => line.Message)];

    internal FlowTestHost Host { get; }

    internal MemoryRun Run { get; }

    /// <summary>"flow run 'brave-otter'".</summary>
    internal string Description => $"{(Run.IsTask ? "task" : "flow")} run '{Name}'";

    /// <summary>True when the run is one of the flow or task of a name.</summary>
    internal static bool IsOf(MemoryRun run, string name) =>
        run.Of == name || (run.IsTask && run.Of.StartsWith(name, StringComparison.Ordinal) && run.Of.AsSpan(name.Length) is ['-', ..] digest && !digest[1..].Contains('-'));

    private bool IsOwn(LogCreate line) => Run.IsTask ? line.TaskRunId == Id : line.FlowRunId == Id && line.TaskRunId is null;
}
