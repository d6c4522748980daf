using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Reeve.Protocol;
using Reeve.Protocol.Runs;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.Orchestration;

/// <summary>The law of states as a table, every cell through the API: TransitionLaw.txt says how to read it.</summary>
public sealed class TransitionLawTests
{
    private const string Kept = """{"type":"reference","storage_key":"k"}""";

    // the state each name stands for; in details, times are seconds from now
    private static readonly Dictionary<string, (string Type, string? Name, string? Data, string Details)> States = new()
    {
        ["Scheduled"] = ("SCHEDULED", null, null, "{}"),
        ["ScheduledLater"] = ("SCHEDULED", null, null, """{"scheduled_time":3600}"""),
        ["Late"] = ("SCHEDULED", "Late", null, "{}"),
        ["AwaitingRetry"] = ("SCHEDULED", "AwaitingRetry", null, "{}"),
        ["Resuming"] = ("SCHEDULED", "Resuming", null, "{}"),
        ["AwaitingConcurrencySlot"] = ("SCHEDULED", "AwaitingConcurrencySlot", null, "{}"),
        ["Pending"] = ("PENDING", null, null, "{}"),
        ["Submitting"] = ("PENDING", "Submitting", null, "{}"),
        ["Running"] = ("RUNNING", null, null, "{}"),
        ["Retrying"] = ("RUNNING", "Retrying", null, "{}"),
        ["Completed"] = ("COMPLETED", null, null, "{}"),
        ["CompletedKept"] = ("COMPLETED", null, Kept, "{}"),
        ["CompletedUnkept"] = ("COMPLETED", null, """{"type":"unpersisted"}""", "{}"),
        ["Cached"] = ("COMPLETED", "Cached", Kept, "{}"),
        ["RolledBack"] = ("COMPLETED", "RolledBack", null, "{}"),
        ["Failed"] = ("FAILED", null, null, "{}"),
        ["FailedKept"] = ("FAILED", null, Kept, "{}"),
        ["TimedOut"] = ("FAILED", "TimedOut", null, "{}"),
        ["Cancelled"] = ("CANCELLED", null, null, "{}"),
        ["Crashed"] = ("CRASHED", null, null, "{}"),
        ["Paused"] = ("PAUSED", null, null, """{"pause_timeout":600}"""),
        ["PausedExpired"] = ("PAUSED", null, null, """{"pause_timeout":-600}"""),
        ["Suspended"] = ("PAUSED", "Suspended", null, """{"pause_timeout":600,"pause_reschedule":true}"""),
        ["SuspendedExpired"] = ("PAUSED", "Suspended", null, """{"pause_timeout":-600,"pause_reschedule":true}"""),
        ["NotReady"] = ("PAUSED", "NotReady", null, "{}"),
        ["Cancelling"] = ("CANCELLING", null, null, "{}"),
    };

    public static TheoryData<string, DatabaseKind> Tables => [.. from table in ReadTables().Keys from kind in TestDatabase.Kinds select (table, kind.Data)];

    [Theory, MemberData(nameof(Tables))]
    public async Task Every_proposal_is_answered_as_the_table_says(string table, DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind, options => options with { Clock = new StillClock() });
        var (noun, body) = await SubjectAsync(host, table);
        var expected = ReadTables()[table];

        ConcurrentBag<string> wrong = [];
        await Parallel.ForEachAsync(expected, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestHost.Cancellation }, async (cell, _) =>
        {
            var (initial, proposed) = cell.Key;
            var found = await AskAsync(host, noun, body, initial, proposed, force: table.StartsWith("forced", StringComparison.Ordinal), deferred: table.StartsWith("background", StringComparison.Ordinal));
            if (found != cell.Value)
                wrong.Add($"{initial} + {proposed}: {found}, not {cell.Value}");
        });

        Assert.True(wrong.IsEmpty, string.Join('\n', wrong.Order()));
    }

    [Fact]
    public void Every_table_has_a_cell_for_each_pair_of_types_and_all_names_are_met()
    {
        var types = Enum.GetValues<StateType>().Select(type => type.ToWire()).ToHashSet();
        foreach (var (table, cells) in ReadTables())
        {
            var pairs = cells.Keys.Select(pair => (States[pair.Initial].Type, States[pair.Proposed].Type)).ToHashSet();
            var missing = from initial in types from proposed in types where !pairs.Contains((initial, proposed)) select $"{table}: {initial} + {proposed}";
            Assert.Empty(missing);
        }
        Assert.Equal(States.Keys.Order(), ReadTables().Values.SelectMany(cells => cells.Keys).Select(pair => pair.Initial).Distinct().Order());
    }

    private static async Task<(string Noun, Func<JsonObject> Body)> SubjectAsync(TestHost host, string table)
    {
        var flow = await host.FlowAsync();
        if (table.EndsWith("task-run", StringComparison.Ordinal))
        {
            var flowRun = table.StartsWith("background", StringComparison.Ordinal) ? null : (await host.PostAsync("flow_runs/", new { flow_id = flow, state = new { type = "RUNNING" } })).Body.Text("id");
            return ("task_runs", () => new JsonObject { ["task_key"] = "t", ["dynamic_key"] = Guid.NewGuid().ToString(), ["flow_run_id"] = flowRun });
        }
        var deployment = table.EndsWith("without-deployment", StringComparison.Ordinal) ? null : (await host.PostAsync("deployments/", new { name = "d", flow_id = flow })).Body.Text("id");
        return ("flow_runs", () => new JsonObject { ["flow_id"] = flow, ["deployment_id"] = deployment });
    }

    private static async Task<string> AskAsync(TestHost host, string noun, Func<JsonObject> body, string initial, string proposed, bool force, bool deferred)
    {
        var create = body();
        create["state"] = State(initial);
        var (created, run) = await host.PostAsync($"{noun}/", create);
        Assert.True(created == 201 && run.Text("state_type") == States[initial].Type, run.ToString());
        var state = State(proposed);
        state["state_details"]!["deferred"] = deferred;

        var (status, answer) = await host.PostAsync($"{noun}/{run.Text("id")}/set_state", new JsonObject { ["state"] = state, ["force"] = force });

        // what is answered is what holds
        var held = (await host.GetAsync($"{noun}/{run.Text("id")}")).Body;
        Assert.Equal(answer.GetProperty("state").Text("id"), held.Text("state_id"));
        Assert.Equal(status == 201, held.Text("state_id") != run.Text("state_id"));
        return $"{(answer.Text("status") == "ABORT" ? 'X' : answer.Text("status")[0])}{(status switch { 201 => '>', 200 => '=', _ => '?' })}{answer.GetProperty("state").Text("name")}";
    }

    private static JsonObject State(string name)
    {
        var (type, shown, data, details) = States[name];
        var state = new JsonObject { ["type"] = type, ["name"] = shown, ["data"] = data is null ? null : JsonNode.Parse(data), ["state_details"] = JsonNode.Parse(details) };
        foreach (var (key, value) in state["state_details"]!.AsObject().ToList())
            if (value is JsonValue number && number.TryGetValue<int>(out var seconds))
                state["state_details"]![key] = TimeProvider.System.GetUtcNow().AddSeconds(seconds);
        return state;
    }

    private static Dictionary<string, Dictionary<(string Initial, string Proposed), string>> ReadTables()
    {
        using var resource = typeof(TransitionLawTests).Assembly.GetManifestResourceStream("Reeve.Server.Tests.Orchestration.TransitionLaw.txt")!;
        using var reader = new StreamReader(resource, Encoding.UTF8);
        Dictionary<string, Dictionary<(string, string), string>> tables = [];
        string[] columns = [];
        foreach (var line in reader.ReadToEnd().Split('\n').Where(line => line.Length > 0 && line[0] != '#'))
        {
            var cells = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (line[0] == '[')
                tables[line[1..^1]] = [];
            else if (cells[0] == "proposed")
                columns = cells[1..];
            else
                foreach (var (proposed, cell) in columns.Zip(cells[1..]))
                    tables.Last().Value[(cells[0], proposed)] = cell;
        }
        return tables;
    }
}
