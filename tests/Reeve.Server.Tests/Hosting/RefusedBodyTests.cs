using System.Text.Json;

namespace Reeve.Server.Tests.Hosting;

public sealed class RefusedBodyTests
{
    [Theory]
    [InlineData("flow_runs/history", """{"history_start":"2026-01-01T00:00:00Z","history_end":"soon","history_interval_seconds":60,"criteria":"free"}""", "body history_end")]
    [InlineData("flow_runs/filter", """{"sort":1,"limit":"x"}""", "body limit|body sort")]
    [InlineData("artifacts/", """{"metadata_":{"a":null,"b":"x"}}""", "body metadata_ a")]
    [InlineData("artifacts/", """{"metadata_":5}""", "body metadata_")]
    [InlineData("automations/", """{"name":"a","actions":[],"trigger":{"type":"event"}}""", "body trigger posture")]
    [InlineData("deployments/paginate", """{"page":0,"limit":-1}""", "body limit|body page")]
    public async Task Every_fault_is_named_by_its_place(string path, string body, string places)
    {
        await using var host = await TestHost.StartAsync();

        var (status, answer) = await host.PostAsync(path, body);

        Assert.Equal(422, status);
        Assert.Equal(places, string.Join('|', answer.GetProperty("exception_detail").EnumerateArray().Select(fault => string.Join(' ', fault.GetProperty("loc").EnumerateArray().Select(Text))).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task A_null_for_page_and_limit_asks_for_the_usual_ones()
    {
        await using var host = await TestHost.StartAsync();

        var (status, answer) = await host.PostAsync("deployments/paginate", """{"page":null,"limit":null}""");

        Assert.Equal((200, 1, 200), (status, answer.GetProperty("page").GetInt32(), answer.GetProperty("limit").GetInt32()));
    }

    [Fact]
    public async Task Slots_that_are_refused_make_no_limit_of_the_names_beside()
    {
        await using var host = await TestHost.StartAsync();
        await host.PostAsync("v2/concurrency_limits/", """{"name":"small","limit":1}""");

        var (status, _) = await host.PostAsync("v2/concurrency_limits/increment", """{"slots":5,"names":["small","new"]}""", ("User-Agent", "prefect/2.20.25 (API 0.8.4)"));

        Assert.Equal(422, status);
        Assert.Equal(["small"], (await host.PostAsync("v2/concurrency_limits/filter", "{}")).Body.EnumerateArray().Select(limit => limit.Text("name")));
    }

    [Theory]
    [InlineData("flow_run")]
    [InlineData("task_run")]
    public async Task Deleting_a_run_that_is_not_there_leaves_lines_that_speak_of_it(string kind)
    {
        await using var host = await TestHost.StartAsync();
        var id = Guid.NewGuid();
        await host.PostAsync("logs/", $$"""[{"name":"n","level":20,"message":"m","timestamp":"2026-01-01T00:00:00Z","{{kind}}_id":"{{id}}"}]""");

        Assert.Equal(404, (await host.SendAsync(HttpMethod.Delete, $"{kind}s/{id}")).Status);
        Assert.Equal(1, (await host.PostAsync("logs/filter", "{}")).Body.GetArrayLength());
    }

    private static string Text(JsonElement part) => part.ToString();
}
