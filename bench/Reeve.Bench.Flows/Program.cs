using System.Diagnostics;
using System.Globalization;
using Reeve;

namespace Reeve.Bench.Flows;

/// <summary>The flows that <c>Reeve.Bench flows</c> measures, each as a whole process: <c>map N</c>, <c>fibo TIMES NUMBER</c>.</summary>
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
            default:
                await Console.Error.WriteLineAsync("usage: map N | fibo TIMES NUMBER");
                return 2;
        }

        using var process = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{process.PeakWorkingSet64} {process.TotalProcessorTime.TotalMilliseconds}"));
        return 0;
    }

    /// <summary>Tasks that do nothing, all at once.</summary>
    [Flow]
    private static async Task<int> Map(int count) => (await Task.WhenAll(Enumerable.Range(0, count).Select(i => Nothing(i)))).Length;

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
