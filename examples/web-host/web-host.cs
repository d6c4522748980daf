#:sdk Microsoft.NET.Sdk.Web
#:package Reeve@0.1.0
#:property PublishAot=false
using Reeve;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddScoped<Prices>();
builder.Services.AddReeve()
    .AddFlows<PriceFlows>()
    .Serve(Flow.Of<PriceFlows>(nameof(PriceFlows.Refresh)).ToDeployment("hourly", interval: TimeSpan.FromHours(1), parameters: new { currency = "NOK" }));

var app = builder.Build();
app.MapGet("/", () => "prices are refreshed every hour");
app.MapGet("/health", (ReeveHealth reeve) => reeve.IsHealthy ? Results.Ok(reeve.Description) : Results.Problem(reeve.Description));
app.Run();

/// <summary>A service of the program, as it has many: a database context, a client of another API.</summary>
sealed class Prices(IConfiguration configuration)
{
    public decimal Of(string item, string currency) => item.Length * (currency == configuration["HomeCurrency"] ? 1 : 1.25m);
}

/// <summary>Flows as instance methods: each run gets an instance of its own, made in a scope of its own by the program's container.</summary>
sealed class PriceFlows(Prices prices, ILogger<PriceFlows> logger)
{
    /// <summary>Looks the prices up anew.</summary>
    /// <param name="currency">In which currency.</param>
    [Flow]
    public async Task<decimal> Refresh(string currency)
    {
        var total = 0m;
        foreach (var item in new[] { "towel", "fish", "tea" })
            total += await LookUp(item, currency);
        logger.LogInformation("All together {Total} {Currency}", total, currency);
        return total;
    }

    [Task(Retries = 2)]
    async Task<decimal> LookUp(string item, string currency)
    {
        await Task.Yield();
        return prices.Of(item, currency);
    }
}
