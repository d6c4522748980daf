using System.Diagnostics.CodeAnalysis;

namespace Reeve.Testing;

/// <summary>A timer of <see cref="VirtualTime"/>, which guards its fields.</summary>
/// <param name="time">The time that fires it.</param>
/// <param name="number">Orders timers of one moment as they were made.</param>
/// <param name="owner">The run whose code made it.</param>
/// <param name="callback">What it calls.</param>
[SuppressMessage("Usage", "CA2213:Disposable fields should be disposed", Justification = "A captured context is not the timer's own.")]
internal sealed class VirtualTimer(VirtualTime time, long number, Guid? owner, Action callback) : ITimer
{
    private readonly ExecutionContext? _context = ExecutionContext.Capture();

    public static Comparer<VirtualTimer> ByDue { get; } =
        Comparer<VirtualTimer>.Create((a, b) => (a.Due, a.Number).CompareTo((b.Due, b.Number)));

    public Guid? Owner => owner;

    public DateTimeOffset Due { get; set; }

    public TimeSpan Period { get; set; }

    /// <summary>True for the rounds of the engine itself.</summary>
    public bool IsRound => owner is null && Period > TimeSpan.Zero;

    private long Number => number;

    public void Call()
    {
        if (_context is null)
            callback();
        else
            ExecutionContext.Run(_context, _ => callback(), null);
    }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        time.Arm(this, dueTime, period);
        return true;
    }

    public void Dispose() => time.Disarm(this);

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
