using System.Globalization;
using System.Text;

namespace Reeve.Bench;

/// <summary>The measured conversations, in order: later ones use what earlier ones made. They speak only the shared wire, so that any compatible server can be measured.</summary>
internal sealed class Scenarios(Uri api, int requests)
{
    private readonly string _name = $"bench-{Guid.NewGuid():N}"[..14];
    private Guid _flow;
    private Guid _scheduledFlow;
    private bool _hasClaims;

    public async Task PrepareAsync(CancellationToken ct)
    {
        using var connection = new HttpConnection(api);
        await connection.OpenAsync(ct);
        _flow = await CreateAsync(connection, "flows/", $$"""{"name":"{{_name}}","tags":[]}""", ct);
        _scheduledFlow = await CreateAsync(connection, "flows/", $$"""{"name":"{{_name}}-scheduled","tags":[]}""", ct);
        foreach (var pool in (string[])[_name, $"{_name}-empty"])
            await CreateAsync(connection, "work_pools/", $$"""{"base_job_template":{},"name":"{{pool}}","type":"process"}""", ct);
        var deployment = await CreateAsync(
            connection, "deployments/",
            $$"""{"name":"d","flow_id":"{{_scheduledFlow}}","work_pool_name":"{{_name}}","work_queue_name":"default","schedules":[],"parameters":{},"tags":[]}""", ct);
        for (var i = 0; i < 1000; i++)
        {
            var body = """{"state":{"type":"SCHEDULED","name":"Scheduled","state_details":{"scheduled_time":"2026-01-01T00:00:00Z"}},"parameters":{}}""";
            await CreateAsync(connection, $"deployments/{deployment}/create_flow_run", body, ct);
        }

        // only this server has claims
        _hasClaims = !(await connection.SendAsync("POST", $"work_pools/{_name}-empty/claim", Encoding.UTF8.GetBytes("""{"worker_name":"bench"}"""), ct)).IsError;

        for (var i = 0; i < Math.Max(0, 10_000 - requests); i++)
            await CreateAsync(connection, "flow_runs/", CreateBody(), ct);
    }

    public IEnumerable<Scenario> All()
    {
        var runs = new Guid[requests];
        var create = CreateBytes();
        yield return new Scenario("create flow run", requests, _ => ("POST", "flow_runs/", create), (i, answer) => runs[i] = HttpConnection.IdOf(answer.Body.Span));
        var running = StateBytes("RUNNING", "Running");
        var completed = StateBytes("COMPLETED", "Completed");
        yield return new Scenario("set_state", requests * 2, i => ("POST", $"flow_runs/{runs[i % requests]}/set_state", i < requests ? running : completed));
        yield return new Scenario("read run", requests, i => ("GET", $"flow_runs/{runs[i]}", default));
        yield return new Scenario("logs of 50 lines", requests / 10, i => ("POST", "logs/", LogBytes(runs[i])));
        var filter = Encoding.UTF8.GetBytes($$"""{"flow_runs":{"state":{"type":{"any_":["COMPLETED"]} } },"flows":{"id":{"any_":["{{_flow}}"]} },"sort":"EXPECTED_START_TIME_DESC","limit":50,"offset":0}""");
        yield return new Scenario("filter 50 of 10,000", requests / 10, _ => ("POST", "flow_runs/filter", filter));
        var due = Encoding.UTF8.GetBytes("""{"work_queue_names":[],"limit":50}""");
        yield return new Scenario("scheduled, 50 of 1,000", requests / 10, _ => ("POST", $"work_pools/{_name}/get_scheduled_flow_runs", due));
        var allDue = Encoding.UTF8.GetBytes("""{"work_queue_names":[]}""");
        yield return new Scenario("scheduled, all of 1,000", Math.Min(400, requests / 10), _ => ("POST", $"work_pools/{_name}/get_scheduled_flow_runs", allDue));
        yield return new Scenario("empty poll", requests, _ => ("POST", $"work_pools/{_name}-empty/get_scheduled_flow_runs", due));
        if (_hasClaims)
        {
            var claim = Encoding.UTF8.GetBytes("""{"worker_name":"bench","limit":1,"lease_seconds":60}""");
            yield return new Scenario("claim one of 1,000", 1000, _ => ("POST", $"work_pools/{_name}/claim", claim));
        }
    }

    private string CreateBody() =>
        $$"""{"state":{"type":"PENDING","name":"Pending","message":null,"state_details":{},"data":null},"name":null,"flow_id":"{{_flow}}","flow_version":"1","parameters":{"name":"Marvin","times":3},"context":{},"parent_task_run_id":null,"empirical_policy":{"retries":0,"retry_delay":0},"tags":["bench"]}""";

    private byte[] CreateBytes() => Encoding.UTF8.GetBytes(CreateBody());

    private static byte[] StateBytes(string type, string name) =>
        Encoding.UTF8.GetBytes($$"""{"state":{"type":"{{type}}","name":"{{name}}","message":null,"state_details":{},"data":null},"force":false}""");

    private static byte[] LogBytes(Guid run)
    {
        var now = TimeProvider.System.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
        var lines = Enumerable.Range(0, 50).Select(i =>
            $$"""{"name":"prefect.flow_runs","level":20,"message":"line {{i}} of a run that says what it does","timestamp":"{{now}}","flow_run_id":"{{run}}","task_run_id":null}""");
        return Encoding.UTF8.GetBytes($"[{string.Join(',', lines)}]");
    }

    private static async Task<Guid> CreateAsync(HttpConnection connection, string path, string body, CancellationToken ct)
    {
        var answer = await connection.SendAsync("POST", path, Encoding.UTF8.GetBytes(body), ct);
        return answer.IsError
            ? throw new InvalidOperationException($"POST {path} answered {answer.Status}: {Encoding.UTF8.GetString(answer.Body.Span)}")
            : HttpConnection.IdOf(answer.Body.Span);
    }
}
