using Reeve.Protocol.Runs;

namespace Reeve.Calls;

/// <summary>
/// Delayed runs whose arguments this program cannot read: a client of another language keeps them elsewhere. They are not this worker's to fail. The
/// first time one comes it is given back at once; when it comes again nobody else was there, and it is acknowledged without being begun, so that
/// the server offers it again later and the queue goes on.
/// </summary>
internal sealed class ForeignRuns
{
    private const int Most = 10_000;
    private readonly Queue<Guid> _order = [];
    private readonly HashSet<Guid> _seen = [];

    public static string Message(TaskRun run) =>
        $"Task run '{run.Name}' was delayed by a client of another language, which keeps its arguments where this worker cannot read them. It is left as it is: start a task worker of that language, or delay the task with Tasks.Delay.";

    public static bool IsForeign(TaskRun run) => DelayedParameters.Of(run.State) is null;

    /// <summary>Notes it, and says so on the standard error stream the first time.</summary>
    public bool IsSeenAgain(TaskRun run)
    {
        if (!_seen.Add(run.Id))
            return true;
        _order.Enqueue(run.Id);
        if (_order.Count > Most)
            _seen.Remove(_order.Dequeue());
        Console.Error.WriteLine(Message(run));
        return false;
    }
}
