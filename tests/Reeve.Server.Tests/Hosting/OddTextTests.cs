using System.Net.Http.Headers;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.Hosting;

/// <summary>Texts that JSON can carry and not every database can keep.</summary>
public sealed class OddTextTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_null_character_does_not_lose_the_log_line(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);

        var (status, _) = await host.PostAsync("logs/", """[{"name":"a","level":20,"message":"before\u0000after","timestamp":"2026-01-01T00:00:00Z"}]""");

        Assert.Equal(201, status);
        var line = (await host.PostAsync("logs/filter", "{}")).Body[0].Text("message");
        Assert.StartsWith("before", line, StringComparison.Ordinal);
        Assert.EndsWith("after", line, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_null_character_does_not_lose_the_run(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var flow = (await host.PostAsync("flows/", new { name = "f" })).Body.Text("id");

        var (status, run) = await host.PostAsync("flow_runs/", $$$"""{"flow_id":"{{{flow}}}","name":"a\u0000b","parameters":{"p":"a\u0000b","q":"\\u0000"},"tags":["\u0000"],"state":{"type":"PENDING","message":"\u0000"} }""");

        Assert.Equal(201, status);
        var read = (await host.GetAsync($"flow_runs/{run.Text("id")}")).Body;
        Assert.Equal("\\u0000", read.GetProperty("parameters").Text("q"));
        Assert.EndsWith("b", read.GetProperty("parameters").Text("p"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"name":"\ud800"}""")]
    [InlineData("""{"name":"f","tags":["\udc00x"]}""")]
    [InlineData("""{"name":"f","labels":{"a":"\ud800"}}""")]
    [InlineData("""{"name":"f","tags":[""")]
    public async Task Half_a_character_is_the_callers_fault(string body)
    {
        await using var host = await TestHost.StartAsync();

        Assert.Equal(422, (await host.PostAsync("flows/", body)).Status);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_the_callers_fault()
    {
        await using var host = await TestHost.StartAsync();
        using var content = new ByteArrayContent([.. "{\"name\":\""u8, 0xff, 0xfe, .. "\"}"u8]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        using var answer = await host.Client.PostAsync("flows/", content, TestHost.Cancellation);

        Assert.Equal(422, (int)answer.StatusCode);
    }
}
