namespace Reeve;

/// <summary>The orchestrator refused to let a run go on, or the run was already over when it should have started.</summary>
public sealed class RunAbortedException(string message) : Exception(message);

/// <summary>The process lost its right to the flow run: another one has it, or the run is over. Nothing more is written for the run.</summary>
public sealed class LeaseLostException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A flow was called with parameters that are out of the bounds their attributes say. There is no run.</summary>
public sealed class ParameterValidationException(IReadOnlyList<string> faults) : ArgumentException($"Validation of flow parameters failed: {string.Join("; ", faults)}")
{
    /// <summary>Every fault: where, what was expected, what was found.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}

/// <summary>The child process that ran a task ended before the task did.</summary>
public sealed class TaskProcessLostException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A task was not run, because a run that it needs did not complete. <see cref="Tasks.AllowFailure{T}"/> lets it run all the same.</summary>
public sealed class UpstreamTaskException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A task threw in a child process, and its exception cannot be made here again.</summary>
/// <param name="type">The exception's type.</param>
/// <param name="message">Its message.</param>
public sealed class TaskProcessException(string type, string message) : Exception($"{type.Split(',')[0]}: {message}");
