using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.SavedSearches;

public sealed class SavedSearchesApiTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_search_is_kept_under_its_name(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        const string Body = """{"name": "late ones", "filters": [{"object": "flow_run", "property": "state", "type": "string", "operation": "any", "value": ["Late"]}]}""";

        var first = await host.SendAsync(HttpMethod.Put, "saved_searches/", Body);
        var second = await host.SendAsync(HttpMethod.Put, "saved_searches/", """{"name": "late ones"}""");
        await host.SendAsync(HttpMethod.Put, "saved_searches/", """{"name": "all"}""");

        var id = first.Body.GetProperty("id").GetString();
        Assert.Equal((201, 200, id), (first.Status, second.Status, second.Body.GetProperty("id").GetString()));
        Assert.Equal("Late", first.Body.GetProperty("filters")[0].GetProperty("value")[0].GetString());
        Assert.Equal(0, (await host.GetAsync($"saved_searches/{id}")).Body.GetProperty("filters").GetArrayLength());
        Assert.Equal(["all", "late ones"], (await host.PostAsync("saved_searches/filter", "{}")).Body.EnumerateArray().Select(s => s.GetProperty("name").GetString()));
        Assert.Single((await host.PostAsync("saved_searches/filter", """{"limit": 1, "offset": 1}""")).Body.EnumerateArray());
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, $"saved_searches/{id}")).Status);
        Assert.Equal((404, 404), ((await host.GetAsync($"saved_searches/{id}")).Status, (await host.SendAsync(HttpMethod.Delete, $"saved_searches/{id}")).Status));
        Assert.Equal(422, (await host.SendAsync(HttpMethod.Put, "saved_searches/", """{"name": "x", "filters": [{"object": "flow_run"}]}""")).Status);
    }
}
