using Reeve.Protocol;
using Reeve.Protocol.Filters;
using Reeve.Server.FlowRuns;
using Reeve.Server.Orchestration;
using Reeve.Server.TaskRuns;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.Filters;

public sealed class NewestRunsTests
{
    private static readonly string[] Sorts = ["ID_DESC", "EXPECTED_START_TIME_DESC", "START_TIME_DESC", "NAME_ASC"];

    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task Flow_runs_are_the_same_whether_the_newest_fill_the_page_or_not(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var world = await FilteredWorld.MakeAsync(host);
        var (all, few) = (host.Service<FlowRunsStore>(), new FlowRunsStore(host.Service<Orchestrator>(), TimeProvider.System) { NewestRuns = 1 });
        foreach (var criteria in (string[])[
            """{"flow_runs":{"name":{"like_":"e"} } }""", """{"flow_runs":{"name":{"like_":"R_d"} } }""", """{"flow_runs":{"name":{"like_":"nothing"} } }""",
            """{"flow_runs":{"operator":"or_","name":{"like_":"blue"},"tags":{"all_":["t1"]} } }""", """{"flow_runs":{"tags":{"any_":["t1","t2"]} } }""",
            """{"flow_runs":{"state":{"type":{"any_":["COMPLETED","FAILED"]} } } }""", """{"flow_runs":{"expected_start_time":{"after_":"2019-01-01T00:00:00Z","before_":"2998-01-01T00:00:00Z"} } }""",
            """{"deployments":{"id":{"any_":["{one}"]} } }""", """{"flow_runs":{"deployment_id":{"any_":["{one}"]} } }""", """{"work_pools":{"name":{"any_":["pool"]} } }""",
            """{"flows":{"name":{"any_":["beta"]} } }""", """{"task_runs":{"name":{"like_":"wrap"} } }""", """{"flow_runs":{"created_by":{"type_":["AUTOMATION"]} } }"""])
        {
            foreach (var sort in Sorts)
            {
                foreach (var limit in (int[])[1, 2, 50])
                {
                    var query = Query(world, criteria) with { Sort = sort, Limit = limit };
                    var (wanted, found) = await host.Database.ReadAsync(
                        async session => (await all.FilterAsync(session, query), await few.FilterAsync(session, query)), TestHost.Cancellation);
                    Assert.True(wanted.Select(run => run.Id).SequenceEqual(found.Select(run => run.Id)), $"{criteria} {sort} {limit}");
                }
            }
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Runs_made_and_deleted_after_the_newest_were_told_are_seen(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var flow = (await host.PostAsync("flows/", new { name = "f" })).Body.Text("id");
        var few = new FlowRunsStore(host.Service<Orchestrator>(), TimeProvider.System) { NewestRuns = 1 };
        List<string> made = [];
        foreach (var step in Enumerable.Range(0, 6))
        {
            made.Insert(0, (await host.PostAsync("flow_runs/", new { flow_id = flow, tags = new[] { "t" } })).Body.Text("id"));
            if (step == 4)
            {
                Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, $"flow_runs/{made[1]}")).Status);
                made.RemoveAt(1);
            }
            foreach (var limit in (int[])[1, 2, 50])
            {
                var query = new Query { FlowRuns = new() { Tags = new() { All = ["t"] } }, Sort = "ID_DESC", Limit = limit };
                var found = await host.Database.ReadAsync(session => few.FilterAsync(session, query), TestHost.Cancellation);
                Assert.Equal(made.Take(limit), found.Select(run => run.Id.ToString()));
            }
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Task_runs_are_the_same_whether_the_newest_fill_the_page_or_not(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var world = await FilteredWorld.MakeAsync(host);
        var (all, few) = (host.Service<TaskRunsStore>(), new TaskRunsStore(host.Service<Orchestrator>(), TimeProvider.System) { NewestRuns = 1 });
        var most = 0;
        foreach (var criteria in (string[])["""{"flows":{"name":{"any_":["Alpha"]} } }""", """{"flows":{"id":{"any_":["{Alpha}"]} } }""", """{"flow_runs":{"name":{"like_":"red"} } }""", """{"flow_runs":{"state":{"type":{"any_":["FAILED"]} } } }"""])
        {
            foreach (var sort in (string[])["ID_DESC", "EXPECTED_START_TIME_DESC", "NAME_ASC"])
            {
                foreach (var limit in (int[])[1, 50])
                {
                    var query = Query(world, criteria) with { Sort = sort, Limit = limit };
                    var (wanted, found) = await host.Database.ReadAsync(
                        async session => (await all.FilterAsync(session, query), await few.FilterAsync(session, query)), TestHost.Cancellation);
                    Assert.True(wanted.Select(run => run.Id).SequenceEqual(found.Select(run => run.Id)), $"{criteria} {sort} {limit}");
                    most = Math.Max(most, found.Count);
                }
            }
        }
        Assert.Equal(2, most);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Task_runs_of_a_flow_are_those_of_its_flow_runs(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var world = await FilteredWorld.MakeAsync(host);
        foreach (var (criteria, wanted) in ((string, string[])[])[
            ("""{"flows":{"id":{"any_":["{Alpha}"]} } }""", ["load", "wrap"]), ("""{"flows":{"tags":{"all_":["x"]} } }""", ["load", "wrap"]), ("""{"flows":{"id":{"any_":["{beta}"]} } }""", []),
            ("""{"flows":{"id":{"not_any_":["{beta}"]} } }""", ["load", "wrap"]), ("""{"flows":{"id":{"any_":["{Alpha}","{gamma}"]} },"task_runs":{"name":{"any_":["wrap"]} } }""", ["wrap"])])
        {
            foreach (var sort in (string[])["ID_DESC", "EXPECTED_START_TIME_DESC", "NAME_ASC"])
            {
                var found = await host.Database.ReadAsync(session => host.Service<TaskRunsStore>().FilterAsync(session, Query(world, criteria) with { Sort = sort }), TestHost.Cancellation);
                Assert.True(wanted.Select(name => world[name]).Order().SequenceEqual(found.Select(run => run.Id.ToString()).Order()), $"{criteria} {sort}");
            }
        }
    }

    private static Query Query(FilteredWorld world, string criteria) => System.Text.Json.JsonSerializer.Deserialize(world.Fill(criteria), WireJson.TypeInfo<Query>())!;
}
