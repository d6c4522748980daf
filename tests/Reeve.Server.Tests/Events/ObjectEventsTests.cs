using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.Events;

public sealed class ObjectEventsTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task Variables_flows_limits_and_automations_tell_their_lives(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        const string Automation = """{"name": "a", "trigger": {"type": "event", "posture": "Reactive", "expect": ["x"], "threshold": 1, "within": 0}, "actions": [{"type": "do-nothing"}]}""";

        await LifeAsync(host, "variables/", """{"name": "hue", "value": 1, "tags": ["t"]}""", """{"name": "colour"}""");
        await LifeAsync(host, "flows/", """{"name": "f", "tags": ["a"]}""", """{"tags": ["b"]}""");
        await LifeAsync(host, "v2/concurrency_limits/", """{"name": "db", "limit": 7}""", """{"limit": 9}""");
        await LifeAsync(host, "automations/", Automation, """{"enabled": false}""");
        // what is known already, or is not there, is no news
        await host.PostAsync("flows/", """{"name": "f2"}""");
        await host.PostAsync("flows/", """{"name": "f2"}""");
        Assert.Equal(404, (await host.SendAsync(HttpMethod.Delete, $"variables/{Guid.NewGuid()}")).Status);

        var told = await ToldAsync(host);
        AssertTold(
            [
                """prefect.variable.created hue [] {"name":"hue","value":1,"tags":["t"]}""",
                """prefect.variable.updated colour [] {"name":"colour","value":1,"tags":["t"]}""",
                """prefect.variable.deleted colour [] {"name":"colour","value":1,"tags":["t"]}""",
                """prefect.flow.created f [] {"name":"f","tags":["a"],"labels":{}}""",
                """prefect.flow.updated f [] {"name":"f","tags":["b"],"labels":{}}""",
                """prefect.flow.deleted f [] {"name":"f","tags":["b"],"labels":{}}""",
                """prefect.concurrency-limit.created db [] {"name":"db","limit":7,"active":true,"slot_decay_per_second":0}""",
                """prefect.concurrency-limit.updated db [] {"name":"db","limit":9,"active":true,"slot_decay_per_second":0}""",
                """prefect.concurrency-limit.deleted db [] {"name":"db","limit":9,"active":true,"slot_decay_per_second":0}""",
            ],
            told.Take(9));
        Assert.Equal(["prefect.automation.created", "prefect.automation.updated", "prefect.automation.deleted", "prefect.flow.created"], told.Skip(9).Select(e => e.Text("event")));
        Assert.Equal(("event", "False"), (told[10].GetProperty("payload").GetProperty("trigger").Text("type"), told[10].GetProperty("payload").Text("enabled")));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_blocks_life_is_told_without_its_data_and_nameless_blocks_are_not_told(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var type = (await host.PostAsync("block_types/", """{"name": "Shelf", "slug": "shelf"}""")).Body.Text("id");
        var schema = (await host.PostAsync("block_schemas/", $$$"""{"block_type_id": "{{{type}}}", "capabilities": ["hold"], "fields": {"title": "Shelf"} }""")).Body.Text("id");
        string Body(string more) => $$$"""{"block_type_id": "{{{type}}}", "block_schema_id": "{{{schema}}}", "data": {"where": "cellar"}, {{{more}}} }""";

        await host.PostAsync("block_documents/", Body(""" "is_anonymous": true """));
        var block = (await host.PostAsync("block_documents/", Body(""" "name": "left" """))).Body.Text("id");
        await host.SendAsync(HttpMethod.Patch, $"block_documents/{block}", """{"data": {"where": "attic"}}""");
        await host.SendAsync(HttpMethod.Delete, $"block_documents/{block}");
        await host.SendAsync(HttpMethod.Patch, $"block_types/{type}", """{"description": "holds"}""");
        await host.SendAsync(HttpMethod.Patch, $"block_types/{type}", """{"description": "holds"}""");
        await host.SendAsync(HttpMethod.Delete, $"block_types/{type}");

        var told = await ToldAsync(host);
        Assert.Equal(
            ["prefect.block-type.created", "prefect.block-document.created", "prefect.block-document.updated", "prefect.block-document.deleted", "prefect.block-type.updated", "prefect.block-type.deleted"],
            told.Select(e => e.Text("event")));
        var payload = $$$$"""{"name":"left","data":{},"block_schema":{"capabilities":["hold"],"block_type":{"id":"{{{{type}}}}","name":"Shelf"}}}""";
        AssertTold(
            ((string[])["created", "updated", "deleted"]).Select(action => $"prefect.block-document.{action} left [block-type Shelf, block-schema] {payload}"), told.Skip(1).Take(3));
        Assert.Equal(("holds", "False"), (told[5].GetProperty("payload").Text("description"), told[5].GetProperty("payload").Text("is_protected")));
        Assert.DoesNotContain(told, e => e.ToString().Contains("cellar", StringComparison.Ordinal) || e.ToString().Contains("attic", StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Collections_of_artifacts_tell_their_newest(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var run = Guid.NewGuid();

        await host.PostAsync("artifacts/", """{"data": "without a key"}""");
        var first = (await host.PostAsync("artifacts/", $$"""{"key": "k", "type": "table", "data": 1, "flow_run_id": "{{run}}", "task_run_id": "{{run}}"}""")).Body.Text("id");
        var second = (await host.PostAsync("artifacts/", """{"key": "k", "data": 2}""")).Body.Text("id");
        await host.SendAsync(HttpMethod.Delete, $"artifacts/{second}");
        await host.SendAsync(HttpMethod.Delete, $"artifacts/{first}");

        var told = await ToldAsync(host);
        const string Table = """{"key":"k","type":"table","data":1,"description":null}""";
        AssertTold(
            [
                $"prefect.artifact-collection.created k [latest, flow-run, task-run] {Table}",
                """prefect.artifact-collection.updated k [latest] {"key":"k","type":null,"data":2,"description":null}""",
                $"prefect.artifact-collection.updated k [latest, flow-run, task-run] {Table}",
                $"prefect.artifact-collection.deleted k [latest, flow-run, task-run] {Table}",
            ],
            told);
        Assert.Equal($"prefect.artifact.{second}", told[1].GetProperty("related")[0].Text("prefect.resource.id"));
        Assert.Single(told.Select(e => e.GetProperty("resource").Text("prefect.resource.id")).Distinct());
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Pools_queues_and_deployments_tell_what_changed(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var flow = await host.FlowAsync("f");
        await host.PostAsync("work_pools/", """{"name": "p", "type": "process"}""");
        await host.SendAsync(HttpMethod.Patch, "work_pools/p", """{"description": "fast", "is_paused": false}""");
        var deployment = (await host.PostAsync("deployments/", $$"""{"name": "d", "flow_id": "{{flow}}", "work_pool_name": "p", "work_queue_name": "q"}""")).Body.Text("id");
        await host.PostAsync("deployments/", $$"""{"name": "d", "flow_id": "{{flow}}", "work_pool_name": "p", "work_queue_name": "q"}""");
        await host.SendAsync(HttpMethod.Patch, $"deployments/{deployment}", """{"tags": ["x"]}""");
        await host.PostAsync($"deployments/{deployment}/pause_deployment", "{}");
        await host.SendAsync(HttpMethod.Patch, "work_pools/p/queues/q", """{"concurrency_limit": 3}""");
        await host.SendAsync(HttpMethod.Delete, $"deployments/{deployment}");
        await host.SendAsync(HttpMethod.Delete, "work_pools/p");

        var told = (await ToldAsync(host)).Where(e => e.Text("event") is not ("prefect.flow.created" or "prefect.work-pool.not-ready")).ToList();
        const string Where = "[flow f, work-queue q, work-pool p]";
        AssertTold(
            [
                "prefect.work-queue.created default [work-pool p] {}",
                "prefect.work-pool.created p [default-queue] {}",
                """prefect.work-pool.updated p [] {"updated_fields":["description"],"updates":{"description":{"from":null,"to":"fast"}}}""",
                "prefect.work-queue.created q [work-pool p] {}",
                $"prefect.deployment.created d {Where} {{}}",
                $$$$"""prefect.deployment.updated d {{{{Where}}}} {"updated_fields":["tags"],"updates":{"tags":{"from":[],"to":["x"]}}}""",
                $$$$"""prefect.deployment.updated d {{{{Where}}}} {"updated_fields":["paused"],"updates":{"paused":{"from":false,"to":true}}}""",
                """prefect.work-queue.updated q [work-pool p] {"updated_fields":["concurrency_limit"],"updates":{"concurrency_limit":{"from":null,"to":3}}}""",
                $"prefect.deployment.deleted d {Where} {{}}",
                "prefect.work-queue.deleted default [work-pool p] {}",
                "prefect.work-queue.deleted q [work-pool p] {}",
                "prefect.work-pool.deleted p [default-queue] {}",
            ],
            told);
        Assert.All(told.Where(e => e.Text("event").StartsWith("prefect.work-pool.", StringComparison.Ordinal)), e => Assert.Equal("process", e.GetProperty("resource").Text("prefect.work-pool.type")));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_run_within_a_task_run_names_it_and_has_its_tags(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var flow = await host.FlowAsync("f");
        var outer = (await host.PostAsync("flow_runs/", $$"""{"flow_id": "{{flow}}", "name": "outer"}""")).Body.Text("id");
        var task = (await host.PostAsync("task_runs/", $$"""{"flow_run_id": "{{outer}}", "name": "call", "task_key": "t", "dynamic_key": "0", "tags": ["of-task"]}""")).Body.Text("id");

        await host.PostAsync("flow_runs/", $$"""{"flow_id": "{{flow}}", "name": "inner", "parent_task_run_id": "{{task}}", "tags": ["own"]}""");

        var told = (await ToldAsync(host)).Single(e => e.Text("event") == "prefect.flow-run.Pending" && e.GetProperty("resource").Text("prefect.resource.name") == "inner");
        Assert.Equal(
            ["flow f", "task-run call", "tag prefect.tag.of-task", "tag prefect.tag.own"],
            told.GetProperty("related").EnumerateArray().Select(r => $"{r.Text("prefect.resource.role")} {(r.TryGetProperty("prefect.resource.name", out var name) ? name : r.GetProperty("prefect.resource.id"))}"));
        Assert.False(told.GetProperty("resource").TryGetProperty("prefect.orchestration", out _));
    }

    private static async Task LifeAsync(TestHost host, string path, string create, string change)
    {
        var (status, made) = await host.PostAsync(path, create);
        Assert.Equal(201, status);
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, path + made.Text("id"), change)).Status);
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, path + made.Text("id"))).Status);
    }

    // what is told of one change has one time, and the databases order the members of JSON in their own ways
    private static void AssertTold(IEnumerable<string> expected, IEnumerable<JsonElement> told) =>
        Assert.Equal(expected.Select(Ordered).Order(StringComparer.Ordinal), told.Select(Line).Select(Ordered).Order(StringComparer.Ordinal));

    private static string Ordered(string line)
    {
        var payload = line.IndexOf("] {", StringComparison.Ordinal) + 2;
        return line[..payload] + JsonSerializer.Serialize(Ordered(JsonNode.Parse(line[payload..])));
    }

    private static JsonNode? Ordered(JsonNode? node) => node is JsonObject members
        ? new JsonObject(members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => KeyValuePair.Create(member.Key, Ordered(member.Value))))
        : node?.DeepClone();

    private static async Task<List<JsonElement>> ToldAsync(TestHost host) =>
        [.. (await host.PostAsync("events/filter", """{"filter": {"order": "ASC"}, "limit": 50}""")).Body.GetProperty("events").EnumerateArray()];

    private static string Line(JsonElement told)
    {
        var related = told.GetProperty("related").EnumerateArray().Select(r => r.Text("prefect.resource.role") + (r.TryGetProperty("prefect.resource.name", out var name) ? $" {name}" : ""));
        return $"{told.Text("event")} {told.GetProperty("resource").Text("prefect.resource.name")} [{string.Join(", ", related)}] {JsonSerializer.Serialize(told.GetProperty("payload"))}";
    }
}
