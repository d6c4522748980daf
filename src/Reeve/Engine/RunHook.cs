using System.ComponentModel;
using Reeve.Protocol.Runs;

namespace Reeve.Engine;

/// <summary>A method of the author's that is called when a run enters a state.</summary>
/// <param name="Name">What log lines call it.</param>
/// <param name="Call">Takes the <see cref="FlowRunContext"/> or <see cref="TaskRunContext"/> and the state.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record RunHook(string Name, Func<object, State, ValueTask> Call)
{
    internal static IReadOnlyList<RunHook>? Of(string name, Func<State, ValueTask>? call) => call is null ? null : [new(name, (_, state) => call(state))];
}
