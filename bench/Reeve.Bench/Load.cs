using System.Diagnostics;

namespace Reeve.Bench;

/// <summary>Sends a scenario's requests over several connections and measures.</summary>
internal sealed class Load(Uri api, ServerProcess? server, DatabaseProcesses? database = null)
{
    public async Task<Measurement> RunAsync(Scenario scenario, int connections, CancellationToken ct)
    {
        var latencies = new double[scenario.Count];
        var errors = 0;
        var next = -1;
        var open = new List<HttpConnection>();
        try
        {
            for (var i = 0; i < connections; i++)
            {
                open.Add(new HttpConnection(api));
                await open[i].OpenAsync(ct);
            }

            var cpu = server?.CpuTime();
            var databaseCpu = database?.CpuTime();
            var start = Stopwatch.GetTimestamp();
            await Task.WhenAll(open.Select(c => Task.Run(() => WorkAsync(c), ct)));
            var elapsed = Stopwatch.GetElapsedTime(start);
            var used = server?.CpuTime() - cpu;
            var databaseUsed = database?.CpuTime() - databaseCpu;
            Array.Sort(latencies);
            return new Measurement(
                scenario.Name, connections, scenario.Count, errors, scenario.Count / elapsed.TotalSeconds, At(latencies, 0.5), At(latencies, 0.99),
                used?.TotalMicroseconds / scenario.Count, databaseUsed?.TotalMicroseconds / scenario.Count, server?.ResidentMegabytes());
        }
        finally
        {
            open.ForEach(c => c.Dispose());
        }

        async Task WorkAsync(HttpConnection connection)
        {
            for (var i = Interlocked.Increment(ref next); i < scenario.Count; i = Interlocked.Increment(ref next))
            {
                var (method, path, body) = scenario.Request(i);
                var sent = Stopwatch.GetTimestamp();
                var answer = await connection.SendAsync(method, path, body, ct);
                latencies[i] = Stopwatch.GetElapsedTime(sent).TotalMilliseconds;
                if (answer.IsError)
                    Interlocked.Increment(ref errors);
                else
                    scenario.Seen?.Invoke(i, answer);
            }
        }
    }

    private static double At(double[] sorted, double share) => sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
}
