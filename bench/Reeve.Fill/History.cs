using System.Globalization;

namespace Reeve.Fill;

/// <summary>A month of runs, the same ones for the same number of runs. Runs come in the order of their times, as they would have.</summary>
internal sealed class History : IDisposable
{
    private static readonly TimeSpan Span = TimeSpan.FromDays(30);
    private static readonly string[] Colours = ["amber", "blue", "coral", "dusty", "eager", "fuzzy", "gentle", "hazel", "ivory", "jade", "kind", "lucid", "merry", "noble", "olive", "proud"];
    private static readonly string[] Animals = ["otter", "falcon", "lynx", "heron", "bison", "gecko", "marten", "raven", "shrew", "tapir", "viper", "walrus", "badger", "crane", "dingo", "egret"];

    private readonly Random _random = new(20260101);
    private readonly Catalogue _catalogue;
    private readonly DateTimeOffset _now;
    private readonly Table _runs;
    private readonly Table _states;
    private readonly Table _taskRuns;
    private readonly Table _taskStates;
    private readonly Table _logs;
    private readonly Table _events;

    internal History(Target target, Catalogue catalogue, DateTimeOffset now)
    {
        (_catalogue, _now) = (catalogue, now);
        _runs = target.Open(
            "flow_run", "id", "created", "updated", "name", "flow_id", "flow_version", "deployment_id", "work_queue_id", "work_queue_name", "parameters", "empirical_policy", "tags",
            "created_by", "idempotency_key", "auto_scheduled", "state_id", "state_type", "state_name", "state_timestamp", "run_count", "expected_start_time",
            "next_scheduled_start_time", "start_time", "end_time", "total_run_time");
        _states = target.Open("flow_run_state", "id", "flow_run_id", "type", "name", "timestamp", "message", "state_details");
        _taskRuns = target.Open(
            "task_run", "id", "created", "updated", "name", "flow_run_id", "flow_id", "task_key", "dynamic_key", "tags", "state_id", "state_type", "state_name", "state_timestamp", "run_count",
            "flow_run_run_count", "expected_start_time", "start_time", "end_time", "total_run_time");
        _taskStates = target.Open("task_run_state", "id", "task_run_id", "type", "name", "timestamp", "message", "state_details");
        _logs = target.Open("log", "id", "created", "name", "level", "message", "timestamp", "flow_run_id");
        _events = target.Open("event", "id", "occurred", "received", "name", "resource_id", "body");
    }

    internal void Add(int index, int count)
    {
        // the last half percent is ahead of now, by up to a day; some that were due before are late
        var ahead = index >= count - (count / 200);
        var expected = ahead
            ? _now + (TimeSpan.FromDays(1) * ((index - (count - (count / 200)) + 1.0) / ((count / 200) + 1)))
            : _now - Span + (Span * ((index + _random.NextDouble()) / (count - (count / 200))));
        var made = ahead ? _now - TimeSpan.FromMinutes(5) : expected - TimeSpan.FromSeconds(5);
        var deployed = ahead || _random.Next(10) < 8;
        var origin = _catalogue.Origins[(int)(_catalogue.Origins.Count * Math.Pow(_random.NextDouble(), 2))]; // a few are busy, most are not
        var id = Guid.CreateVersion7(made);
        var path = Path(ahead, expected);
        var start = path.Start is { } wait ? expected + wait : (DateTimeOffset?)null;
        var end = path.Duration is { } lasted ? start + lasted : null;
        var (state, time) = (Guid.Empty, made);
        for (var i = 0; i < path.States.Length; i++)
        {
            time = i == 0 ? made : path.States[i].Type == "RUNNING" ? start!.Value : end is not null && i == path.States.Length - 1 ? end.Value : time + TimeSpan.FromSeconds(1);
            state = Guid.CreateVersion7(time);
            _states.Id(state).Id(id).Text(path.States[i].Type).Text(path.States[i].Name).Time(time)
                .Text(path.States[i].Type is "FAILED" ? "Flow run encountered an exception: ValueError: no such table" : null)
                .Json(i == 0 ? $$"""{"scheduled_time":"{{expected.UtcDateTime:O}}","deferred":false,"untrackable_result":false,"pause_reschedule":false}""" : "{}").EndRow();
        }
        var last = path.States[^1];
        var name = string.Create(CultureInfo.InvariantCulture, $"{Colours[_random.Next(Colours.Length)]}-{Animals[_random.Next(Animals.Length)]}-{index:x}");
        _runs.Id(id).Time(made).Time(time).Text(name).Id(origin.FlowId).Text("1.4").Id(deployed ? origin.DeploymentId : null)
            .Id(deployed ? origin.WorkQueueId : null).Text(deployed ? origin.WorkQueueName : null)
            .Json($$"""{"day":"{{expected:yyyy-MM-dd}}","region":"eu-{{index % 3}}","retries":3,"dry":false}""").Json("""{"retries":2,"retry_delay":10}""").Json(Tags(index))
            .Json(deployed ? $$"""{"id":"{{origin.DeploymentId}}","type":"DEPLOYMENT","display_value":"deployment"}""" : null).Text(deployed ? $"scheduled {index}" : null).Flag(deployed)
            .Id(state).Text(last.Type).Text(last.Name).Time(time).Number(start is null ? 0 : 1).Time(expected).Time(last.Type == "SCHEDULED" ? expected : null)
            .Time(start).Time(end).Real((end - start)?.TotalSeconds ?? 0).EndRow();
        _events.Id(state).Time(time).Time(time).Text($"prefect.flow-run.{last.Name}").Text($"prefect.flow-run.{id}").Json($$"""
            {"id":"{{state}}","occurred":"{{time.UtcDateTime:O}}","received":"{{time.UtcDateTime:O}}","event":"prefect.flow-run.{{last.Name}}","follows":null,"resource":{"prefect.resource.id":"prefect.flow-run.{{id}}","prefect.resource.name":"{{name}}","prefect.state-name":"{{last.Name}}","prefect.state-type":"{{last.Type}}"},"related":[{"prefect.resource.id":"prefect.flow.{{origin.FlowId}}","prefect.resource.role":"flow","prefect.resource.name":"{{origin.FlowName}}"}],"payload":{} }
            """).EndRow();
        if (start is { } began)
            AddWork(id, origin.FlowId, index, began, end, last);
    }

    private void AddWork(Guid run, Guid flow, int index, DateTimeOffset start, DateTimeOffset? end, (string Type, string Name) last)
    {
        var tasks = index % 50 == 0 ? 20 : index % 5 < 3 ? 1 : 0;
        var each = ((end ?? start + TimeSpan.FromSeconds(30)) - start) / Math.Max(1, tasks);
        for (var i = 0; i < tasks; i++)
        {
            var (id, began, ended) = (Guid.CreateVersion7(start), start + (each * i), start + (each * (i + 1)));
            var (type, stateName) = i < tasks - 1 || end is not null && last.Type is "COMPLETED" or "CANCELLED" ? ("COMPLETED", "Completed") : end is null ? ("RUNNING", "Running") : ("FAILED", "Failed");
            var (pending, running, final) = (Guid.CreateVersion7(began), Guid.CreateVersion7(began), Guid.CreateVersion7(ended));
            _taskStates.Id(pending).Id(id).Text("PENDING").Text("Pending").Time(began).Text(null).Json("{}").EndRow();
            _taskStates.Id(running).Id(id).Text("RUNNING").Text("Running").Time(began).Text(null).Json("{}").EndRow();
            var isOver = type != "RUNNING";
            if (isOver)
                _taskStates.Id(final).Id(id).Text(type).Text(stateName).Time(ended).Text(null).Json("{}").EndRow();
            var key = Catalogue.Noun(i);
            _taskRuns.Id(id).Time(began).Time(isOver ? ended : began).Text($"{key}-{i}").Id(run).Id(flow).Text($"{key}-4f2a").Text(i.ToString(CultureInfo.InvariantCulture))
                .Json(i % 4 == 0 ? """["db"]""" : "[]").Id(isOver ? final : running).Text(type).Text(stateName).Time(isOver ? ended : began).Number(1).Number(1)
                .Time(began).Time(began).Time(isOver ? ended : null).Real(isOver ? (ended - began).TotalSeconds : 0).EndRow();
        }
        for (var i = 0; i < 2; i++)
        {
            var at = start + TimeSpan.FromMilliseconds(40 * (i + 1));
            _logs.Id(Guid.CreateVersion7(at)).Time(at).Text("prefect.flow_runs").Number(i == 0 ? 20 : 30).Text($"step {i} of run {index} says what it does").Time(at).Id(run).EndRow();
        }
    }

    private static string Tags(int index) => (index % 10) switch
    {
        < 4 => "[]",
        < 8 => $"""["team-{index % 7}"]""",
        8 => $"""["team-{index % 7}", "nightly"]""",
        _ => $"""["customer-{index / 10 % 1000}", "prod"]""",
    };

    private ((string Type, string Name)[] States, TimeSpan? Start, TimeSpan? Duration) Path(bool ahead, DateTimeOffset expected)
    {
        if (ahead)
            return ([("SCHEDULED", "Scheduled")], null, null);
        var (wait, duration, die) = (TimeSpan.FromSeconds(_random.NextDouble() * 8), TimeSpan.FromSeconds(1 + (_random.NextDouble() * 600)), _random.NextDouble());
        var recent = _now - expected < TimeSpan.FromMinutes(30);
        return die switch
        {
            _ when recent && die < 0.3 => ([("SCHEDULED", "Scheduled"), ("SCHEDULED", "Late")], null, null),
            _ when recent && die < 0.4 => ([("SCHEDULED", "Scheduled"), ("PENDING", "Pending")], null, null),
            _ when recent && die < 0.7 => ([("SCHEDULED", "Scheduled"), ("PENDING", "Pending"), ("RUNNING", "Running")], wait, null),
            < 0.88 => ([("SCHEDULED", "Scheduled"), ("PENDING", "Pending"), ("RUNNING", "Running"), ("COMPLETED", "Completed")], wait, duration),
            < 0.95 => ([("SCHEDULED", "Scheduled"), ("PENDING", "Pending"), ("RUNNING", "Running"), ("FAILED", "Failed")], wait, duration),
            < 0.97 => ([("SCHEDULED", "Scheduled"), ("PENDING", "Pending"), ("RUNNING", "Running"), ("CRASHED", "Crashed")], wait, duration),
            < 0.9995 => ([("SCHEDULED", "Scheduled"), ("PENDING", "Pending"), ("RUNNING", "Running"), ("CANCELLED", "Cancelled")], wait, duration),
            _ => ([("SCHEDULED", "Scheduled"), ("PENDING", "Pending"), ("RUNNING", "Running"), ("PAUSED", "Paused")], wait, null),
        };
    }

    public void Dispose()
    {
        _runs.Dispose();
        _states.Dispose();
        _taskRuns.Dispose();
        _taskStates.Dispose();
        _logs.Dispose();
        _events.Dispose();
    }
}
