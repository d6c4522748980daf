#:package Reeve@0.1.0
#:property PublishAot=false
using System.Globalization;
using System.Net.Http.Json;
using Reeve;

await Flows.Etl(args is [var shop, ..] ? shop : "http://127.0.0.1:8085", args is [_, var file] ? file : "sales.csv");

record Order(int Id, string City, decimal Amount);

record Sales(string City, int Orders, decimal Amount);

static class Flows
{
    private static readonly HttpClient Http = new();

    /// <summary>Brings the sales of each city from the shop's API to a CSV file.</summary>
    /// <param name="shop">The address of the shop's API.</param>
    /// <param name="file">The file to write.</param>
    /// <param name="pages">How many pages of orders there are.</param>
    [Flow(LogPrints = true)]
    public static async Task Etl(string shop, string file, int pages = 5)
    {
        List<Order> orders = [];
        for (var page = 1; page <= pages; page++)
            orders.AddRange(await Fetch(shop, page));
        var sales = Sum(orders);
        await Write(file, sales);
        await Artifacts.TableAsync(sales, key: "sales-by-city", description: $"{orders.Count} orders");
        Console.WriteLine($"{orders.Count} orders of {sales.Count} cities are in {Path.GetFileName(file)}");
    }

    // An answer holds for an hour: whoever runs the flow again within it asks the shop only for what is missing.
    [Task(
        RunName = "fetch-page-{page}", Retries = 4, RetryBackoffSeconds = 0.2, RetryIf = nameof(IsTransient), TimeoutSeconds = 30,
        CachePolicy = CacheBy.Inputs, CacheExpirationSeconds = 3600)]
    static async Task<List<Order>> Fetch(string shop, int page, CancellationToken ct = default) =>
        await Http.GetFromJsonAsync<List<Order>>($"{shop.TrimEnd('/')}/orders?page={page}", ct) ?? [];

    static bool IsTransient(HttpRequestException failure) => failure.StatusCode is null or >= System.Net.HttpStatusCode.InternalServerError;

    [Task]
    static List<Sales> Sum(List<Order> orders) =>
        [.. orders.GroupBy(order => order.City).Select(city => new Sales(city.Key, city.Count(), city.Sum(order => order.Amount))).OrderBy(city => city.City)];

    [Task]
    static async Task Write(string file, List<Sales> sales, CancellationToken ct = default) =>
        await File.WriteAllLinesAsync(file, ["city;orders;amount", .. sales.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.City};{s.Orders};{s.Amount}"))], ct);
}
