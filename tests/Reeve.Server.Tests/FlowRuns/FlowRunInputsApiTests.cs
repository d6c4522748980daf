using System.Text.Json;
using Reeve.Protocol;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.FlowRuns;

public sealed class FlowRunInputsApiTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task An_input_is_written_once_read_as_text_found_by_prefix_and_deleted(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var run = (await host.FlowRunAsync()).Text("id");
        foreach (var (key, value) in new[] { ("a-1", "\"one\""), ("a-2", "{\"n\": 2}"), ("b-1", "not json"), ("A-3", "3") })
        {
            var (created, body) = await host.PostAsync($"flow_runs/{run}/input", new { key, value, sender = "me" });
            Assert.Equal((201, JsonValueKind.Null), (created, body.ValueKind));
        }

        Assert.Equal(409, (await host.PostAsync($"flow_runs/{run}/input", new { key = "a-1", value = "again" })).Status);
        Assert.Equal(("text/plain", "{\"n\": 2}"), await ReadAsync(host, $"flow_runs/{run}/input/a-2"));
        Assert.Equal(["a-1"], await KeysAsync(host, run, """{"prefix":"a-"}"""));
        Assert.Equal(["a-1", "a-2"], await KeysAsync(host, run, """{"prefix":"a-","limit":10}"""));
        Assert.Equal(["a-2"], await KeysAsync(host, run, """{"prefix":"a","limit":10,"exclude_keys":["a-1","b-1"]}"""));
        Assert.Equal(["a-1", "a-2", "b-1", "A-3"], await KeysAsync(host, run, """{"prefix":"","limit":10}"""));
        Assert.Empty(await KeysAsync(host, run, """{"prefix":"a%","limit":10}"""));
        var found = (await host.PostAsync($"flow_runs/{run}/input/filter", """{"prefix":"b"}""")).Body[0];
        Assert.Equal((run, "b-1", "not json", "me"), (found.Text("flow_run_id"), found.Text("key"), found.Text("value"), found.Text("sender")));
        Assert.Equal((204, 404), ((await host.SendAsync(HttpMethod.Delete, $"flow_runs/{run}/input/a-1")).Status, (await host.SendAsync(HttpMethod.Delete, $"flow_runs/{run}/input/a-1")).Status));
        Assert.Equal(404, (await host.GetAsync($"flow_runs/{run}/input/a-1")).Status);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Inputs_go_with_their_run(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var run = (await host.FlowRunAsync()).Text("id");
        await host.PostAsync($"flow_runs/{run}/input", new { key = "k", value = "v" });

        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, $"flow_runs/{run}")).Status);

        Assert.Equal(404, (await host.GetAsync($"flow_runs/{run}/input/k")).Status);
        Assert.Equal(404, (await host.PostAsync($"flow_runs/{run}/input", new { key = "k", value = "v" })).Status);
    }

    [Theory]
    [InlineData("input", """{"key":"","value":"v"}""")]
    [InlineData("input", """{"key":"a b","value":"v"}""")]
    [InlineData("input", """{"key":"a_b","value":"v"}""")]
    [InlineData("input", """{"key":"k"}""")]
    [InlineData("input", """{"key":"k","value":1}""")]
    [InlineData("input", """{"key":null,"value":"v"}""")]
    [InlineData("input/filter", "{}")]
    [InlineData("input/filter", """{"prefix":"a","limit":-1}""")]
    [InlineData("input/filter", """{"prefix":"a","limit":99999999999999}""")]
    [InlineData("input/filter", """{"prefix":"a","exclude_keys":"k"}""")]
    public async Task An_input_that_cannot_be_used_is_refused(string route, string body)
    {
        await using var host = await TestHost.StartAsync();
        var run = (await host.FlowRunAsync()).Text("id");

        Assert.Equal(422, (await host.PostAsync($"flow_runs/{run}/{route}", body)).Status);
        Assert.Empty(await KeysAsync(host, run, """{"prefix":"","limit":10}"""));
    }

    private static async Task<List<string>> KeysAsync(TestHost host, string run, string filter)
    {
        var (status, body) = await host.PostAsync($"flow_runs/{run}/input/filter", filter);
        Assert.Equal(200, status);
        return [.. body.EnumerateArray().Select(input => input.Text("key"))];
    }

    private static async Task<(string? Type, string Text)> ReadAsync(TestHost host, string path)
    {
        using var response = await host.Client.GetAsync(path, TestHost.Cancellation);
        return (response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsStringAsync(TestHost.Cancellation));
    }
}
