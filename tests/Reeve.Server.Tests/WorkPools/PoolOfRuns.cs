using System.Globalization;
using System.Text.Json;

namespace Reeve.Server.Tests.WorkPools;

/// <summary>A pool "local" and a deployment "etl/nightly" in it, through the API.</summary>
internal sealed class PoolOfRuns(TestHost host)
{
    internal string DeploymentId { get; private set; } = "";

    internal static async Task<PoolOfRuns> MakeAsync(TestHost host, string deployment = "{}", string pool = "{}")
    {
        var made = new PoolOfRuns(host);
        Assert.Equal(201, (await host.PostAsync("work_pools/", Merge("""{"name": "local", "type": "process"}""", pool))).Status);
        var flow = (await host.PostAsync("flows/", """{"name": "etl"}""")).Body.GetProperty("id").GetString();
        var answer = await host.PostAsync("deployments/", Merge($$"""{"name": "nightly", "flow_id": "{{flow}}", "work_pool_name": "local", "enforce_parameter_schema": false}""", deployment));
        Assert.Equal(201, answer.Status);
        made.DeploymentId = answer.Body.GetProperty("id").GetString()!;
        return made;
    }

    internal async Task<string> RunAsync(double dueInSeconds = 0, string body = "{}")
    {
        var due = DateTimeOffset.UnixEpoch.AddSeconds((host.Service<TimeProvider>().GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds + dueInSeconds).ToString("O", CultureInfo.InvariantCulture);
        var answer = await host.PostAsync(
            $"deployments/{DeploymentId}/create_flow_run", Merge($$"""{"state": {"type": "SCHEDULED", "state_details": {"scheduled_time": "{{due}}"} } }""", body));
        Assert.Equal(201, answer.Status);
        return answer.Body.GetProperty("id").GetString()!;
    }

    internal async Task<List<JsonElement>> ClaimAsync(int limit = 10, string worker = "w1", int wait = 0, double prefetch = 0, string queues = "[]")
    {
        var answer = await host.PostAsync(
            "work_pools/local/claim",
            string.Create(CultureInfo.InvariantCulture, $$"""{"worker_name": "{{worker}}", "limit": {{limit}}, "prefetch_seconds": {{prefetch}}, "work_queue_names": {{queues}}}"""),
            ("Prefer", $"wait={wait}"));
        Assert.Equal(200, answer.Status);
        return [.. answer.Body.EnumerateArray()];
    }

    internal static string RunOf(JsonElement claimed) => claimed.GetProperty("flow_run").GetProperty("id").GetString()!;

    internal static string Merge(string first, string second)
    {
        var merged = System.Text.Json.Nodes.JsonNode.Parse(first)!.AsObject();
        foreach (var (name, value) in System.Text.Json.Nodes.JsonNode.Parse(second)!.AsObject())
            merged[name] = value?.DeepClone();
        return merged.ToJsonString();
    }
}
