#:package Reeve@0.1.0
#:property PublishAot=false
using Reeve;

await Flows.ImportOrders("orders", 3);

static class Flows
{
    /// <summary>Imports the orders of a day.</summary>
    /// <param name="table">Where they go.</param>
    /// <param name="batches">How many batches to fetch.</param>
    [Flow(LogPrints = true)]
    public static async Task<int> ImportOrders(string table, int batches)
    {
        var rows = 0;
        for (var batch = 0; batch < batches; batch++)
            rows += await Fetch(batch);
        Console.WriteLine($"{rows} rows went to {table}");
        return rows;
    }

    [Task(Retries = 3, RetryDelaySeconds = 10)]
    static Task<int> Fetch(int batch) => Task.FromResult(100 + batch);
}
