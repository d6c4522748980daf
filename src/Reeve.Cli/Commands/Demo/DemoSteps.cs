using System.Globalization;

namespace Reeve.Cli.Commands.Demo;

/// <summary>Says what happens now and, where it takes long, that it still happens; a step that fails says which it was.</summary>
internal sealed class DemoSteps(Terminal terminal, int count, TimeProvider time)
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(5);
    private int _number;

    public async Task<T> RunAsync<T>(string title, Func<Task<T>> work, CancellationToken ct)
    {
        terminal.Out.WriteLine($"[{(++_number).ToString(CultureInfo.InvariantCulture)}/{count.ToString(CultureInfo.InvariantCulture)}] {title}");
        var start = time.GetTimestamp();
        try
        {
            var task = work();
            while (await Task.WhenAny(task, Task.Delay(Tick, time, CancellationToken.None)) != task)
                terminal.Out.WriteLine($"      … still at it ({time.GetElapsedTime(start).TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} s)");
            return await task;
        }
        catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
        {
            throw new CliException($"the demo stopped at step {_number.ToString(CultureInfo.InvariantCulture)}, \"{title}\": {e.Message}", (e as CliException)?.Hint);
        }
    }
}
