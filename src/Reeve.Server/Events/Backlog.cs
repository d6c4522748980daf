namespace Reeve.Server.Events;

/// <summary>How many received things are not stored yet, and a way to wait until none is.</summary>
internal sealed class Backlog
{
    private readonly Lock gate = new();
    private int waiting;
    private TaskCompletionSource? empty;

    internal void Add()
    {
        lock (gate)
            waiting++;
    }

    internal void Done(int count)
    {
        TaskCompletionSource? reached = null;
        lock (gate)
        {
            waiting -= count;
            if (waiting == 0)
                (reached, empty) = (empty, null);
        }
        reached?.TrySetResult();
    }

    internal Task EmptyAsync(CancellationToken cancellation)
    {
        lock (gate)
            return waiting == 0 ? Task.CompletedTask : (empty ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task.WaitAsync(cancellation);
    }
}
