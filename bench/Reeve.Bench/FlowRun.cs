using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Reeve.Bench;

/// <summary>Measures flows as whole processes, from their start to their exit, which is after every state is stored; then counts what the API has of them.</summary>
internal sealed class FlowRun(Uri api, string program)
{
    private const int Rounds = 5;

    /// <summary>True when every task of every round ended Completed.</summary>
    public async Task<bool> RunAsync(CancellationToken ct)
    {
        Console.WriteLine("| flow | whole process ms, median of 5 | best | processor ms | peak MB | Completed task runs |\n|---|---|---|---|---|---|");
        var allEnded = true;
        foreach (var (arguments, tasks) in ((string, int)[])[("map 1", 1), ("map 1000", 1000), ("map 10000", 10_000), ("fibo 40 10", 40), ("fibo 10 33", 10)])
        {
            List<(double Milliseconds, double Processor, double Megabytes)> rounds = [];
            var before = await CountAsync(ct);
            for (var round = 0; round < Rounds; round++)
                rounds.Add(await OnceAsync(arguments, ct));
            var ended = await CountAsync(ct) - before;
            allEnded &= ended == tasks * Rounds;
            var sorted = rounds.Select(round => round.Milliseconds).Order().ToList();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {arguments} | {sorted[Rounds / 2]:F0} | {sorted[0]:F0} | {rounds.Min(r => r.Processor):F0} | {rounds.Max(r => r.Megabytes):F0} | {ended / Rounds} |"));
        }

        return allEnded;
    }

    private async Task<(double Milliseconds, double Processor, double Megabytes)> OnceAsync(string arguments, CancellationToken ct)
    {
        var home = Directory.CreateTempSubdirectory("reeve-bench-flow-").FullName;
        var start = new ProcessStartInfo(program.EndsWith(".dll", StringComparison.Ordinal) ? "dotnet" : program) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (start.FileName == "dotnet")
            start.ArgumentList.Add(program);
        foreach (var argument in arguments.Split(' '))
            start.ArgumentList.Add(argument);
        start.Environment["REEVE_HOME"] = home;
        start.Environment["REEVE_API_URL"] = api.ToString();
        var begun = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(ct), process.StandardError.ReadToEndAsync(ct));
        await process.WaitForExitAsync(ct);
        var took = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"The flow '{arguments}' ended with {process.ExitCode}:\n{await errors}");
        var told = (await output).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        Directory.Delete(home, recursive: true);
        return (took, double.Parse(told[1], CultureInfo.InvariantCulture), double.Parse(told[0], CultureInfo.InvariantCulture) / 1_000_000);
    }

    private async Task<int> CountAsync(CancellationToken ct)
    {
        using var connection = new HttpConnection(api);
        await connection.OpenAsync(ct);
        var answer = await connection.SendAsync("POST", "task_runs/count", Encoding.UTF8.GetBytes("""{"task_runs":{"state":{"type":{"any_":["COMPLETED"]} } } }"""), ct);
        return JsonSerializer.Deserialize<int>(answer.Body.Span);
    }
}
