using System.Text.Json;
using Reeve.Server.RunHistory;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.RunHistory;

public sealed class RunHistoryApiTests
{
    private static readonly DateTimeOffset Day = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task Kept_sums_and_the_runs_themselves_give_the_same_history(DatabaseKind kind)
    {
        // a run that is Running is longer with every moment: both ways of counting look at one
        var clock = new StoppedClock();
        await using var host = await TestHost.StartAsync(kind, options => options with { Clock = clock });
        List<string> ended = [];
        // on, before and after the ends of intervals and of the slots of sums
        foreach (var (minutes, end) in ((double, string?)[])[(0, "COMPLETED"), (4.99, "COMPLETED"), (5, "FAILED"), (29.5, "COMPLETED"), (30, null), (31, "CRASHED"), (61, "CANCELLED"), (89.9, "COMPLETED"), (90, "COMPLETED")])
        {
            var run = await RunAsync(host, Day.AddMinutes(minutes), end);
            clock.Pass(TimeSpan.FromMilliseconds(1234.567));
            if (end is not null)
                ended.Add(run);
        }
        await EqualAsync(host, Day, 90);
        await EqualAsync(host, Day.AddMinutes(1.7), 87.3);

        Assert.Equal("30: 1 Pending|60: 1 Completed|", await CountsAsync(host, ""","flow_runs":{"state":{"name":{"any_":["Completed","Pending"]}}}"""));

        await host.SendAsync(HttpMethod.Delete, $"flow_runs/{ended[0]}");
        await host.SetStateAsync(ended[1], "RUNNING", force: true);
        clock.Pass(TimeSpan.FromSeconds(7));
        await host.Service<RunSumFolder>().RunOnceAsync(TestHost.Cancellation);
        await EqualAsync(host, Day, 90);
        await host.SetStateAsync(ended[1], "FAILED", force: true);
        await EqualAsync(host, Day, 90);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Task_runs_have_a_history_too(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var id = (await host.PostAsync("task_runs/", """{"task_key":"t","dynamic_key":"0","state":{"type":"SCHEDULED","state_details":{"scheduled_time":"2020-01-01T00:10:00Z"}}}""")).Body.Text("id");
        foreach (var state in (string[])["SCHEDULED", "RUNNING", "COMPLETED"])
        {
            if (state != "SCHEDULED")
                await host.SetStateAsync(id, state, noun: "task_runs", force: true);
            var (status, history) = await host.PostAsync("task_runs/history", Body(Day, Day.AddHours(1), 1800));
            Assert.Equal((200, 2), (status, history.GetArrayLength()));
            var one = Assert.Single(history[0].GetProperty("states").EnumerateArray());
            Assert.Equal((state, "1"), (one.Text("state_type"), one.Text("count_runs")));
            Assert.Empty(history[1].GetProperty("states").EnumerateArray());
            Assert.True(one.GetProperty("sum_estimated_lateness").GetDouble() > 100_000_000);
        }
    }

    [Fact]
    public async Task A_history_is_whole_intervals_and_at_most_so_many()
    {
        await using var host = await TestHost.StartAsync();
        var (_, history) = await host.PostAsync("flow_runs/history", Body(Day, Day.AddSeconds(95), 30));
        Assert.Equal(4, history.GetArrayLength());
        Assert.Equal("2020-01-01T00:02:00.000000Z", history[3].Text("interval_end"));
        Assert.Equal(RunHistoryStore.MostIntervals, (await host.PostAsync("flow_runs/history", Body(Day, Day.AddDays(30), 1))).Body.GetArrayLength());
        Assert.Equal(0, (await host.PostAsync("flow_runs/history", Body(Day, Day.AddDays(-1), 1))).Body.GetArrayLength());
        Assert.Equal(1, (await host.PostAsync("flow_runs/history", Body(Day, DateTimeOffset.MaxValue, 9e11))).Body.GetArrayLength());
    }

    [Theory]
    [InlineData("""{"history_start":"2020-01-01T00:00:00Z","history_end":"2020-01-02T00:00:00Z","history_interval_seconds":0.9}""", "not be less than 1 second")]
    [InlineData("""{"history_start":"2020-01-01T00:00:00Z","history_end":"2020-01-02T00:00:00Z","history_interval_seconds":-5}""", "not be less than 1 second")]
    [InlineData("""{"history_start":"2020-01-01T00:00:00Z","history_end":"2020-01-02T00:00:00Z","history_interval_seconds":1e300}""", "timedelta")]
    [InlineData("""{"history_start":"yesterday","history_interval_seconds":"often"}""", "history_end")]
    public async Task An_unusable_history_is_refused(string body, string word)
    {
        await using var host = await TestHost.StartAsync();
        var (status, answer) = await host.PostAsync("flow_runs/history", body);
        Assert.Equal(422, status);
        Assert.Contains(word, answer.ToString(), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Lateness_is_the_average_of_what_began_late_and_what_still_waits(DatabaseKind kind)
    {
        var clock = new MovedClock();
        await using var host = await TestHost.StartAsync(kind, options => options with { Clock = clock });
        Assert.Equal(JsonValueKind.Null, (await host.PostAsync("flow_runs/lateness", "{}")).Body.ValueKind);
        await RunAsync(host, clock.GetUtcNow() - TimeSpan.FromSeconds(100), "COMPLETED", "late");
        await RunAsync(host, clock.GetUtcNow() + TimeSpan.FromHours(1), null, "ahead");
        Assert.InRange((await host.PostAsync("flow_runs/lateness", "{}")).Body.GetDouble(), 50, 80);
        Assert.Equal(0, (await host.PostAsync("flow_runs/lateness", """{"flow_runs":{"name":{"any_":["ahead"]}}}""")).Body.GetDouble());
    }

    private static async Task<string> RunAsync(TestHost host, DateTimeOffset expected, string? end, string? name = null)
    {
        var flow = await host.FlowAsync();
        var run = (await host.PostAsync("flow_runs/", new { flow_id = flow, name, state = new { type = "SCHEDULED", state_details = new { scheduled_time = expected } } })).Body.Text("id");
        await host.SetStateAsync(run, "PENDING", force: true);
        if (end is null)
            return run;
        await host.SetStateAsync(run, "RUNNING", force: true);
        await host.SetStateAsync(run, end, force: true);
        return run;
    }

    // a criterion that holds for all runs makes the server count them one by one
    private static async Task EqualAsync(TestHost host, DateTimeOffset start, double minutes)
    {
        var everyone = ""","flow_runs":{"id":{"not_any_":[]}}""";
        var (kept, counted) = (await HistoryAsync(host, start, minutes, ""), await HistoryAsync(host, start, minutes, everyone));
        Assert.Equal(Rounded(counted), Rounded(kept));
        Assert.NotEqual(0, kept.EnumerateArray().Sum(interval => interval.GetProperty("states").GetArrayLength()));
    }

    private static async Task<string> CountsAsync(TestHost host, string more)
    {
        var history = await HistoryAsync(host, Day.AddMinutes(30), 60, more);
        var text = "";
        foreach (var interval in history.EnumerateArray())
            foreach (var state in interval.GetProperty("states").EnumerateArray())
                text += $"{(interval.GetProperty("interval_start").GetDateTimeOffset() - Day).TotalMinutes}: {state.Text("count_runs")} {state.Text("state_name")}|";
        return text;
    }

    private static async Task<JsonElement> HistoryAsync(TestHost host, DateTimeOffset start, double minutes, string more)
    {
        var (status, history) = await host.PostAsync("flow_runs/history", Body(start, start.AddMinutes(minutes), 1800, more));
        Assert.True(status == 200, history.ToString());
        return history;
    }

    private static string Body(DateTimeOffset start, DateTimeOffset end, double seconds, string more = "") => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"{{\"history_start\":\"{start:O}\",\"history_end\":\"{end:O}\",\"history_interval_seconds\":{seconds}{more}}}");

    private static string Rounded(JsonElement history) => string.Join('\n', history.EnumerateArray().SelectMany(interval => interval.GetProperty("states").EnumerateArray().Select(state =>
        $"{interval.Text("interval_start")} {state.Text("state_type")} {state.Text("state_name")} {state.Text("count_runs")} {state.GetProperty("sum_estimated_run_time").GetDouble():F3} {state.GetProperty("sum_estimated_lateness").GetDouble():F3}")));
}
