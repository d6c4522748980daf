namespace Reeve.Server.Tests.Hosting;

/// <summary>Refusals whose status and words clients and their tests look for.</summary>
public sealed class ExpectedRefusalsTests
{
    private const string Nothing = "00000000-0000-0000-0000-00000000abcd";

    [Theory]
    [InlineData("POST", "variables/", """{"name": "BAD", "value": 1}""", 422, "Variable name must only contain lowercase letters, numbers, and dashes or underscores.")]
    [InlineData("POST", "variables/", """{"name": "LONG", "value": 1}""", 422, "Value should have at most")]
    [InlineData("POST", "variables/", """{"name": "v", "value": "LONG"}""", 422, "Variable value must be less than")]
    [InlineData("GET", "block_documents/not-even", null, 404, "Not Found")]
    [InlineData("PATCH", "block_documents/not-even", """{"data": {}}""", 404, "Not Found")]
    [InlineData("DELETE", "block_documents/not-even", null, 404, "Not Found")]
    [InlineData("GET", "flow_runs/null", null, 404, "Not Found")]
    [InlineData("POST", "v2/concurrency_limits/leases/nope/renew", """{"lease_duration": 60}""", 422, "UUID")]
    [InlineData("POST", "block_types/", """{"name": "pReFeCt!", "slug": "x"}""", 403, "Block type names beginning with 'Prefect' are reserved.")]
    [InlineData("POST", "v2/concurrency_limits/increment", """{"names": ["steady"], "slots": 1, "mode": "rate_limit"}""", 422,
        "Only concurrency limits with slot decay can be used for rate limiting. The following limits do not have a decay configured: 'steady'")]
    [InlineData("POST", "v2/concurrency_limits/increment", """{"names": ["steady"], "slots": 3}""", 422, "Slots requested is greater than the limit")]
    [InlineData("POST", "events/count-by/time", """{"filter": {}, "time_unit": "second", "time_interval": 0.01}""", 422, "buckets, which is too many.")]
    [InlineData("PUT", "automations/" + Nothing, """{"id": "x", "name": "a", "trigger": {"type": "event", "posture": "Reactive", "threshold": 1, "within": 0}, "actions": []}""", 422, "extra_forbidden")]
    [InlineData("PATCH", "automations/" + Nothing, """{"id": "x", "enabled": true}""", 422, "extra_forbidden")]
    [InlineData("PATCH", "automations/" + Nothing, """{"enabled": true}""", 404, "Automation not found")]
    public async Task What_clients_look_for_is_answered(string method, string path, string? body, int status, string words)
    {
        await using var host = await TestHost.StartAsync();
        await host.PostAsync("v2/concurrency_limits/", """{"name": "steady", "limit": 2}""");

        var answer = await host.SendAsync(new HttpMethod(method), path, body?.Replace("LONG", new string('v', 5001), StringComparison.Ordinal));

        Assert.Equal(status, answer.Status);
        Assert.Contains(words, answer.Body.ToString().Replace("\\u0027", "'", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clients_of_the_2_line_are_told_that_an_id_is_none()
    {
        await using var host = await TestHost.StartAsync();

        Assert.Equal(422, (await host.SendAsync(HttpMethod.Get, "flow_runs/null", null, ("User-Agent", "prefect/2.20.25 (API 0.8.4)"))).Status);
    }

    [Fact]
    public async Task Blocks_refuse_references_to_nothing_and_to_themselves()
    {
        await using var host = await TestHost.StartAsync();
        var type = (await host.PostAsync("block_types/", """{"name": "Box", "slug": "box"}""")).Body.Text("id");
        var schema = (await host.PostAsync("block_schemas/", $$$"""{"block_type_id": "{{{type}}}", "fields": {"title": "Box"} }""")).Body.Text("id");
        async Task<(int Status, string Id)> SaveAsync(string name, string data)
        {
            var (status, made) = await host.PostAsync("block_documents/", $$"""{"name": "{{name}}", "block_type_id": "{{type}}", "block_schema_id": "{{schema}}", "data": {{data}} }""");
            return (status, made.TryGetProperty("id", out var id) ? id.ToString() : "");
        }

        static string To(string block) => $$$"""{"inner": {"$ref": {"block_document_id": "{{{block}}}"} } }""";
        var inner = (await SaveAsync("inner", "{}")).Id;
        var outer = (await SaveAsync("outer", To(inner))).Id;

        Assert.Equal(409, (await SaveAsync("lost", To(Nothing))).Status);
        Assert.Equal(400, (await SaveAsync("vague", """{"inner": {"$ref": {}}}""")).Status);
        async Task<int> PatchAsync(string id, string data) => (await host.SendAsync(HttpMethod.Patch, $"block_documents/{id}", $$"""{"data": {{data}} }""")).Status;
        Assert.Equal(409, await PatchAsync(outer, To(Nothing)));
        Assert.Equal(400, await PatchAsync(outer, """{"inner": {"$ref": {}}}"""));
        Assert.Equal(400, await PatchAsync(inner, To(inner)));
        Assert.Equal(400, await PatchAsync(inner, To(outer)));
        Assert.Equal(204, await PatchAsync(outer, To(inner)));
    }

    [Theory]
    [InlineData("""{}""", 1)]
    [InlineData("""{"block_documents": {"id": {"any_": ["ANONYMOUS"]}}}""", 0)]
    [InlineData("""{"block_documents": {"is_anonymous": null}}""", 2)]
    [InlineData("""{"block_documents": {"is_anonymous": {"eq_": null}}}""", 2)]
    [InlineData("""{"block_documents": {"is_anonymous": {"eq_": true}}}""", 1)]
    public async Task Nameless_blocks_are_seen_by_those_who_say_so(string query, int found)
    {
        await using var host = await TestHost.StartAsync();
        var type = (await host.GetAsync("block_types/slug/secret")).Body.Text("id");
        var schema = (await host.PostAsync("block_schemas/filter", $$$"""{"block_schemas": {"block_type_id": {"any_": ["{{{type}}}"]} } }""")).Body[0].Text("id");
        string Body(string more) => $$$"""{"block_type_id": "{{{type}}}", "block_schema_id": "{{{schema}}}", "data": {"value": "v"}, {{{more}}} }""";
        Assert.Equal(201, (await host.PostAsync("block_documents/", Body(""" "name": "named" """))).Status);
        var nameless = (await host.PostAsync("block_documents/", Body(""" "is_anonymous": true """))).Body.Text("id");

        Assert.Equal(found, (await host.PostAsync("block_documents/count", query.Replace("ANONYMOUS", nameless, StringComparison.Ordinal))).Body.GetInt32());
    }

    [Fact]
    public async Task Per_cent_stands_for_any_text_and_an_underscore_for_one_character()
    {
        await using var host = await TestHost.StartAsync();
        foreach (var name in (string[])["a_1", "a_12", "ab1"])
            await host.PostAsync("variables/", $$"""{"name": "{{name}}", "value": 1}""");

        async Task<List<string>> FoundAsync(string like) =>
            [.. (await host.PostAsync("variables/filter", $$$"""{"variables": {"name": {"like_": "{{{like}}}"} } }""")).Body.EnumerateArray().Select(v => v.Text("name"))];
        Assert.Equal(["a_1", "a_12", "ab1"], await FoundAsync("a_1%"));
        Assert.Equal(["a_12"], await FoundAsync("a_12"));
        Assert.Equal(["a_12"], await FoundAsync("A%2"));
        Assert.Equal(["a_1", "a_12", "ab1"], await FoundAsync("a%1"));
    }
}
