using System.Runtime.CompilerServices;
using Reeve.Calls;
using Reeve.Protocol.Runs;

namespace Reeve;

/// <summary>
/// A submitted call of a task or flow. Await it for its end: it throws what the code threw. One that nobody awaits is waited for at the end of its
/// flow run, and its failure is logged there; it never raises an unobserved exception.
/// </summary>
public abstract class TaskFuture
{
    private protected readonly TaskCompletionSource End = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop;
    private readonly Held? _startedIn = Held.Current;

    private protected TaskFuture(CancellationToken flow) => _stop = CancellationTokenSource.CreateLinkedTokenSource(flow);

    /// <summary>The run's id; null until it is made.</summary>
    public Guid? RunId { get; private protected set; }

    /// <summary>The run's name, such as "fetch-3"; null until it is made.</summary>
    public string? Name { get; private protected set; }

    /// <summary>The state that the run was last found in; null before it is made.</summary>
    public State? State { get; private protected set; }

    /// <summary>True when the call has ended, well or not.</summary>
    public bool IsCompleted => End.Task.IsCompleted;

    /// <summary>The end, which never throws.</summary>
    internal Task Ended => End.Task;

    internal abstract ReturnedState Outcome { get; }

    /// <summary>The result; null where there is none.</summary>
    internal abstract object? Result { get; }

    internal bool IsObserved { get; private protected set; }

    /// <summary>Its wait for a slot of the task runner.</summary>
    internal Slots.Waiter Turn { get; } = new();

    /// <summary>Its wait for a place in the bound of its map.</summary>
    internal Slots.Waiter MapTurn { get; } = new();

    /// <summary>What it waits for before its turn; nothing once it has ended, so that a chain of calls is not kept in memory.</summary>
    internal IReadOnlyList<TaskFuture> Needs { get; set; } = [];

    internal CancellationToken Stop => _stop.Token;

    /// <summary>True once the lambda was called.</summary>
    internal bool HasBegun { get; set; }

    /// <summary>Asks the call to stop. One that waits for its turn never begins; a running one has its CancellationToken cancelled. Does nothing after the end.</summary>
    public void Cancel()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended; nothing is left to stop.
        }
    }

    /// <summary>Waits for the end.</summary>
    /// <param name="timeout">The longest wait; the call itself goes on after it.</param>
    /// <param name="ct">Ends the wait, not the call.</param>
    /// <exception cref="TimeoutException">The call has not ended within <paramref name="timeout"/>.</exception>
    public Task WaitAsync(TimeSpan timeout, CancellationToken ct = default) => FinishAsync(timeout, ct);

    /// <summary>Waits for the end and tells how it was; does not throw what the code threw.</summary>
    /// <param name="ct">Ends the wait, not the call.</param>
    public async Task<ReturnedState> StateAsync(CancellationToken ct = default)
    {
        await EndAsync(Timeout.InfiniteTimeSpan, ct);
        return Outcome;
    }

    /// <summary>Waits for the end.</summary>
    public TaskAwaiter GetAwaiter() => FinishAsync(Timeout.InfiniteTimeSpan, default).GetAwaiter();

    private protected async Task EndAsync(TimeSpan timeout, CancellationToken ct)
    {
        Expect();
        await End.Task.WaitAsync(timeout, Submissions.Time, ct);
    }

    /// <summary>Says that the code here is about to wait for the end.</summary>
    internal void Expect()
    {
        IsObserved = true;
        if (IsCompleted || Held.Current is not { } held || held.IsAround(_startedIn))
            return;
        var (seen, todo) = (new HashSet<TaskFuture>(), new Stack<TaskFuture>([this]));
        while (todo.TryPop(out var future))
        {
            if (future.IsCompleted || !seen.Add(future))
                continue;
            future.MapTurn.LetThrough();
            future.Turn.LetThrough();
            foreach (var needed in future.Needs)
                todo.Push(needed);
        }
    }

    private async Task FinishAsync(TimeSpan timeout, CancellationToken ct)
    {
        await EndAsync(timeout, ct);
        Outcome.ThrowIfFailed();
    }

    /// <summary>The end, for a call that needs this one: its own end tells of a failure here.</summary>
    internal Task NeededAsync()
    {
        Expect();
        return Ended;
    }

    /// <summary>A future of the state of this one, which has no result: it completes however this one ends.</summary>
    internal TaskFuture<ReturnedState> AllowedPlain()
    {
        var allowed = new TaskFuture<ReturnedState>(default) { Needs = [this] };
        _ = FollowAsync();
        return allowed;

        async Task FollowAsync()
        {
            await Ended;
            IsObserved = true;
            (allowed.RunId, allowed.Name, allowed.State) = (RunId, Name, State);
            allowed.Set(new ReturnedState<ReturnedState>(Outcome.State, Outcome, null));
        }
    }

    internal void OnCreated(Guid id, string name)
    {
        RunId = id;
        Name = name;
    }

    internal void OnEntered(State state) => State = state;

    private protected void Release()
    {
        End.TrySetResult();
        Needs = [];
        _stop.Dispose();
    }
}

/// <summary>A submitted call with a result.</summary>
/// <typeparam name="T">The result's type.</typeparam>
public partial class TaskFuture<T> : TaskFuture
{
    private ReturnedState<T>? _outcome;

    internal TaskFuture(CancellationToken flow)
        : base(flow)
    {
    }

    internal override ReturnedState<T> Outcome => _outcome ?? throw new InvalidOperationException("The call has not ended.");

    internal override object? Result => Outcome.IsCompleted ? Outcome.Value : null;

    /// <summary>The result, for the calls that take it.</summary>
    internal T Value => Outcome.Value;

    /// <summary>Waits for the result.</summary>
    /// <param name="ct">Ends the wait, not the call.</param>
    public Task<T> ResultAsync(CancellationToken ct = default) => WaitAsync(Timeout.InfiniteTimeSpan, ct);

    /// <summary>Waits for the result.</summary>
    /// <param name="timeout">The longest wait; the call itself goes on after it.</param>
    /// <param name="ct">Ends the wait, not the call.</param>
    /// <exception cref="TimeoutException">The call has not ended within <paramref name="timeout"/>.</exception>
    public new async Task<T> WaitAsync(TimeSpan timeout, CancellationToken ct = default)
    {
        await EndAsync(timeout, ct);
        return Value;
    }

    /// <inheritdoc cref="TaskFuture.StateAsync" />
    public new async Task<ReturnedState<T>> StateAsync(CancellationToken ct = default)
    {
        await EndAsync(Timeout.InfiniteTimeSpan, ct);
        return Outcome;
    }

    /// <summary>Waits for the result.</summary>
    public new TaskAwaiter<T> GetAwaiter() => ResultAsync().GetAwaiter();

    /// <summary>A future of the state of this one: it completes however this one ends.</summary>
    internal TaskFuture<ReturnedState<T>> Allowed()
    {
        var allowed = new TaskFuture<ReturnedState<T>>(default) { Needs = [this] };
        _ = FollowAsync();
        return allowed;

        async Task FollowAsync()
        {
            await Ended;
            IsObserved = true;
            (allowed.RunId, allowed.Name, allowed.State) = (RunId, Name, State);
            allowed.Set(new ReturnedState<ReturnedState<T>>(Outcome.State, Outcome, null));
        }
    }

    internal void Set(ReturnedState<T> outcome)
    {
        State ??= outcome.State;
        _outcome = outcome;
        Release();
    }
}
