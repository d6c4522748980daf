namespace Reeve.Cli.Tests.Commands.Server;

public sealed class ServerRoutesCommandTests : IDisposable
{
    private readonly TestCli _cli = new();

    [Fact]
    public async Task The_routes_are_listed_without_a_server()
    {
        var result = await _cli.RunAsync("server", "routes");

        Assert.Equal(0, result.Code);
        Assert.Contains("POST   /api/flows/filter", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_document_has_and_this_program_lacks_is_told_and_fails()
    {
        var file = Path.Combine(_cli.Home, "other.json");
        await File.WriteAllTextAsync(file, """{"paths":{"/flows/filter":{"post":{"responses":{"200":{}}}},"/wishes":{"get":{"responses":{"200":{}}}}}}""", TestContext.Current.CancellationToken);

        var text = await _cli.RunAsync("server", "routes", "--compare", file);
        var json = await _cli.RunAsync("server", "routes", "--compare", file, "-o", "json");

        Assert.Equal((1, 1), (text.Code, json.Code));
        Assert.Contains("missing   GET /api/wishes", text.Output, StringComparison.Ordinal);
        Assert.Contains("2 operations: 1 same, 0 different, 1 missing", text.Output, StringComparison.Ordinal);
        var second = Reeve.Protocol.WireJson.Parse(json.Output)[1];
        Assert.Equal(("GET /api/wishes", "missing"), (second.GetProperty("operation").GetString(), second.GetProperty("status").GetString()));
    }

    [Theory]
    [InlineData("nonsense", "is no JSON", 2)]
    [InlineData("{}", "is no OpenAPI document", 1)]
    public async Task A_file_of_another_kind_is_refused(string content, string message, int code)
    {
        var file = Path.Combine(_cli.Home, "other.json");
        await File.WriteAllTextAsync(file, content, TestContext.Current.CancellationToken);

        var result = await _cli.RunAsync("server", "routes", "--compare", file);

        Assert.Equal(code, result.Code);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _cli.Dispose();
}
