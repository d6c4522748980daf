using System.Text.Json;
using Reeve.Server.Deployments;
using Reeve.Server.FlowRuns;
using Reeve.Server.Tests.Storage;
using Reeve.Server.Tests.WorkPools;

namespace Reeve.Server.Tests.Deployments;

public sealed class RunSchedulerTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    private static async Task<List<JsonElement>> RunsAsync(TestHost host) =>
        [.. (await host.PostAsync("flow_runs/filter", """{"sort": "EXPECTED_START_TIME_ASC"}""")).Body.EnumerateArray()];

    // the loop is woken by the change; a round more makes sure that it has been round
    private static Task RoundAsync(TestHost host) => host.Service<RunScheduler>().RunOnceAsync(TestHost.Cancellation);

    [Theory, MemberData(nameof(Kinds))]
    public async Task Three_runs_are_made_ahead_as_clients_know_them(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = await PoolOfRuns.MakeAsync(host, """{"tags": ["nightly"], "parameters": {"a": 1}, "schedules": [{"schedule": {"cron": "0 0 * * *", "timezone": "America/Chicago"}, "parameters": {"b": 2}}]}""");
        var schedule = (await host.GetAsync($"deployments/{pool.DeploymentId}/schedules")).Body[0].GetProperty("id").GetString();

        await RoundAsync(host);
        await RoundAsync(host);

        var runs = await RunsAsync(host);
        Assert.Equal(3, runs.Count);
        var first = runs[0];
        Assert.True(first.GetProperty("auto_scheduled").GetBoolean());
        Assert.Equal(["auto-scheduled", "nightly"], first.GetProperty("tags").EnumerateArray().Select(t => t.GetString()));
        Assert.Equal((schedule, "SCHEDULE", "CronSchedule"), (
            first.GetProperty("created_by").GetProperty("id").GetString(), first.GetProperty("created_by").GetProperty("type").GetString(), first.GetProperty("created_by").GetProperty("display_value").GetString()));
        Assert.Matches($"^scheduled {pool.DeploymentId} {schedule} \\d{{4}}-\\d\\d-\\d\\d 00:00:00-0[56]:00$", first.GetProperty("idempotency_key").GetString());
        Assert.Equal((1, 2), (first.GetProperty("parameters").GetProperty("a").GetInt32(), first.GetProperty("parameters").GetProperty("b").GetInt32()));
        Assert.Equal(("Flow run scheduled", "local"), (first.GetProperty("state").GetProperty("message").GetString(), first.GetProperty("work_pool_name").GetString()));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Near_times_are_all_made_but_never_more_than_the_schedule_allows(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        await PoolOfRuns.MakeAsync(host, """{"schedules": [{"schedule": {"interval": 600, "anchor_date": "2026-01-01T00:00:00Z"}}, {"schedule": {"interval": 60}, "max_scheduled_runs": 2}]}""");

        await RoundAsync(host);

        int[] bySchedule = [.. (await RunsAsync(host)).CountBy(r => r.GetProperty("created_by").GetProperty("id").GetString()!).Select(c => c.Value).Order()];
        Assert.Equal(2, bySchedule[0]);
        Assert.InRange(bySchedule[1], 6, 7);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Many_schedulers_make_each_fire_time_once(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        await PoolOfRuns.MakeAsync(host, """{"schedules": [{"schedule": {"cron": "*/2 * * * *"}}]}""");

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => RoundAsync(host)));

        var times = (await RunsAsync(host)).ConvertAll(r => r.GetProperty("expected_start_time").GetString());
        Assert.InRange(times.Count, 29, 31);
        Assert.Equal(times.Count, times.Distinct().Count());
    }

    [Theory]
    [InlineData("Europe/Berlin", "2027-03-27T12:00:00Z", "2027-03-28T01:00:00")] // 02:30 is left out: the moment after the gap
    [InlineData("Europe/Berlin", "2027-10-30T12:00:00Z", "2027-10-31T00:30:00")] // 02:30 comes twice: the first
    [InlineData("Australia/Lord_Howe", "2027-10-02T12:00:00Z", "2027-10-02T15:30:00")] // the gap is half an hour, and ends at 02:30
    public async Task In_a_night_when_the_clock_is_moved_each_day_has_its_run_once(string zone, string now, string fire)
    {
        var clock = new MovedClock();
        clock.Jump = DateTimeOffset.Parse(now, null) - clock.GetUtcNow();
        await using var host = await TestHost.StartAsync(change: options => options with { Clock = clock });
        await PoolOfRuns.MakeAsync(host, $$"""{"schedules": [{"schedule": {"cron": "30 2 * * *", "timezone": "{{zone}}"} }]}""");

        await RoundAsync(host);
        clock.Jump += TimeSpan.FromHours(1);
        await RoundAsync(host);
        clock.Jump -= TimeSpan.FromHours(2);
        await RoundAsync(host);

        var times = (await RunsAsync(host)).ConvertAll(r => r.Text("expected_start_time")[..19]);
        Assert.Equal(fire, times[0]);
        Assert.Equal(times.Distinct(), times);
        Assert.Equal(3, times.Count);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_change_while_the_scheduler_writes_leaves_no_run_of_the_old_schedule(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = await PoolOfRuns.MakeAsync(host, """{"schedules": [{"schedule": {"cron": "*/10 * * * *"}}]}""");
        var path = $"deployments/{pool.DeploymentId}/schedules";
        var id = (await host.GetAsync(path)).Body[0].Text("id");

        for (var minute = 1; minute <= 8; minute++)
        {
            var rounds = Enumerable.Range(0, 3).Select(_ => RoundAsync(host)).ToList();
            Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, $"{path}/{id}", $$"""{"schedule": {"cron": "{{minute}} 0 * * *"} }""")).Status);
            await Task.WhenAll(rounds);
        }
        await RoundAsync(host);

        Assert.All(await RunsAsync(host), run => Assert.Contains("T00:08:00", run.Text("expected_start_time"), StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_pause_removes_the_future_runs_and_a_resume_brings_them_back(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = await PoolOfRuns.MakeAsync(host, """{"schedules": [{"schedule": {"cron": "0 0 * * *"}}]}""");
        await RoundAsync(host);
        var own = await pool.RunAsync(dueInSeconds: 50);

        Assert.Equal(200, (await host.PostAsync($"deployments/{pool.DeploymentId}/pause_deployment", "{}")).Status);
        await RoundAsync(host);
        Assert.Equal(own, Assert.Single(await RunsAsync(host)).GetProperty("id").GetString());
        Assert.Equal(200, (await host.PostAsync($"deployments/{pool.DeploymentId}/resume_deployment", "{}")).Status);
        await RoundAsync(host);
        Assert.Equal(4, (await RunsAsync(host)).Count);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_changed_schedule_replaces_its_future_runs(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = await PoolOfRuns.MakeAsync(host, """{"schedules": [{"schedule": {"cron": "0 0 * * *"}}]}""");
        var path = $"deployments/{pool.DeploymentId}/schedules";
        var id = (await host.GetAsync(path)).Body[0].GetProperty("id").GetString();
        await RoundAsync(host);

        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, $"{path}/{id}", """{"schedule": {"cron": "30 12 * * *"}}""")).Status);
        await RoundAsync(host);
        Assert.All(await RunsAsync(host), run => Assert.EndsWith("12:30:00.000000Z", run.GetProperty("expected_start_time").GetString(), StringComparison.Ordinal));

        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, $"{path}/{id}", """{"active": false}""")).Status);
        await RoundAsync(host);
        Assert.Empty(await RunsAsync(host));

        Assert.Equal(201, (await host.PostAsync(path, """[{"schedule": {"interval": 86400}, "slug": "daily"}]""")).Status);
        Assert.Equal(409, (await host.PostAsync(path, """[{"schedule": {"interval": 60}, "slug": "daily"}]""")).Status);
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, $"{path}/{id}")).Status);
        await RoundAsync(host);
        Assert.Equal(3, (await RunsAsync(host)).Count);
        Assert.Equal(404, (await host.SendAsync(HttpMethod.Delete, $"{path}/{id}")).Status);
    }

    [Fact]
    public async Task The_loop_is_woken_by_a_new_deployment()
    {
        await using var host = await TestHost.StartAsync();

        var scheduled = host.Database.Wakeups.Next(Server.Orchestration.Orchestrator.ScheduledTopic);
        await PoolOfRuns.MakeAsync(host, """{"schedules": [{"schedule": {"cron": "0 0 * * *"}}]}""");

        // long before the loop's own minute is over
        await scheduled.WaitAsync(TimeSpan.FromSeconds(10), TestHost.Cancellation);
        Assert.NotEmpty(await RunsAsync(host));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_given_span_is_scheduled_on_request(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = await PoolOfRuns.MakeAsync(host, """{"schedules": [{"schedule": {"cron": "0 0 * * *"}}]}""");

        var answer = await host.PostAsync($"deployments/{pool.DeploymentId}/schedule", """{"start_time": "2040-01-01T00:00:00Z", "end_time": "2040-01-05T12:00:00Z", "min_runs": 50}""");

        Assert.Equal(200, answer.Status);
        Assert.Equal(5, (await RunsAsync(host)).Count(r => r.GetProperty("expected_start_time").GetString()!.StartsWith("2040-01-0", StringComparison.Ordinal)));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_run_that_nobody_takes_is_named_Late(DatabaseKind kind)
    {
        var clock = new MovedClock();
        await using var host = await TestHost.StartAsync(kind, options => options with { Clock = clock });
        var pool = await PoolOfRuns.MakeAsync(host);
        var id = await pool.RunAsync();
        var marker = host.Service<LateRunMarker>();

        await marker.RunOnceAsync(TestHost.Cancellation);
        Assert.Equal("Scheduled", await NameAsync());
        clock.Offset += new LateRunOptions().After + TimeSpan.FromSeconds(1);
        await marker.RunOnceAsync(TestHost.Cancellation);
        Assert.Equal("Late", await NameAsync());
        Assert.Equal(id, PoolOfRuns.RunOf(Assert.Single(await pool.ClaimAsync())));

        async Task<string?> NameAsync() => (await host.GetAsync($"flow_runs/{id}")).Body.GetProperty("state_name").GetString();
    }
}
