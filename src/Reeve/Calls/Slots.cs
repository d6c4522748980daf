namespace Reeve.Calls;

/// <summary>
/// How many calls run at once, in the order they came. A waiting one can be let through without a slot: by a call that waits for it while it
/// holds a slot itself (<see cref="Held"/>), which would otherwise wait for ever.
/// </summary>
internal sealed class Slots(int most)
{
    private readonly Queue<Waiter> _waiting = [];
    private readonly Lock _gate = new();
    private int _taken;

    /// <summary>Waits for a slot.</summary>
    /// <returns>Whether one is held, and to be given back.</returns>
    public async Task<bool> EnterAsync(Waiter waiter, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (_taken < most)
            {
                _taken++;
                return true;
            }

            _waiting.Enqueue(waiter);
        }

        await using (ct.Register(() => waiter.Source.TrySetCanceled(ct)))
            return await waiter.Source.Task;
    }

    public void Leave()
    {
        lock (_gate)
        {
            while (_waiting.TryDequeue(out var next))
            {
                if (next.Source.TrySetResult(true))
                    return; // the slot is the next one's
            }

            _taken--;
        }
    }

    /// <summary>One that waits, in one queue at a time.</summary>
    internal sealed class Waiter
    {
        public TaskCompletionSource<bool> Source { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void LetThrough() => Source.TrySetResult(false);
    }
}
