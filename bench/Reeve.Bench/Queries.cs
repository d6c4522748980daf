using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Reeve.Bench;

/// <summary>A question to a large database: one of many bodies, so that not one answer is measured over and over.</summary>
internal sealed record QueryScenario(string Name, string Path, Func<int, string> Body);

/// <summary>The questions of clients and of the 3.8 console to a database that Reeve.Fill has filled.</summary>
internal sealed class Queries(Uri api)
{
    private static readonly string[] States = ["COMPLETED", "FAILED", "CRASHED", "CANCELLED", "SCHEDULED", "RUNNING"];
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();
    private List<Guid> _flows = [];
    private List<Guid> _deployments = [];
    private List<Guid> _pools = [];
    private List<Guid> _runs = [];

    internal async Task PrepareAsync(CancellationToken ct)
    {
        using var connection = new HttpConnection(api);
        await connection.OpenAsync(ct);
        _flows = await IdsAsync(connection, "flows/filter", "{}", ct);
        _deployments = await IdsAsync(connection, "deployments/filter", "{}", ct);
        _pools = await IdsAsync(connection, "work_pools/filter", "{}", ct);
        _runs = await IdsAsync(connection, "flow_runs/filter", """{"flow_runs":{"state":{"type":{"any_":["COMPLETED"]} } },"sort":"EXPECTED_START_TIME_DESC"}""", ct);
    }

    internal IEnumerable<QueryScenario> All() => [.. Filters(), .. Counts(), .. Histories(), .. Dashboard(), .. Events()];

    private IEnumerable<QueryScenario> Filters()
    {
        yield return new("runs, newest", "flow_runs/filter", _ => """{"sort":"EXPECTED_START_TIME_DESC","limit":50}""");
        yield return new("runs, by id", "flow_runs/filter", _ => """{"limit":200}""");
        foreach (var sort in (string[])["START_TIME_DESC", "START_TIME_ASC", "NAME_ASC", "NAME_DESC", "END_TIME_DESC", "NEXT_SCHEDULED_START_TIME_ASC"])
            yield return new($"runs, {sort}", "flow_runs/filter", _ => $$"""{"sort":"{{sort}}","limit":100}""");
        foreach (var sort in (string[])["EXPECTED_START_TIME_DESC", "START_TIME_DESC", "ID_DESC"])
        {
            yield return new($"runs of a state, {sort}", "flow_runs/filter", i => Runs(State(i), sort));
            yield return new($"runs of two states, {sort}", "flow_runs/filter", _ => Runs("\"state\":{\"type\":{\"any_\":[\"FAILED\",\"CRASHED\"]}}", sort));
            yield return new($"runs of a flow, {sort}", "flow_runs/filter", i => Body(sort, $"\"flows\":{Any(_flows, i)}"));
            yield return new($"runs of a deployment, {sort}", "flow_runs/filter", i => Body(sort, $"\"deployments\":{Any(_deployments, i)}"));
            yield return new($"runs of a pool, {sort}", "flow_runs/filter", i => Body(sort, $"\"work_pools\":{Any(_pools, i)}"));
            yield return new($"runs with a common tag, {sort}", "flow_runs/filter", i => Runs($"\"tags\":{{\"all_\":[\"team-{i % 7}\"]}}", sort));
            yield return new($"runs with a rare tag, {sort}", "flow_runs/filter", i => Runs($"\"tags\":{{\"all_\":[\"customer-{i * 37 % 1000}\"]}}", sort));
            yield return new($"runs with any of two tags, {sort}", "flow_runs/filter", i => Runs($"\"tags\":{{\"any_\":[\"customer-{i * 37 % 1000}\",\"customer-{i * 41 % 1000}\"]}}", sort));
            yield return new($"runs by name like (many), {sort}", "flow_runs/filter", i => Runs($"\"name\":{{\"like_\":\"otter-{i % 16:x}\"}}", sort));
            yield return new($"runs by name like (one), {sort}", "flow_runs/filter", i => Runs($"\"name\":{{\"like_\":\"r-{1000 + (i * 977):x}\"}}", sort));
            yield return new($"runs by name like (none), {sort}", "flow_runs/filter", i => Runs($"\"name\":{{\"like_\":\"nothing{i}\"}}", sort));
            yield return new($"runs by names, {sort}", "flow_runs/filter", i => Runs($"\"name\":{{\"any_\":[\"amber-otter-{i:x}\",\"blue-lynx-{i:x}\"]}}", sort));
            yield return new($"runs of a day, {sort}", "flow_runs/filter", i => Runs(Expected(1, i % 29), sort));
            yield return new($"failed runs of a flow in a week, {sort}", "flow_runs/filter", i =>
                Body(sort, $"\"flows\":{Any(_flows, i)}", $"\"flow_runs\":{{{Expected(7, 0)},\"state\":{{\"type\":{{\"any_\":[\"FAILED\",\"CRASHED\"]}}}}}}"));
            yield return new($"completed runs with a tag in a day, {sort}", "flow_runs/filter", i => Runs($"{Expected(1, i % 29)},\"tags\":{{\"all_\":[\"nightly\"]}},{State(0)}", sort));
        }
        yield return new("task runs, newest", "task_runs/filter", _ => """{"sort":"EXPECTED_START_TIME_DESC","limit":100}""");
        yield return new("task runs of a run", "task_runs/filter", i => $"{{\"flow_runs\":{Any(_runs, i)},\"sort\":\"EXPECTED_START_TIME_DESC\",\"limit\":20}}");
        yield return new("task runs of a flow", "task_runs/filter", i => $"{{\"flows\":{Any(_flows, i)},\"sort\":\"EXPECTED_START_TIME_DESC\",\"limit\":100}}");
        yield return new("task runs of a week's runs", "task_runs/filter", _ => $"{{\"flow_runs\":{{{Expected(7, 0)}}},\"sort\":\"EXPECTED_START_TIME_DESC\",\"limit\":100}}");
        yield return new("task runs of a week's runs, page", "task_runs/paginate", _ => $"{{\"flow_runs\":{{{Expected(7, 0)}}},\"sort\":\"EXPECTED_START_TIME_DESC\",\"limit\":100,\"page\":1}}");
        yield return new("failed task runs", "task_runs/filter", _ => """{"task_runs":{"state":{"type":{"any_":["FAILED"]} } },"sort":"EXPECTED_START_TIME_DESC","limit":100}""");
        yield return new("logs of a run", "logs/filter", i => $"{{\"logs\":{{\"level\":{{\"ge_\":0}},\"flow_run_id\":{{\"any_\":[\"{_runs[i % _runs.Count]}\"]}}}},\"sort\":\"TIMESTAMP_ASC\",\"limit\":50}}");
    }

    private IEnumerable<QueryScenario> Counts()
    {
        yield return new("count of runs", "flow_runs/count", _ => "{}");
        yield return new("count of a state", "flow_runs/count", i => $"{{\"flow_runs\":{{{State(i)}}}}}");
        yield return new("count of a flow", "flow_runs/count", i => $"{{\"flows\":{Any(_flows, i)}}}");
        yield return new("count of a deployment", "flow_runs/count", i => $"{{\"deployments\":{Any(_deployments, i)}}}");
        yield return new("count of a common tag", "flow_runs/count", i => $"{{\"flow_runs\":{{\"tags\":{{\"all_\":[\"team-{i % 7}\"]}}}}}}");
        yield return new("count of a rare tag", "flow_runs/count", i => $"{{\"flow_runs\":{{\"tags\":{{\"all_\":[\"customer-{i * 37 % 1000}\"]}}}}}}");
        yield return new("count of a name like", "flow_runs/count", i => $"{{\"flow_runs\":{{\"name\":{{\"like_\":\"r-{1000 + (i * 977):x}\"}}}}}}");
        yield return new("count of a day", "flow_runs/count", i => $"{{\"flow_runs\":{{{Expected(1, i % 29)}}}}}");
        yield return new("count of a month", "flow_runs/count", _ => $"{{\"flow_runs\":{{{Expected(30, 0)}}}}}");
        yield return new("runs, first page", "flow_runs/paginate", _ => """{"page":1,"limit":100,"sort":"START_TIME_DESC"}""");
        yield return new("count of task runs", "task_runs/count", _ => "{}");
    }

    private IEnumerable<QueryScenario> Histories()
    {
        foreach (var (days, of) in ((int, string)[])[(1, "flow_runs"), (30, "flow_runs"), (1, "task_runs"), (30, "task_runs")])
            yield return new($"history of {of}, 300 in {days} d", $"{of}/history", _ => History(days));
        yield return new("history of a flow, 300 in 30 d", "flow_runs/history", i => History(30, $",\"flows\":{Any(_flows, i)}"));
        yield return new("history of failed runs, 300 in 30 d", "flow_runs/history", _ => History(30, ",\"flow_runs\":{\"state\":{\"type\":{\"any_\":[\"FAILED\",\"CRASHED\"]}}}"));
        yield return new("a chart of 1000 runs in a week", "ui/flow_runs/history", _ => $"{{\"sort\":\"EXPECTED_START_TIME_DESC\",\"limit\":1000,\"offset\":0,\"flow_runs\":{{{Expected(7, 0)}}}}}");
    }

    private IEnumerable<QueryScenario> Dashboard()
    {
        foreach (var days in (int[])[1, 7])
        {
            yield return new($"dashboard {days} d: runs", "flow_runs/filter", _ => $"{{\"sort\":\"EXPECTED_START_TIME_DESC\",\"offset\":0,\"flow_runs\":{{\"operator\":\"and_\",{Expected(days, 0)}}}}}");
            yield return new($"dashboard {days} d: count of states", "flow_runs/count", _ => $"{{\"flow_runs\":{{{Expected(days, 0)},{Ended}}}}}");
            yield return new($"dashboard {days} d: count of a pool", "flow_runs/count", i => $"{{\"work_pools\":{Any(_pools, i)},\"flow_runs\":{{{Expected(days, 0)},{Ended}}}}}");
            yield return new($"dashboard {days} d: a pool's runs", "flow_runs/filter", i => $"{{\"limit\":24,\"sort\":\"START_TIME_DESC\",\"work_pools\":{Any(_pools, i)},\"flow_runs\":{{{Expected(days, 0)}}}}}");
            yield return new($"dashboard {days} d: lateness of a pool", "flow_runs/lateness", i => $"{{\"work_pools\":{Any(_pools, i)},\"flow_runs\":{{{Expected(days, 0)}}}}}");
            yield return new($"dashboard {days} d: task runs", "task_runs/count", _ => $"{{\"task_runs\":{{\"subflow_runs\":{{\"exists_\":false}},{Time("start_time", days, 0)},\"state\":{{\"type\":{{\"any_\":[\"COMPLETED\",\"FAILED\",\"CRASHED\",\"RUNNING\"]}}}}}}}}");
            yield return new($"dashboard {days} d: task history", "task_runs/history", _ => History(days, $",\"task_runs\":{{{Time("start_time", days, 0)}}}", 20));
            yield return new($"dashboard {days} d: task counts", "ui/task_runs/dashboard/counts", _ => $"{{\"task_runs\":{{{Time("start_time", days, 0)}}}}}");
        }
        yield return new("task runs of 10 runs", "ui/flow_runs/count-task-runs", i => $"{{\"flow_run_ids\":[{string.Join(',', _runs.Skip(i % 100).Take(10).Select(id => $"\"{id}\""))}]}}");
        yield return new("next runs of 10 flows", "ui/flows/next-runs", i => $"{{\"flow_ids\":[{string.Join(',', _flows.Skip(i % 100).Take(10).Select(id => $"\"{id}\""))}]}}");
        yield return new("task runs by state", "ui/task_runs/count", _ => "{}");
    }

    private IEnumerable<QueryScenario> Events()
    {
        yield return new("events, newest of a week", "events/filter", _ => EventFilter(7, "\"event\":{\"exclude_name\":[\"prefect.log.write\"]}"));
        yield return new("events of a run", "events/filter", i =>
            EventFilter(30, $"\"any_resource\":{{\"id\":[\"prefect.flow-run.{_runs[i % _runs.Count]}\"]}},\"event\":{{\"exclude_prefix\":[\"prefect.log.write\",\"prefect.task-run.\"]}}"));
        yield return new("events of a flow, as related", "events/filter", i => EventFilter(7, $"\"any_resource\":{{\"id\":[\"prefect.flow.{_flows[i % _flows.Count]}\"]}}"));
        yield return new("events of a day by name", "events/filter", _ => EventFilter(1, "\"event\":{\"name\":[\"prefect.flow-run.Failed\"]}"));
        yield return new("events of a week by time, count", "events/count-by/time", _ => EventFilter(7, "", ",\"time_unit\":\"hour\",\"time_interval\":1"));
        yield return new("events of a week by name, count", "events/count-by/event", _ => EventFilter(7, ""));
    }

    private string EventFilter(int days, string criteria, string more = "") =>
        $"{{\"limit\":50,\"filter\":{{\"occurred\":{{\"since\":\"{At(-days)}\",\"until\":\"{At(0)}\"}}{(criteria.Length == 0 ? "" : ",")}{criteria}}}{more}}}";

    private static string Ended => "\"state\":{\"type\":{\"any_\":[\"COMPLETED\",\"FAILED\",\"CRASHED\"]}}";

    private static string Runs(string criteria, string sort) => Body(sort, $"\"flow_runs\":{{{criteria}}}");

    private static string Body(string sort, params string[] sections) => $"{{{string.Join(',', sections)},\"sort\":\"{sort}\",\"limit\":50}}";

    private static string State(int i) => $"\"state\":{{\"type\":{{\"any_\":[\"{States[i % States.Length]}\"]}}}}";

    private static string Any(List<Guid> ids, int i) => $"{{\"id\":{{\"any_\":[\"{ids[i % ids.Count]}\"]}}}}";

    private string Expected(int days, int back) => Time("expected_start_time", days, back);

    private string Time(string field, int days, int back) => $"\"{field}\":{{\"after_\":\"{At(-days - back)}\",\"before_\":\"{At(-back)}\"}}";

    private string History(int days, string more = "", int intervals = 300) =>
        string.Create(CultureInfo.InvariantCulture, $"{{\"history_start\":\"{At(-days)}\",\"history_end\":\"{At(0)}\",\"history_interval_seconds\":{days * 86_400 / intervals}{more}}}");

    private string At(int days) => _now.AddDays(days).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static async Task<List<Guid>> IdsAsync(HttpConnection connection, string path, string body, CancellationToken ct)
    {
        var answer = await connection.SendAsync("POST", path, Encoding.UTF8.GetBytes(body), ct);
        using var document = JsonDocument.Parse(answer.Body);
        return [.. document.RootElement.EnumerateArray().Select(item => item.GetProperty("id").GetGuid())];
    }
}
