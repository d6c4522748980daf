using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.Variables;

public sealed class VariablesApiTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task Variable_is_made_read_changed_found_and_deleted(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);

        var made = await host.PostAsync("variables/", """{"name": "colour", "value": {"a": [1, null]}, "tags": ["x"]}""");
        var id = made.Body.GetProperty("id").GetString();
        Assert.Equal(201, made.Status);
        Assert.Equal(409, (await host.PostAsync("variables/", """{"name": "colour", "value": 1}""")).Status);
        Assert.Equal("""{"a":[1,null]}""", (await host.GetAsync("variables/name/colour")).Body.GetProperty("value").GetRawText().Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, "variables/name/colour", """{"value": null, "tags": ["y"]}""")).Status);
        var read = (await host.GetAsync($"variables/{id}")).Body;
        Assert.Equal(("null", """["y"]""", "colour"), (read.GetProperty("value").GetRawText(), read.GetProperty("tags").GetRawText().Replace(" ", "", StringComparison.Ordinal), read.GetProperty("name").GetString()));
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, $"variables/{id}", """{"name": "hue"}""")).Status);
        Assert.Equal(1, (await host.PostAsync("variables/count", """{"variables": {"tags": {"all_": ["y"]}}}""")).Body.GetInt32());
        Assert.Single((await host.PostAsync("variables/filter", """{"variables": {"name": {"like_": "HU"}}}""")).Body.EnumerateArray());
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, "variables/name/hue")).Status);
        Assert.Equal((404, "Variable not found."), ((await host.GetAsync($"variables/{id}")).Status, (await host.GetAsync("variables/name/hue")).Body.GetProperty("detail").GetString()));
    }

    [Theory]
    [InlineData("""{"name": "Big"}""")]
    [InlineData("""{"name": "with blank"}""")]
    [InlineData("""{"value": 1}""")]
    public async Task A_wrong_name_is_refused(string body)
    {
        await using var host = await TestHost.StartAsync();

        Assert.Equal(422, (await host.PostAsync("variables/", body)).Status);
    }

    [Fact]
    public async Task A_value_that_is_too_long_is_refused()
    {
        await using var host = await TestHost.StartAsync();

        Assert.Equal(422, (await host.PostAsync("variables/", new { name = "long", value = new string('x', 5000) })).Status);
        Assert.Equal(201, (await host.PostAsync("variables/", new { name = "long", value = new string('x', 4998) })).Status);
    }
}
