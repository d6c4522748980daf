using System.Diagnostics;
using System.Globalization;
using Reeve;

namespace Reeve.Bench.Flows;

/// <summary>The flows that <c>Reeve.Bench flows</c> measures, each as a whole process: <c>map N</c>, <c>fibo TIMES NUMBER</c>; <c>warm N</c> tells what a mapped task costs a process that has run 2,000.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case ["map", var count]:
                await Map(int.Parse(count, CultureInfo.InvariantCulture));
                break;
            case ["fibo", var times, var number]:
                await Fibonacci(int.Parse(times, CultureInfo.InvariantCulture), int.Parse(number, CultureInfo.InvariantCulture));
                break;
            case ["warm", var count]:
                await Map(2000);
                using (var warm = Process.GetCurrentProcess())
                {
                    var before = warm.TotalProcessorTime;
                    await Map(int.Parse(count, CultureInfo.InvariantCulture));
                    warm.Refresh();
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(warm.TotalProcessorTime - before).TotalMicroseconds / int.Parse(count, CultureInfo.InvariantCulture):F0} microseconds of processor time a task"));
                }

                return 0;
            default:
                await Console.Error.WriteLineAsync("usage: map N | warm N | fibo TIMES NUMBER");
                return 2;
        }

        using var process = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{process.PeakWorkingSet64} {process.TotalProcessorTime.TotalMilliseconds}"));
        return 0;
    }

    /// <summary>Tasks that do nothing, all at once.</summary>
    [Flow]
    private static async Task<int> Map(int count) => (await Tasks.Map(Enumerable.Range(0, count), i => Nothing(i))).Length;

    [Task]
    private static Task<int> Nothing(int number) => Task.FromResult(number);

    /// <summary>Tasks that compute, one after the other.</summary>
    [Flow]
    private static async Task<long> Fibonacci(int times, int number)
    {
        long sum = 0;
        for (var i = 0; i < times; i++)
            sum += await Fibo(number);
        return sum;
    }

    [Task]
    private static Task<long> Fibo(int number) => Task.FromResult(Of(number));

    private static long Of(int number) => number < 2 ? number : Of(number - 1) + Of(number - 2);
}
