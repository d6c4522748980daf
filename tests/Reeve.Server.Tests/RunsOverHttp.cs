using System.Text.Json;
using Reeve.Protocol;

namespace Reeve.Server.Tests;

/// <summary>The steps of a run as its clients take them.</summary>
internal static class RunsOverHttp
{
    internal static async Task<string> FlowAsync(this TestHost host, string name = "hello") =>
        (await host.PostAsync("flows/", new { name })).Body.GetProperty("id").GetString()!;

    internal static async Task<JsonElement> FlowRunAsync(this TestHost host, string more = "{}")
    {
        var body = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(more)!;
        body["flow_id"] = WireJson.Parse($"\"{await host.FlowAsync()}\"");
        var (status, run) = await host.PostAsync("flow_runs/", body);
        Assert.True(status is 200 or 201, run.ToString());
        return run;
    }

    internal static async Task<(int Status, string? Verdict, JsonElement Body)> SetStateAsync(
        this TestHost host, string run, string type, string more = "{}", bool force = false, string? lease = null, string noun = "flow_runs")
    {
        var state = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(more)!;
        state["type"] = WireJson.Parse($"\"{type}\"");
        var (status, body) = await host.PostAsync($"{noun}/{run}/set_state", new { state, force }, lease is null ? [] : [("X-Reeve-Lease", lease)]);
        return (status, body.TryGetProperty("status", out var verdict) ? verdict.GetString() : null, body);
    }

    internal static string Text(this JsonElement element, string name) => element.GetProperty(name).ToString();

    internal static async Task<List<string>> HistoryAsync(this TestHost host, string run, string noun = "flow_run") =>
        [.. (await host.GetAsync($"{noun}_states/?{noun}_id={run}")).Body.EnumerateArray().Select(state => state.Text("name"))];
}
