using System.Runtime.ExceptionServices;
using Reeve.Protocol.Runs;

namespace Reeve;

/// <summary>How a call of a task or flow ended, as a value instead of an exception.</summary>
public class ReturnedState
{
    internal ReturnedState(State state, Exception? exception)
    {
        State = state;
        Exception = exception;
    }

    /// <summary>The final state. Of a call that never became a run (cancelled before it began, the API out of reach) it is made here and the API does not have it.</summary>
    public State State { get; }

    /// <summary>What the code threw, or why it did not run; null when the call completed.</summary>
    public Exception? Exception { get; }

    /// <summary>The state's type.</summary>
    public StateType Type => State.Type;

    /// <summary>The state's name.</summary>
    public string Name => State.Name;

    /// <summary>The state's message.</summary>
    public string? Message => State.Message;

    /// <summary>True when the call has a result.</summary>
    public bool IsCompleted => Exception is null;

    /// <summary>Throws what the code threw; does nothing when the call completed.</summary>
    public void ThrowIfFailed()
    {
        if (Exception is not null)
            ExceptionDispatchInfo.Throw(Exception);
    }

    /// <inheritdoc />
    public override string ToString() => Message is null ? $"{Name}()" : $"{Name}('{Message}')";
}

/// <summary>How a call with a result ended.</summary>
/// <typeparam name="T">The result's type.</typeparam>
public sealed class ReturnedState<T> : ReturnedState
{
    private readonly T? _value;

    internal ReturnedState(State state, T? value, Exception? exception)
        : base(state, exception) => _value = value;

    /// <summary>The result. Throws what the code threw when there is none.</summary>
    public T Value
    {
        get
        {
            ThrowIfFailed();
            return _value!;
        }
    }
}
