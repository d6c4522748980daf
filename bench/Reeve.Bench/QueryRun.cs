using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Reeve.Bench;

/// <summary>Asks each question over one connection, many times or for a few seconds, and tells the median and the 99th percentile.</summary>
internal static class QueryRun
{
    private const int Most = 200;
    private const int Least = 10;
    private const double WantedMedian = 50;
    private const double WantedLate = 200;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(3);

    internal static async Task<bool> RunAsync(Uri api, string? only, CancellationToken ct)
    {
        var queries = new Queries(api);
        await queries.PrepareAsync(ct);
        using var connection = new HttpConnection(api);
        await connection.OpenAsync(ct);
        Console.WriteLine("| query | p50 ms | p99 ms | bytes | |\n|---|---|---|---|---|");
        var met = true;
        foreach (var query in queries.All().Where(query => only is null || query.Name.Contains(only, StringComparison.OrdinalIgnoreCase)))
        {
            List<double> times = [];
            var (bytes, status) = (0, 0);
            for (var start = Stopwatch.GetTimestamp(); times.Count < Most && (times.Count < Least || Stopwatch.GetElapsedTime(start) < Longest);)
            {
                var body = Encoding.UTF8.GetBytes(query.Body(times.Count));
                var sent = Stopwatch.GetTimestamp();
                var answer = await connection.SendAsync("POST", query.Path, body, ct);
                times.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
                (bytes, status) = (answer.Body.Length, answer.IsError ? answer.Status : status);
            }
            times.Sort();
            var (median, late) = (times[times.Count / 2], times[(int)(0.99 * (times.Count - 1))]);
            var misses = status != 0 ? $"answered {status}" : median > WantedMedian || late > WantedLate ? "too slow" : "";
            met &= misses.Length == 0;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {query.Name} | {median:F1} | {late:F1} | {bytes} | {misses} |"));
        }
        return met;
    }
}
