using System.Globalization;
using Reeve.Protocol.Runs;

namespace Reeve.Testing;

/// <summary>Assertions on runs, for any test framework: each throws <see cref="FlowAssertionException"/>, and returns the run otherwise.</summary>
public static class RunAssertions
{
    /// <summary>The run ended well.</summary>
    /// <exception cref="FlowAssertionException">It did not.</exception>
    public static TRun ShouldBeCompleted<TRun>(this TRun run)
        where TRun : TestRun => run.ShouldBe(StateType.Completed);

    /// <summary>The run failed.</summary>
    /// <param name="run">The run.</param>
    /// <param name="messagePart">What the state's message contains; null: anything.</param>
    /// <exception cref="FlowAssertionException">It did not fail, or for another reason.</exception>
    public static TRun ShouldBeFailed<TRun>(this TRun run, string? messagePart = null)
        where TRun : TestRun
    {
        run.ShouldBe(StateType.Failed);
        return messagePart is null || run.State.Message?.Contains(messagePart, StringComparison.Ordinal) == true
            ? run
            : throw Wrong(run, $"to be Failed with a message that contains \"{messagePart}\"");
    }

    /// <summary>The run failed by its timeout.</summary>
    /// <exception cref="FlowAssertionException">It did not.</exception>
    public static TRun ShouldBeTimedOut<TRun>(this TRun run)
        where TRun : TestRun => run.State.Name == "TimedOut" ? run : throw Wrong(run, "to be TimedOut");

    /// <summary>The run was cancelled.</summary>
    /// <exception cref="FlowAssertionException">It was not.</exception>
    public static TRun ShouldBeCancelled<TRun>(this TRun run)
        where TRun : TestRun => run.ShouldBe(StateType.Cancelled);

    /// <summary>The run's last state is of a type.</summary>
    /// <exception cref="FlowAssertionException">It is not.</exception>
    public static TRun ShouldBe<TRun>(this TRun run, StateType type)
        where TRun : TestRun => run.State.Type == type ? run : throw Wrong(run, $"to be {type}");

    /// <summary>The run was started again so many times.</summary>
    /// <param name="run">The run.</param>
    /// <param name="times">How often it was tried again; 0 for never.</param>
    /// <exception cref="FlowAssertionException">It was started more or less often.</exception>
    public static TRun ShouldHaveRetried<TRun>(this TRun run, int times)
        where TRun : TestRun => Math.Max(0, run.Attempts - 1) == times
        ? run
        : throw Wrong(run, string.Create(CultureInfo.InvariantCulture, $"to have been tried again {times} time(s), but it was {Math.Max(0, run.Attempts - 1)}"));

    /// <summary>The run went through exactly these states.</summary>
    /// <param name="run">The run.</param>
    /// <param name="names">Names of states, in order.</param>
    /// <exception cref="FlowAssertionException">It went through others.</exception>
    public static TRun ShouldHaveStates<TRun>(this TRun run, params string[] names)
        where TRun : TestRun => run.StateNames.SequenceEqual(names, StringComparer.Ordinal) ? run : throw Wrong(run, $"to go {string.Join(" → ", names)}");

    /// <summary>A log line of the run contains a text.</summary>
    /// <exception cref="FlowAssertionException">None does.</exception>
    public static TRun ShouldHaveLogged<TRun>(this TRun run, string part)
        where TRun : TestRun => run.Messages.Any(message => message.Contains(part, StringComparison.Ordinal))
        ? run
        : throw new FlowAssertionException($"Expected {run.Description} to log \"{part}\", but it logged:\n{string.Join('\n', run.Messages.Select(message => "  " + message))}");

    /// <summary>The run's code was not called: its result came from a cache.</summary>
    /// <exception cref="FlowAssertionException">It was called, or the run is not Completed.</exception>
    public static TRun ShouldBeCached<TRun>(this TRun run)
        where TRun : TestRun => run.State is { Type: StateType.Completed, Name: "Cached" } ? run : throw Wrong(run, "to be Cached");

    private static FlowAssertionException Wrong(TestRun run, string expected)
    {
        var cause = run is FlowTestRun { Exception: { } exception } ? $"\nIt threw {exception}" : "";
        var message = run.State.Message is { } text ? $" ({text})" : "";
        return new FlowAssertionException($"Expected {run.Description} {expected}.\nIts states: {string.Join(" → ", run.StateNames)}{message}.{cause}");
    }
}
