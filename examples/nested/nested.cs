#:package Reeve@0.1.0
#:property PublishAot=false
using Reeve;

await Flows.Report(args.Length > 0 ? args : ["north", "south", "west"]);

static class Flows
{
    /// <summary>Makes the report of each region, all at once, and one of all of them.</summary>
    /// <param name="regions">The regions.</param>
    [Flow(LogPrints = true)]
    public static async Task<int> Report(string[] regions)
    {
        var totals = await Task.WhenAll(regions.Select(region => Region(region)));
        Console.WriteLine($"{totals.Sum()} customers in {regions.Length} regions");
        return totals.Sum();
    }

    /// <summary>The report of one region: a run of its own, inside the other.</summary>
    [Flow(RunName = "region-{region}")]
    public static async Task<int> Region(string region)
    {
        var counts = await Task.WhenAll(Enumerable.Range(1, 4).Select(shop => Customers(region, shop)));
        return counts.Sum();
    }

    // However many regions are under way, here or on other machines: the database has as many of us at once as the limit "warehouse" says.
    [Task(RunName = "{region}-{shop}", Tags = ["warehouse-query"])]
    static async Task<int> Customers(string region, int shop, CancellationToken ct = default)
    {
        await using var slot = await ConcurrencyLimits.AcquireAsync("warehouse", ct: ct);
        RunLogger.Current.Info($"shop {shop} has a slot");
        await Task.Delay(TimeSpan.FromMilliseconds(50), slot.Token); // the query
        RunLogger.Current.Info($"shop {shop} gives it back");
        return region.Length * shop;
    }
}
