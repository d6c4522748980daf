// A shop's HTTP API that is as unreliable as real ones: every third request fails. Runs until Ctrl+C.
//
//   dotnet run shop.cs -- 8085
#:sdk Microsoft.NET.Sdk.Web
#:property PublishAot=false
var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseUrls($"http://127.0.0.1:{(args.Length > 0 ? args[0] : "8085")}");
var shop = builder.Build();

var requests = 0;
shop.MapGet("/{**path}", (HttpRequest request) =>
{
    var page = int.TryParse(request.Query["page"], out var number) ? number : 1;
    var turn = Interlocked.Increment(ref requests);
    var fails = turn % 3 == 0;
    Console.WriteLine($"{turn}: page {page} {(fails ? "fails" : "is served")}");
    var orders = Enumerable.Range((page - 1) * 10, 10).Select(id => $$"""{"id":{{id}},"city":"{{(id % 3 == 0 ? "Oslo" : "Bergen")}}","amount":{{id}}.5}""");
    return Results.Text(fails ? "busy" : $"[{string.Join(',', orders)}]", "application/json", statusCode: fails ? 503 : 200);
});
await shop.StartAsync();
Console.WriteLine($"The shop is open at {shop.Urls.First()}/");
await shop.WaitForShutdownAsync();
