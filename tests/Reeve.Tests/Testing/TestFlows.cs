using System.Diagnostics.CodeAnalysis;
using Reeve.Testing;

namespace Reeve.Tests.Testing;

/// <summary>Flows that the tests of the test host run.</summary>
[SuppressMessage("Usage", "CA1801", Justification = "Flows have the parameters that tests want to see.")]
internal static class TestFlows
{
    /// <summary>The host's time, for waits inside flows.</summary>
    public static AsyncLocal<VirtualTime?> Time { get; } = new();

    public static AsyncLocal<Counter?> Calls { get; } = new();

    /// <summary>What comes from outside.</summary>
    public static AsyncLocal<Task<string>?> Answer { get; } = new();

    [Flow(Name = "plain")]
    public static async Task<int> Plain(int x) => await Add(x, 1);

    [Flow(Name = "patient", Retries = 1, RetryDelaySeconds = 7200)]
    public static async Task<string> Patient(int failures)
    {
        await Flaky(failures);
        return "done";
    }

    [Flow(Name = "sync")]
    public static int Synchronous(int failures) => FlakyNow(failures) + 1;

    [Flow(Name = "hang", TimeoutSeconds = 3600)]
    public static async Task Hang(CancellationToken ct) => await Task.Delay(Timeout.InfiniteTimeSpan, Time.Value!, ct);

    [Flow(Name = "sleeper")]
    public static async Task Sleep(int hours, CancellationToken ct) => await Task.Delay(TimeSpan.FromHours(hours), Time.Value!, ct);

    [Flow(Name = "parent")]
    public static async Task<int> Parent(int x) => await Plain(x) + await Plain(x + 1);

    [Flow(Name = "fan")]
    public static async Task<int[]> Fan(int count, CancellationToken ct) => await Task.WhenAll(Enumerable.Range(0, count).Select(i => Nap(i, ct)));

    [Flow(Name = "prints", LogPrints = true)]
    public static void Prints() => Console.WriteLine("hello");

    [Flow(Name = "outside", TimeoutSeconds = 600)]
    public static async Task<string> Outside() => await Answer.Value!;

    [Flow(Name = "limited")]
    public static async Task Limited(CancellationToken ct) => await Task.WhenAll(Tagged(ct), Tagged(ct));

    [Flow(Name = "nested-tasks")]
    public static async Task NestedTasks(CancellationToken ct) => await Outer(ct);

    [Task(Name = "add")]
    private static async Task<int> Add(int a, int b)
    {
        await Task.Yield();
        return a + b;
    }

    [Task(Name = "flaky", Retries = 2, RetryDelaySeconds = 3600)]
    private static async Task Flaky(int failures)
    {
        await Task.Yield();
        if (Calls.Value!.Next() <= failures)
            throw new InvalidOperationException("not yet");
    }

    [Task(Name = "flaky-now", Retries = 2, RetryDelaySeconds = 3600)]
    private static int FlakyNow(int failures) => Calls.Value!.Next() <= failures ? throw new InvalidOperationException("not yet") : 41;

    [Task(Name = "nap")]
    private static async Task<int> Nap(int number, CancellationToken ct)
    {
        await Task.Delay(TimeSpan.FromMinutes(number), Time.Value!, ct);
        return number;
    }

    [Task(Name = "tagged", Tags = ["db"])]
    private static async Task Tagged(CancellationToken ct) => await Task.Delay(TimeSpan.FromMinutes(1), Time.Value!, ct);

    [Task(Name = "outer")]
    private static async Task Outer(CancellationToken ct) => await Nap(60, ct);

    internal sealed class Counter
    {
        private int _calls;

        public int Next() => Interlocked.Increment(ref _calls);
    }
}
