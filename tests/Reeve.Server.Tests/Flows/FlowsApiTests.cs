using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.Flows;

public sealed class FlowsApiTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_known_name_answers_with_its_flow(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);

        var first = await host.PostAsync("flows/", new { name = "hello", tags = new[] { "a" }, labels = new { } });
        var second = await host.PostAsync("flows/", new { name = "hello" });

        Assert.Equal((201, 200), (first.Status, second.Status));
        Assert.Equal(first.Body.GetRawText(), second.Body.GetRawText());
        Assert.Equal(first.Body.GetRawText(), (await host.GetAsync("flows/" + first.Body.GetProperty("id").GetString())).Body.GetRawText());
        Assert.Equal(first.Body.GetRawText(), (await host.GetAsync("flows/name/hello")).Body.GetRawText());
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Flows_are_found_by_name_tags_and_page(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        foreach (var name in (string[])["alpha", "beta", "gamma"])
            await host.PostAsync("flows/", new { name, tags = new[] { name[..1], "all" } });

        Assert.Equal("alpha beta gamma", await NamesAsync("{}"));
        Assert.Equal("gamma beta", await NamesAsync("""{"sort":"NAME_DESC","limit":2}"""));
        Assert.Equal("beta", await NamesAsync("""{"sort":"NAME_DESC","limit":1,"offset":1}"""));
        Assert.Equal("beta", await NamesAsync("""{"flows":{"name":{"like_":"ET"}}}"""));
        Assert.Equal("alpha gamma", await NamesAsync("""{"flows":{"operator":"or_","name":{"any_":["gamma"]},"tags":{"all_":["a","all"]}}}"""));
        Assert.Equal("", await NamesAsync("""{"flows":{"name":{"any_":["gamma"]},"tags":{"all_":["a","all"]}}}"""));
        Assert.Equal("alpha beta gamma", await NamesAsync("""{"flows":{"deployment":{"is_null_":true}}}"""));
        Assert.Equal("", await NamesAsync("""{"flow_runs":{"tags":{"all_":["x"]}},"deployments":{"name":{"any_":["x"]}},"work_pools":{"name":{"any_":["x"]}},"task_runs":{"name":{"any_":["x"]}}}"""));
        Assert.Equal(2, (await host.PostAsync("flows/count", """{"flows":{"tags":{"any_":["a","b"]}}}""")).Body.GetInt32());
        Assert.Equal(422, (await host.PostAsync("flows/filter", """{"limit":201}""")).Status);
        Assert.Equal(422, (await host.PostAsync("flows/filter", """{"sort":"BY_TASTE"}""")).Status);

        async Task<string> NamesAsync(string query)
        {
            var (status, body) = await host.PostAsync("flows/filter", query);
            Assert.Equal(200, status);
            return string.Join(' ', body.EnumerateArray().Select(flow => flow.GetProperty("name").GetString()));
        }
    }

    [Fact]
    public async Task A_deleted_flow_is_gone()
    {
        await using var host = await TestHost.StartAsync();

        var id = (await host.PostAsync("flows/", new { name = "hello" })).Body.GetProperty("id").GetString();

        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, $"flows/{id}", new { tags = new[] { "new" } })).Status);
        Assert.Equal("new", (await host.GetAsync($"flows/{id}")).Body.GetProperty("tags")[0].GetString());
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, $"flows/{id}")).Status);
        Assert.Equal(404, (await host.SendAsync(HttpMethod.Delete, $"flows/{id}")).Status);
        Assert.Equal(404, (await host.GetAsync($"flows/{id}")).Status);
    }
}
