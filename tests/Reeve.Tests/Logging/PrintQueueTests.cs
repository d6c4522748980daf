using System.Collections.Concurrent;
using Reeve.Logging;

namespace Reeve.Tests.Logging;

public sealed class PrintQueueTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Flood_waits_for_whoever_writes_it_and_lends_him_the_consoles_lock()
    {
        var told = new ConcurrentQueue<string>();
        var (printed, highest) = (0, 0);
        var queue = new PrintQueue(Tell, TimeProvider.System, most: 10, patience: Long);

        await Printing(queue, 500, () => printed++).WaitAsync(Long, TestContext.Current.CancellationToken);
        queue.End();

        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"{i}"), told);
        Assert.InRange(highest, 1, 12);

        // As StandardError does: on Unix each write to a console stream takes the lock of Console.Out.
        void Tell(RunLogLevel level, string text, DateTimeOffset at)
        {
            lock (Console.Out)
            {
                highest = Math.Max(highest, Volatile.Read(ref printed) - told.Count);
                told.Enqueue(text);
            }
        }
    }

    [Fact]
    public async Task Lines_that_nobody_takes_are_left_out_and_counted_in_one_line()
    {
        var told = new ConcurrentQueue<(RunLogLevel Level, string Text)>();
        using var isFree = new ManualResetEventSlim();
        var queue = new PrintQueue(Tell, TimeProvider.System, most: 10, patience: TimeSpan.FromMilliseconds(100));

        await Printing(queue, 100, () => { }).WaitAsync(Long, TestContext.Current.CancellationToken);
        isFree.Set();
        queue.End();
        queue.Print("after\n");
        queue.End();

        var lost = Assert.Single(told, line => line.Level == RunLogLevel.Warning).Text;
        var lines = told.Where(line => line.Level == RunLogLevel.Info).Select(line => line.Text).ToList();
        Assert.StartsWith($"{100 - (lines.Count - 1)} printed lines were left out: 10 waited", lost, StringComparison.Ordinal);
        Assert.Equal([.. Enumerable.Range(0, lines.Count - 1).Select(i => $"{i}"), "after"], lines);
        Assert.InRange(lines.Count, 10, 13);

        void Tell(RunLogLevel level, string text, DateTimeOffset at)
        {
            isFree.Wait(Long);
            told.Enqueue((level, text));
        }
    }

    [Fact]
    public void Text_without_a_lines_end_does_not_grow_for_ever()
    {
        var told = new ConcurrentQueue<string>();
        var queue = new PrintQueue((_, text, _) => told.Enqueue(text), TimeProvider.System);

        for (var i = 0; i < 100; i++)
            queue.Print(new string('x', 20_000));
        queue.End();

        Assert.Equal(2_000_000, told.Sum(text => text.Length));
        Assert.All(told, text => Assert.InRange(text.Length, 1, 900_000));
    }

    private static Task Printing(PrintQueue queue, int lines, Action printed) => Task.Run(() =>
    {
        for (var i = 0; i < lines; i++)
        {
            lock (Console.Out)
            {
                printed();
                queue.Print($"{i}\r\n");
            }
        }
    });
}
