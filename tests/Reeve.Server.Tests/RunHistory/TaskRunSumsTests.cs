using System.Globalization;
using System.Text.Json;
using Reeve.Server.RunHistory;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.RunHistory;

public sealed class TaskRunSumsTests
{
    private static readonly DateTimeOffset Day = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // a criterion that holds for all runs makes the server count them one by one
    private const string Everyone = ",\"id\":{\"not_any_\":[]}";

    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task Kept_sums_and_the_runs_themselves_count_alike_by_start(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        // on, before and after the ends of the slots of sums; what was expected and what began need not be of one slot
        foreach (var (expected, start, end) in ((double?, double?, string?)[])[
            (0, 0, "COMPLETED"), (1, 1.5, "COMPLETED"), (4.99, 5.01, "FAILED"), (29, 31, "COMPLETED"), (31, 31, "CRASHED"), (33, 33, null), (61, 70, "COMPLETED"),
            (62, null, "CANCELLED"), (null, 64, "COMPLETED"), (90, 90, "FAILED"), (119.99, 121, "COMPLETED"), (600, 601, "COMPLETED")])
        {
            await RunAsync(host, expected, start, end);
        }
        await host.Service<RunSumFolder>().RunOnceAsync(TestHost.Cancellation);
        foreach (var (from, to) in ((double, double)[])[(0, 120), (1.2, 90), (5, 121), (31, 31.5), (29.9, 601.3), (-60, 700)])
        {
            var start = $"\"start_time\":{{\"after_\":\"{At(from)}\",\"before_\":\"{At(to)}\"}}";
            foreach (var state in (string[])["", ",\"state\":{\"type\":{\"any_\":[\"COMPLETED\",\"RUNNING\"]}}", ",\"state\":{\"name\":{\"not_any_\":[\"Failed\"]}}"])
            {
                foreach (var path in (string[])["task_runs/count", "ui/task_runs/count", "ui/task_runs/dashboard/counts"])
                    await EqualAsync(host, path, $"{{\"task_runs\":{{{start}{state}", "}}");
                await EqualAsync(
                    host, "task_runs/history",
                    $"{{\"history_start\":\"{At(0.5)}\",\"history_end\":\"{At(660)}\",\"history_interval_seconds\":1800,\"task_runs\":{{{start}{state}", "}}");
            }
        }
        Assert.Equal(12, (await host.PostAsync("task_runs/count", "{}")).Body.GetInt32());
        Assert.Equal(10, (await host.PostAsync("task_runs/count", $"{{\"task_runs\":{{\"start_time\":{{\"after_\":\"{At(1)}\"}}}}}}")).Body.GetInt32());
        Assert.Equal(1, (await host.PostAsync("task_runs/count", """{"task_runs":{"start_time":{"is_null_":true}}}""")).Body.GetInt32());
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Task_runs_that_stand_for_subflows_are_told_from_the_others(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var flow = (await host.PostAsync("flows/", new { name = "f" })).Body.Text("id");
        for (var i = 0; i < 4; i++)
        {
            var id = await RunAsync(host, 10 + i, 10 + i, i == 3 ? "FAILED" : "COMPLETED");
            for (var again = 0; again < i % 2 * 2; again++) // a task run that ran twice has two
            {
                var subflow = (await host.PostAsync("flow_runs/", new { flow_id = flow })).Body.Text("id");
                await host.Database.WriteAsync(
                    async session => await session.ExecuteAsync("update flow_run set parent_task_run_id = @parent where id = @id", ("parent", Guid.Parse(id)), ("id", Guid.Parse(subflow))),
                    TestHost.Cancellation);
            }
        }
        foreach (var (exists, state, wanted) in ((string, string, int)[])[("true", "COMPLETED", 1), ("false", "COMPLETED", 2), ("true", "FAILED", 1), ("false", "FAILED", 0)])
        {
            foreach (var start in (string[])["", $",\"start_time\":{{\"after_\":\"{At(9)}\",\"before_\":\"{At(60)}\"}}"])
            {
                var query = $"{{\"task_runs\":{{\"subflow_runs\":{{\"exists_\":{exists}}},\"state\":{{\"type\":{{\"any_\":[\"{state}\"]}}}}{start}";
                await EqualAsync(host, "task_runs/count", query, "}}");
                Assert.Equal(wanted, (await host.PostAsync("task_runs/count", query + "}}")).Body.GetInt32());
            }
        }
        Assert.Equal(3, (await host.PostAsync("task_runs/count", $"{{\"task_runs\":{{\"operator\":\"or_\",\"subflow_runs\":{{\"exists_\":true}},\"start_time\":{{\"before_\":\"{At(10.5)}\"}}}}}}")).Body.GetInt32());
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Task_runs_are_counted_by_the_expected_start_of_their_flow_runs(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var flow = (await host.PostAsync("flows/", new { name = "f" })).Body.Text("id");
        List<string> flowRuns = [], taskRuns = [];
        double?[] starts = [0, 1, 4.99, 31, 60, 61, 600, null];
        foreach (var start in starts)
        {
            flowRuns.Add((await host.PostAsync("flow_runs/", new { flow_id = flow })).Body.Text("id"));
            await ExpectAsync(host, flowRuns[^1], start);
            for (var i = 0; i < flowRuns.Count; i++) // each has one more than the one before
                taskRuns.Add(await TaskOfAsync(host, flowRuns[^1]));
        }
        await TaskOfAsync(host, null);
        await RangesAsync(host, 36 - 8);
        // other slots, from none and to none
        await ExpectAsync(host, flowRuns[1], 62);
        await ExpectAsync(host, flowRuns[2], 4.5);
        await ExpectAsync(host, flowRuns[6], null);
        await ExpectAsync(host, flowRuns[7], 33);
        await RangesAsync(host, 36 - 7);
        await host.Service<RunSumFolder>().RunOnceAsync(TestHost.Cancellation);
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, $"task_runs/{taskRuns[0]}")).Status);
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, $"flow_runs/{flowRuns[3]}")).Status);
        await RangesAsync(host, 36 - 7 - 1 - 4);
        await TaskOfAsync(host, flowRuns[0]);
        await host.Service<RunSumFolder>().RunOnceAsync(TestHost.Cancellation);
        await RangesAsync(host, 36 - 7 - 4);
        Assert.Equal(
            2, (await host.PostAsync("task_runs/paginate", $"{{\"flow_runs\":{{\"expected_start_time\":{{\"after_\":\"{At(61.5)}\",\"before_\":\"{At(90)}\"}}}},\"limit\":1}}")).Body.GetProperty("count").GetInt32());

        async Task RangesAsync(TestHost host, int all)
        {
            foreach (var (from, to) in ((double, double?)[])[(0, 120), (1, 61), (4.6, 60), (30, 31), (31.5, 32), (0.1, null), (-60, 700), (120, 0)])
            {
                var query = $"{{\"flow_runs\":{{\"expected_start_time\":{{\"after_\":\"{At(from)}\"{(to is { } end ? $",\"before_\":\"{At(end)}\"" : "")}}}";
                await EqualAsync(host, "task_runs/count", query, "}}");
            }
            Assert.Equal(all, (await host.PostAsync("task_runs/count", $"{{\"flow_runs\":{{\"expected_start_time\":{{\"after_\":\"{At(-60)}\"}}}}}}")).Body.GetInt32());
        }
    }

    private static async Task<string> TaskOfAsync(TestHost host, string? flowRun) =>
        (await host.PostAsync("task_runs/", new { flow_run_id = flowRun, task_key = "t", dynamic_key = Guid.NewGuid() })).Body.Text("id");

    private static async Task ExpectAsync(TestHost host, string flowRun, double? minutes) => await host.Database.WriteAsync(
        async session => await session.ExecuteAsync(
            "update flow_run set expected_start_time = @expected where id = @id",
            ("expected", minutes is { } m ? Day.AddMinutes(m) : (DateTimeOffset?)null), ("id", Guid.Parse(flowRun))),
        TestHost.Cancellation);

    private static async Task<string> RunAsync(TestHost host, double? expected, double? start, string? end)
    {
        var id = (await host.PostAsync("task_runs/", new { task_key = "t", dynamic_key = Guid.NewGuid() })).Body.Text("id");
        await host.SetStateAsync(id, "RUNNING", noun: "task_runs");
        if (end is not null)
            await host.SetStateAsync(id, end, noun: "task_runs");
        await host.Database.WriteAsync(
            async session => await session.ExecuteAsync(
                "update task_run set expected_start_time = @expected, start_time = @start where id = @id",
                ("expected", expected is { } e ? Day.AddMinutes(e) : (DateTimeOffset?)null), ("start", start is { } s ? Day.AddMinutes(s) : (DateTimeOffset?)null), ("id", Guid.Parse(id))),
            TestHost.Cancellation);
        return id;
    }

    private static async Task EqualAsync(TestHost host, string path, string query, string end)
    {
        var (kept, counted) = (await host.PostAsync(path, query + end), await host.PostAsync(path, query + Everyone + end));
        Assert.True(kept.Status == 200 && counted.Status == 200, $"{path} {query}: {kept.Body} {counted.Body}");
        Assert.True(Known(kept.Body) == Known(counted.Body), $"{path} {query}:\n{Known(kept.Body)}\n{Known(counted.Body)}");
    }

    // how long a run runs or is late changes with every moment
    private static string Known(JsonElement answer) => answer.ValueKind != JsonValueKind.Array || !answer.ToString().Contains("interval_start", StringComparison.Ordinal)
        ? answer.ToString()
        : string.Join('\n', answer.EnumerateArray().SelectMany(interval => interval.GetProperty("states").EnumerateArray().Select(state =>
            $"{interval.Text("interval_start")} {state.Text("state_name")} {state.Text("count_runs")}")));

    private static string At(double minutes) => Day.AddMinutes(minutes).ToString("O", CultureInfo.InvariantCulture);
}
