using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Runs;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.Orchestration;

/// <summary>Whatever is proposed in whatever order, a run's sums are those of its history. A walk is repeated by its seed.</summary>
public sealed class RandomWalkTests
{
    private const int Steps = 120;
    private static readonly string[] Types = ["SCHEDULED", "PENDING", "RUNNING", "RUNNING", "RUNNING", "COMPLETED", "FAILED", "FAILED", "CANCELLED", "CRASHED", "PAUSED", "PAUSED", "CANCELLING"];

    public static TheoryData<DatabaseKind, string, int> Walks =>
        [.. from kind in TestDatabase.Kinds from noun in (string[])["flow_run", "task_run"] from seed in Enumerable.Range(1, 4) select (kind.Data, noun, seed)];

    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Walks))]
    public async Task The_sums_of_a_run_are_those_of_its_history(DatabaseKind kind, string noun, int seed)
    {
        var (clock, random) = (new StillClock(), new Random(seed));
        await using var host = await TestHost.StartAsync(kind, options => options with { Clock = clock });
        var run = await CreateAsync(host, noun);
        List<Step> stored = [];
        JsonElement last = default;
        for (var i = 0; i < Steps; i++)
        {
            clock.Pass(TimeSpan.FromMilliseconds(random.Next(0, 90_000)));
            var before = (await host.GetAsync($"{noun}s/{run}")).Body;
            // now and then an answer is lost, and its proposal repeated
            var proposal = last.ValueKind == JsonValueKind.Object && random.Next(8) == 0 ? last : Proposal(random, clock);
            last = proposal;
            var (status, answer) = await host.PostAsync($"{noun}s/{run}/set_state", proposal);
            Assert.True(status is 200 or 201, answer.ToString());
            if (status == 201)
                stored.Add(new(answer.GetProperty("state").Text("id"), answer.Text("status") == "ACCEPT" && !proposal.GetProperty("force").GetBoolean(), Resuming(before)));
            else
                Assert.Equal(before.Text("state_id"), answer.GetProperty("state").Text("id"));
        }

        await CheckAsync(host, noun, run, stored);
        Assert.True(stored.Count is > Steps / 4 and < Steps, $"{stored.Count} of {Steps} proposals were stored: the walk shows little.");
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Of_proposals_that_meet_each_stored_one_is_in_the_history_once(DatabaseKind kind)
    {
        var (clock, random) = (new StillClock(), new Random(99));
        await using var host = await TestHost.StartAsync(kind, options => options with { Clock = clock });
        foreach (var noun in (string[])["flow_run", "task_run"])
        {
            var run = await CreateAsync(host, noun);
            List<string> ids = [(await host.GetAsync($"{noun}s/{run}")).Body.Text("state_id")];
            for (var round = 0; round < 12; round++)
            {
                var proposals = Enumerable.Range(0, 5).Select(_ => Proposal(random, clock)).ToList();
                foreach (var (status, answer) in await Task.WhenAll(proposals.Select(proposal => host.PostAsync($"{noun}s/{run}/set_state", proposal))))
                    if (status == 201)
                        ids.Add(answer.GetProperty("state").Text("id"));
            }

            var history = (await host.GetAsync($"{noun}_states/?{noun}_id={run}")).Body.EnumerateArray().ToList();
            Assert.Equal(ids.Order(), history.Select(state => state.Text("id")).Order());
            Assert.Equal(history.Count, history.Select(Timestamp).Distinct().Count());
            Assert.Equal(history[^1].Text("id"), (await host.GetAsync($"{noun}s/{run}")).Body.Text("state_id"));
        }
    }

    private static async Task CheckAsync(TestHost host, string noun, string run, List<Step> stored)
    {
        var read = (await host.GetAsync($"{noun}s/{run}")).Body;
        var history = (await host.GetAsync($"{noun}_states/?{noun}_id={run}")).Body.EnumerateArray().ToList();
        Assert.Equal(stored.Select(step => step.StateId), history.Skip(1).Select(state => state.Text("id")));
        Assert.Equal(history[^1].Text("id"), read.Text("state_id"));
        Assert.Equal((history[^1].Text("type"), history[^1].Text("name")), (read.Text("state_type"), read.Text("state_name")));
        Assert.All(history.Zip(history.Skip(1)), pair => Assert.True(Timestamp(pair.First) < Timestamp(pair.Second)));

        var (runCount, seconds) = (0, 0.0);
        for (var i = 1; i < history.Count; i++)
        {
            var (from, to, step) = (history[i - 1], history[i], stored[i - 1]);
            // a task run that is run again by the rules counts anew
            if (noun == "task_run" && step.ByRules && IsFinal(from) && !IsFinal(to))
                runCount = 0;
            if (to.Text("type") == "RUNNING" && !step.Resuming)
                runCount++;
            if (from.Text("type") == "RUNNING")
                seconds += (Timestamp(to) - Timestamp(from)).TotalSeconds;
        }
        Assert.Equal(runCount, read.GetProperty("run_count").GetInt32());
        Assert.Equal(seconds, read.GetProperty("total_run_time").GetDouble(), 0.001);
        Assert.Equal(Time(history[0].GetProperty("state_details"), "scheduled_time") ?? Timestamp(history[0]), Time(read, "expected_start_time"));
        Assert.Equal(history.Where(state => state.Text("type") == "RUNNING" || IsFinal(state)).Select(state => (DateTimeOffset?)Timestamp(state)).FirstOrDefault(), Time(read, "start_time"));
        Assert.Equal(history.AsEnumerable().Reverse().TakeWhile(IsFinal).Select(state => (DateTimeOffset?)Timestamp(state)).LastOrDefault(), Time(read, "end_time"));
        Assert.Equal(history[^1].Text("type") == "SCHEDULED" ? Time(history[^1].GetProperty("state_details"), "scheduled_time") : null, Time(read, "next_scheduled_start_time"));
        var told = await host.Database.ReadAsync(
            session => session.ScalarAsync("select count(*) from event where resource_id = @id", ("id", $"prefect.{noun.Replace('_', '-')}.{run}")), TestHost.Cancellation);
        Assert.Equal(history.Count, told);
    }

    private static async Task<string> CreateAsync(TestHost host, string noun)
    {
        var policy = new { retries = 2, retry_delay = 3 };
        var flow = await host.FlowAsync();
        var deployment = (await host.PostAsync("deployments/", new { name = "d", flow_id = flow })).Body.Text("id");
        var flowRun = (await host.PostAsync(
            "flow_runs/", new { flow_id = flow, deployment_id = deployment, empirical_policy = policy, state = new { type = noun == "flow_run" ? "SCHEDULED" : "RUNNING" } })).Body.Text("id");
        return noun == "flow_run"
            ? flowRun
            : (await host.PostAsync("task_runs/", new { flow_run_id = flowRun, task_key = "t", dynamic_key = "0", empirical_policy = policy })).Body.Text("id");
    }

    private static JsonElement Proposal(Random random, TimeProvider clock)
    {
        var type = Types[random.Next(Types.Length)];
        var now = clock.GetUtcNow();
        var details = new Dictionary<string, object> { ["transition_id"] = Guid.NewGuid() };
        if (type == "SCHEDULED" && random.Next(2) == 0)
            details["scheduled_time"] = now.AddSeconds(random.Next(-60, 60));
        if (type == "PAUSED")
        {
            details["pause_reschedule"] = random.Next(2) == 0;
            details["pause_timeout"] = now.AddSeconds(random.Next(0, 300));
        }
        return JsonSerializer.SerializeToElement(new { state = new { type, state_details = details }, force = random.Next(6) == 0 });
    }

    private static bool Resuming(JsonElement run) => run.GetProperty("empirical_policy").TryGetProperty("resuming", out var resuming) && resuming.ValueKind == JsonValueKind.True;

    private static bool IsFinal(JsonElement state) => state.Deserialize(WireJson.TypeInfo<State>())!.Type.IsTerminal();

    private static DateTimeOffset Timestamp(JsonElement state) => state.GetProperty("timestamp").GetDateTimeOffset();

    private static DateTimeOffset? Time(JsonElement element, string name) =>
        element.TryGetProperty(name, out var time) && time.ValueKind == JsonValueKind.String ? time.GetDateTimeOffset() : null;

    /// <summary>A stored state: whether the rules let it pass, and whether the run was resuming before.</summary>
    private sealed record Step(string StateId, bool ByRules, bool Resuming);
}
