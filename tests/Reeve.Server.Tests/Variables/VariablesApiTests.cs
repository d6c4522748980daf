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

    [Theory, MemberData(nameof(Kinds))]
    public async Task Clients_of_the_2_line_have_texts_only(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        (string, string) two = ("User-Agent", "prefect/2.20.25 (API 0.8.4)");
        await host.PostAsync("variables/", """{"name": "any-json", "value": {"a": 1}}""");

        Assert.Equal(422, (await host.PostAsync("variables/", """{"name": "colour", "value": 1}""", two)).Status);
        Assert.Equal(422, (await host.PostAsync("variables/", """{"name": "colour", "value": null}""", two)).Status);
        Assert.Equal(422, (await host.PostAsync("variables/", """{"name": "with-dash", "value": "x"}""", two)).Status);
        Assert.Equal(201, (await host.PostAsync("variables/", new { name = "long_one", value = new string('x', 5000) }, two)).Status);
        Assert.Equal(201, (await host.PostAsync("variables/", """{"name": "_colour", "value": "Blue"}""", two)).Status);
        Assert.Equal(422, (await host.SendAsync(HttpMethod.Patch, "variables/name/_colour", """{"value": 5}""", two)).Status);
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, "variables/name/_colour", """{"tags": ["x"]}""", two)).Status);
        var read = (await host.SendAsync(HttpMethod.Get, "variables/name/any-json", null, two)).Body.GetProperty("value");
        Assert.Equal("""{"a":1}""", read.GetString()!.Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal(["_colour"], (await host.PostAsync("variables/filter", """{"variables": {"value": {"like_": "lu"}}}""")).Body.EnumerateArray().Select(v => v.GetProperty("name").GetString()));
        Assert.Equal(1, (await host.PostAsync("variables/count", """{"variables": {"value": {"any_": ["Blue", "Red"]}}}""")).Body.GetInt32());
    }

    [Fact]
    public async Task A_value_must_be_given()
    {
        await using var host = await TestHost.StartAsync();

        Assert.Equal(422, (await host.PostAsync("variables/", """{"name": "nothing"}""")).Status);
        Assert.Equal(201, (await host.PostAsync("variables/", """{"name": "nothing", "value": null}""")).Status);
        Assert.Equal(422, (await host.PostAsync("variables/", new { name = new string('a', 256), value = 1 })).Status);
    }
}
