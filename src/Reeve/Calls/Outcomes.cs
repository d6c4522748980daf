using Reeve.Protocol;
using Reeve.Protocol.Runs;

namespace Reeve.Calls;

/// <summary>What a call came to: the state that its run was last found in, and what its code gave or threw.</summary>
internal static class Outcomes
{
    public static ReturnedState<T> Completed<T>(State? last, T value, TimeProvider time) =>
        new(last is { Type: StateType.Completed } ? last : Made(StateType.Completed, null, time), value, null);

    public static ReturnedState<T> Failed<T>(State? last, Exception error, TimeProvider time)
    {
        var told = last is { Type: StateType.Failed or StateType.Crashed or StateType.Cancelled } or { Name: NotReady };
        if (told)
            return new(last!, default, error);
        var type = error is OperationCanceledException ? StateType.Cancelled : StateType.Failed;
        return new(Made(type, error is OperationCanceledException ? "Cancelled by the code that called it" : $"{error.GetType().Name}: {error.Message}", time), default, error);
    }

    /// <summary>The name of the Pending state of a run that waits in vain.</summary>
    public const string NotReady = "NotReady";

    public static State Made(StateType type, string? message, TimeProvider time, string? name = null) => new()
    {
        Id = Ids.New(time.GetUtcNow()),
        Type = type,
        Name = name ?? type.DefaultName(),
        Message = message,
        Timestamp = time.GetUtcNow(),
    };
}
