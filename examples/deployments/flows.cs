#:package Reeve@0.1.0
#:property PublishAot=false
using Reeve;

Flows.Import("orders", limit: 10);

static class Flows
{
    /// <summary>Imports a table.</summary>
    /// <param name="table">Which table.</param>
    /// <param name="limit">At most so many rows.</param>
    [Flow(LogPrints = true)]
    public static int Import(string table, int limit = 1000)
    {
        var rows = Extract(table, limit);
        Console.WriteLine($"{rows.Count} rows of {table}");
        return rows.Count;
    }

    [Task(Retries = 3, RetryDelaySeconds = 2)]
    static List<string> Extract(string table, int limit) => [.. Enumerable.Range(0, Math.Min(limit, 25)).Select(number => $"{table}-{number}")];
}
