using System.Text;
using System.Text.Json;
using Reeve.Protocol;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.Hosting;

/// <summary>What is good JSON and yet cannot be kept: it is a fault of the request, on both databases, and of no other request.</summary>
public sealed class UnstorableTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task Half_a_character_and_a_number_beyond_all_bounds_are_no_fault_of_the_server(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var flow = await host.FlowAsync();
        List<string> failed = [];
        foreach (var odd in (string[])["\"\\ud800\"", "\"\\udc00x\"", "1e400000", "-1e400000", "1e-400000", "{\"\\ud800\":1}"])
        {
            foreach (var (path, body) in ((string, string)[])
            [
                ("flows/", """{"name":"f","labels":{"a":ODD}}"""),
                ("flow_runs/", """{"flow_id":"FLOW","parameters":{"a":ODD}}"""),
                ("flow_runs/", """{"flow_id":"FLOW","context":{"a":[ODD]}}"""),
                ("flow_runs/", """{"flow_id":"FLOW","state":{"type":"COMPLETED","data":ODD}}"""),
                ("variables/", """{"name":"v","value":ODD}"""),
                ("artifacts/", """{"key":"k","data":ODD}"""),
                ("work_pools/", """{"name":"pUNIQUE","type":"process","base_job_template":{"variables":{"x":ODD},"job_configuration":{}}}"""),
                ("events", """[{"event":"e","id":"UNIQUE","occurred":"2026-01-01T00:00:00Z","resource":{"prefect.resource.id":"r"},"payload":{"a":ODD}}]"""),
            ])
            {
                var (status, answer) = await host.PostAsync(path, body.Replace("ODD", odd, StringComparison.Ordinal).Replace("FLOW", flow, StringComparison.Ordinal).Replace("UNIQUE", $"{Guid.NewGuid():n}", StringComparison.Ordinal));
                if (status >= 500)
                    failed.Add($"{path} {odd}: {status} {answer}");
            }
        }
        Assert.Empty(failed);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_name_longer_than_an_index_can_hold_is_no_fault_of_the_server(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var flow = await host.FlowAsync();
        var run = (await host.PostAsync("flow_runs/", new { flow_id = flow, state = new { type = "RUNNING" } })).Body.Text("id");
        // no repetition that a database could press together
        var text = new StringBuilder();
        while (text.Length < 20_000)
            text.Append($"{Guid.NewGuid():n}");
        var odd = text.ToString();
        List<string> failed = [];
        foreach (var (path, body) in ((string, object)[])
        [
            ("flows/", new { name = odd }),
            ("flows/", new { name = "tagged", tags = new[] { odd } }),
            ("flow_runs/", new { flow_id = flow, name = odd }),
            ("flow_runs/", new { flow_id = flow, idempotency_key = odd }),
            ("flow_runs/", new { flow_id = flow, tags = new[] { odd } }),
            ("flow_runs/", new { flow_id = flow, work_queue_name = odd }),
            ("flow_runs/", new { flow_id = flow, flow_version = odd, deployment_version = odd }),
            ("flow_runs/", new { flow_id = flow, state = new { type = "RUNNING", name = odd } }),
            ($"flow_runs/{run}/set_state", new { state = new { type = "COMPLETED", name = odd } }),
            ($"flow_runs/{run}/input", new { key = odd, value = "1" }),
            ("task_runs/", new { flow_run_id = run, task_key = odd, dynamic_key = "1" }),
            ("task_runs/", new { flow_run_id = run, task_key = "a", dynamic_key = odd }),
            ("task_runs/", new { flow_run_id = run, task_key = "b", dynamic_key = "1", name = odd }),
            ("task_runs/", new { flow_run_id = run, task_key = "b", dynamic_key = "2", tags = new[] { odd }, cache_key = odd }),
            ("task_runs/", new { task_key = odd, dynamic_key = "1", state = new { type = "SCHEDULED", state_details = new { deferred = true } } }),
            ("deployments/", new { name = odd, flow_id = flow }),
            ("deployments/", new { name = "d", flow_id = flow, tags = new[] { odd }, work_queue_name = odd, version = odd }),
            ("work_pools/", new { name = odd, type = "process" }),
            ("work_queues/", new { name = odd }),
            ("variables/", new { name = "v", value = 1, tags = new[] { odd } }),
            ("artifacts/", new { key = odd.ToLowerInvariant(), type = odd }),
            ("saved_searches/", new { name = odd, filters = Array.Empty<object>() }),
            ("concurrency_limits/", new { tag = odd, concurrency_limit = 1 }),
            ("v2/concurrency_limits/", new { name = odd, limit = 1 }),
            ("block_types/", new { name = "B", slug = "b" + odd.ToLowerInvariant() }),
            ("automations/", new { name = odd, trigger = new { type = "event", posture = "Reactive", expect = new[] { odd }, threshold = 1, within = 0 }, actions = new[] { new { type = "do-nothing" } } }),
            ("logs/", new[] { new { name = odd, level = 20, message = odd, timestamp = "2026-01-01T00:00:00Z", flow_run_id = run } }),
            ("events", new[] { new { @event = "e", id = Guid.NewGuid(), occurred = "2026-01-01T00:00:00Z", resource = new Dictionary<string, string> { ["prefect.resource.id"] = odd }, payload = new { } } }),
            ("events", new[] { new { @event = "e", id = Guid.NewGuid(), occurred = "2026-01-01T00:00:00Z", resource = new Dictionary<string, string> { ["prefect.resource.id"] = "r" }, related = new[] { new Dictionary<string, string> { ["prefect.resource.id"] = odd, ["prefect.resource.role"] = odd } }, payload = new { } } }),
        ])
        {
            var (status, answer) = await host.PostAsync(path, body);
            if (status >= 500)
                failed.Add($"{path} {JsonSerializer.Serialize(body)[..60]}: {status}");
        }
        await host.Service<Server.Events.RelatedResourceIndexer>().RunOnceAsync(TestHost.Cancellation);
        Assert.Empty(failed);
    }
}
