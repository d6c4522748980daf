using System.Text.Json;
using Reeve.Protocol.Artifacts;
using Reeve.Testing.Api;

namespace Reeve.Testing;

/// <summary>A flow run in a <see cref="FlowTestHost"/>.</summary>
public class FlowTestRun : TestRun
{
    internal FlowTestRun(FlowTestHost host, MemoryRun run, Exception? exception)
        : base(host, run) => Exception = exception;

    /// <summary>The flow's name.</summary>
    public string FlowName => Run.Of;

    /// <summary>What the flow threw; null when it ended well, or for runs that <c>RunAsync</c> did not return.</summary>
    public Exception? Exception { get; }

    /// <summary>The parameters, as the API was told.</summary>
    public JsonElement Parameters => Run.Parameters;

    /// <summary>Its task runs, in the order of creation; those that stand for subflows are not among them.</summary>
    public IReadOnlyList<TaskTestRun> Tasks
    {
        get
        {
            var runs = Host.Api.Runs.All();
            var standIns = runs.Select(run => run.ParentTaskRunId).OfType<Guid>().ToHashSet();
            return [.. runs.Where(run => run.IsTask && run.FlowRunId == Id && !standIns.Contains(run.Id)).Select(run => new TaskTestRun(Host, run))];
        }
    }

    /// <summary>The flow runs that it called, in the order of creation.</summary>
    public IReadOnlyList<FlowTestRun> Subflows
    {
        get
        {
            var runs = Host.Api.Runs.All();
            var own = runs.Where(run => run.IsTask && run.FlowRunId == Id).Select(run => run.Id).ToHashSet();
            return [.. runs.Where(run => run.ParentTaskRunId is { } parent && own.Contains(parent)).Select(run => new FlowTestRun(Host, run, null))];
        }
    }

    /// <summary>Its artifacts, those of its tasks included, in the order of creation.</summary>
    public IReadOnlyList<Artifact> Artifacts => [.. Host.Api.Artifacts.Where(artifact => artifact.FlowRunId == Id)];

    /// <summary>The one task run of a name.</summary>
    /// <param name="name">The name of the task ("fetch") or of the run ("fetch-0").</param>
    /// <exception cref="FlowAssertionException">There is none, or more than one.</exception>
    public TaskTestRun Task(string name) => TasksOf(name) is [var only]
        ? only
        : throw new FlowAssertionException($"Expected one task run '{name}' of {Description}, but its task runs are: {Names(Tasks)}.");

    /// <summary>The task runs of a name, in the order of creation; none is no error.</summary>
    /// <param name="name">The name of the task ("fetch") or of a run ("fetch-0").</param>
    public IReadOnlyList<TaskTestRun> TasksOf(string name) => [.. Tasks.Where(task => task.Name == name || IsOf(task.Run, name))];

    /// <summary>The one subflow run of a name.</summary>
    /// <param name="name">The name of the flow or of the run.</param>
    /// <exception cref="FlowAssertionException">There is none, or more than one.</exception>
    public FlowTestRun Subflow(string name) => Subflows.Where(run => run.FlowName == name || run.Name == name).ToList() is [var only]
        ? only
        : throw new FlowAssertionException($"Expected one subflow run '{name}' of {Description}, but its subflow runs are: {Names(Subflows)}.");

    private static string Names(IReadOnlyCollection<TestRun> runs) => runs.Count == 0 ? "none" : string.Join(", ", runs.Select(run => run.Name));
}

/// <summary>A flow run that returns a value.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public sealed class FlowTestRun<T> : FlowTestRun
{
    private readonly T? _value;

    internal FlowTestRun(FlowTestHost host, MemoryRun run, Exception? exception, T? value)
        : base(host, run, exception) => _value = value;

    /// <summary>What the code returned.</summary>
    /// <exception cref="FlowAssertionException">It threw instead; the inner text tells what.</exception>
    public T Result => Exception is null ? _value! : throw new FlowAssertionException($"{Description} has no result, it is {State.Name}: {Exception}");
}
