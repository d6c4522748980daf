using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Protocol.Filters;
using Reeve.Server.FlowRuns;
using Reeve.Server.Orchestration;
using Reeve.Server.RunHistory;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.FlowRuns;

public sealed class FlowRunNamesTests
{
    private static readonly string[] Names = ["amber-otter", "Blue_Lynx", "two\nlines", "otter", "Äpfel", "100%", "blue lynx", "x"];
    private static readonly string[] Sought = ["otter", "OTTER", "r", "blue", "Blue_Lynx", "b_ue%nx", "lynx\nx", "two", "o\nl", "pfel", "Äp", "0%", "\\", "nothing", "fresh", "x", "", "%"];

    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task Runs_are_found_by_a_part_of_their_name_whether_it_is_gathered_or_not(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var flow = await FlowAsync(host);
        List<string> ids = [];
        foreach (var name in Names)
            ids.Add(await RunAsync(host, flow, name));
        await EqualAsync(host);
        await Gatherer(host, 3).RunOnceAsync(TestHost.Cancellation);
        Assert.Equal(2, await TextsAsync(host));
        await EqualAsync(host);

        // another name for one that is gathered and one that is not, one that is gone, and one more in the place of the last
        foreach (var i in (int[])[0, 3, 7])
            Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, $"flow_runs/{ids[i]}", new { name = $"fresh {i}" })).Status);
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, $"flow_runs/{ids[1]}")).Status);
        await EqualAsync(host);
        await Gatherer(host, 1).RunOnceAsync(TestHost.Cancellation);
        await EqualAsync(host);
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, $"flow_runs/{ids[7]}")).Status);
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, $"flow_runs/{ids[6]}")).Status);
        await RunAsync(host, flow, "fresh again");
        await RunAsync(host, flow, "otter again");
        await RunAsync(host, flow, "and again");
        await EqualAsync(host);
        Assert.Equal(3, (await host.PostAsync("flow_runs/count", """{"flow_runs":{"name":{"like_":"again"} } }""")).Body.GetInt32());
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_part_that_most_names_have_is_found_too(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var flow = await FlowAsync(host);
        await host.Database.WriteAsync(
            async session =>
            {
                for (var i = 0; i < 120; i++)
                    await session.ExecuteAsync(
                        "insert into flow_run (id, created, updated, name, flow_id) values (@id, @now, @now, @name, @flow)",
                        ("id", Guid.CreateVersion7()), ("now", DateTimeOffset.UnixEpoch), ("name", $"run-{i}"), ("flow", Guid.Parse(flow)));
            },
            TestHost.Cancellation);
        await Gatherer(host, 1).RunOnceAsync(TestHost.Cancellation);
        Assert.Equal(120, await TextsAsync(host));
        Assert.Equal(120, (await host.PostAsync("flow_runs/count", """{"flow_runs":{"name":{"like_":"run"} } }""")).Body.GetInt32());
        Assert.Equal(11, (await host.PostAsync("flow_runs/count", """{"flow_runs":{"name":{"like_":"n-11"} } }""")).Body.GetInt32());
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Runs_of_one_tag_are_counted_whatever_becomes_of_them(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var (flow, longest) = (await FlowAsync(host), new string('l', 700));
        List<string> ids = [];
        foreach (var tags in (string[][])[["a", "b", "a"], ["a"], [], ["b", longest], ["c"]])
            ids.Add((await host.PostAsync("flow_runs/", new { flow_id = flow, tags })).Body.Text("id"));
        await EqualAsync("2 2 1 1");
        await host.Service<RunSumFolder>().RunOnceAsync(TestHost.Cancellation);
        await EqualAsync("2 2 1 1");
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, $"flow_runs/{ids[1]}", new { tags = (string[])["c", "b"] })).Status);
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, $"flow_runs/{ids[2]}", new { tags = (string[])["a"], name = "n" })).Status);
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, $"flow_runs/{ids[3]}")).Status);
        await host.SetStateAsync(ids[0], "RUNNING");
        await EqualAsync("2 2 2 0");
        await host.Service<RunSumFolder>().RunOnceAsync(TestHost.Cancellation);
        await EqualAsync("2 2 2 0");

        async Task EqualAsync(string wanted)
        {
            List<int> counts = [];
            foreach (var tag in (string[])["a", "b", "c", longest])
                counts.Add((await host.PostAsync("flow_runs/count", new { flow_runs = new { tags = new { all_ = (string[])[tag] } } })).Body.GetInt32());
            Assert.Equal(wanted, string.Join(' ', counts));
        }
    }

    // each way of the search against all names
    private static async Task EqualAsync(TestHost host)
    {
        var few = new FlowRunsStore(host.Service<Orchestrator>(), TimeProvider.System) { NewestRuns = 1 };
        var all = (await host.PostAsync("flow_runs/filter", "{}")).Body.EnumerateArray().Select(run => (Id: run.Text("id"), Name: run.Text("name"))).ToList();
        foreach (var part in Sought)
        {
            var query = new Query { Sort = "ID_DESC", FlowRuns = new() { Name = new() { Like = part } } };
            var (found, count) = await host.Database.ReadAsync(
                async session => (await few.FilterAsync(session, query), await few.CountAsync(session, query)), TestHost.Cancellation);
            var wanted = all.Where(run => Holds(run.Name, part)).Select(run => run.Id).ToList();
            Assert.True(wanted.SequenceEqual(found.Select(run => run.Id.ToString())), $"'{part}': {string.Join(", ", found.Select(run => run.Name))}");
            Assert.Equal(wanted.Count, count);
        }
    }

    // % and _ are wildcards to clients; letters beyond ASCII stand here in their own case
    private static bool Holds(string name, string part) => System.Text.RegularExpressions.Regex.IsMatch(
        name,
        System.Text.RegularExpressions.Regex.Escape(part).Replace("%", ".*", StringComparison.Ordinal).Replace("_", ".", StringComparison.Ordinal),
        System.Text.RegularExpressions.RegexOptions.IgnoreCase | System.Text.RegularExpressions.RegexOptions.Singleline | System.Text.RegularExpressions.RegexOptions.CultureInvariant);

    private static FlowRunNameGatherer Gatherer(TestHost host, int names) =>
        new(host.Database, TimeProvider.System, NullLogger<FlowRunNameGatherer>.Instance) { NamesInOne = names };

    private static async Task<long> TextsAsync(TestHost host) =>
        await host.Database.ReadAsync(session => session.ScalarAsync("select count(*) from flow_run_names"), TestHost.Cancellation);

    private static async Task<string> FlowAsync(TestHost host) => (await host.PostAsync("flows/", new { name = "f" })).Body.Text("id");

    private static async Task<string> RunAsync(TestHost host, string flow, string name) => (await host.PostAsync("flow_runs/", new { flow_id = flow, name })).Body.Text("id");
}
