using Reeve;

namespace MyFlows;

public static class Etl
{
    /// <summary>Imports a table.</summary>
    /// <param name="table">Which table.</param>
    /// <param name="limit">At most so many rows.</param>
    [Flow(LogPrints = true)]
    public static async Task<int> Import(string table, int limit = 1000)
    {
        var rows = await Extract(table, limit);
        var stored = await Load(rows);
        Console.WriteLine($"{stored} rows of {table}");
        return stored;
    }

    [Task(Retries = 3, RetryDelaySeconds = 2)]
    static Task<List<string>> Extract(string table, int limit) =>
        Task.FromResult(Enumerable.Range(0, Math.Min(limit, 25)).Select(number => $"{table}-{number}").ToList());

    [Task]
    static Task<int> Load(List<string> rows) => Task.FromResult(rows.Count);
}
