using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.Filters;

public sealed class FilterCriteriaTests
{
    // route | body | names of what is found, in the order of the names
    private const string FlowRuns = """
        {} | Red-Otter blue green_1 sub
        {"flow_runs":{"id":{"any_":["{red}","{sub}"]}}} | Red-Otter sub
        {"flow_runs":{"id":{"any_":[]}}} |
        {"flow_runs":{"id":{"not_any_":["{red}","{sub}"]}}} | blue green_1
        {"flow_runs":{"name":{"any_":["blue","red-otter"]}}} | blue
        {"flow_runs":{"name":{"like_":"OTTER"}}} | Red-Otter
        {"flow_runs":{"name":{"like_":"n_1"}}} | green_1
        {"flow_runs":{"name":{"like_":"d%t_r"}}} | Red-Otter
        {"flow_runs":{"name":{}}} | Red-Otter blue green_1 sub
        {"flow_runs":{"tags":{"all_":["t1","t2"]}}} | Red-Otter
        {"flow_runs":{"tags":{"all_":["t2"]}}} | Red-Otter blue
        {"flow_runs":{"tags":{"all_":[]}}} | Red-Otter blue green_1 sub
        {"flow_runs":{"tags":{"any_":["t1","nope"]}}} | Red-Otter
        {"flow_runs":{"tags":{"any_":["t1","t2"]}}} | Red-Otter blue
        {"flow_runs":{"tags":{"is_null_":true}}} | green_1 sub
        {"flow_runs":{"tags":{"is_null_":false}}} | Red-Otter blue
        {"flow_runs":{"tags":{"operator":"or_","all_":["t1"],"is_null_":true}}} | Red-Otter green_1 sub
        {"flow_runs":{"deployment_id":{"any_":["{one}"]}}} | blue
        {"flow_runs":{"deployment_id":{"is_null_":true}}} | Red-Otter green_1 sub
        {"flow_runs":{"deployment_id":{"operator":"or_","any_":["{one}"],"is_null_":true}}} | Red-Otter blue green_1 sub
        {"flow_runs":{"work_queue_name":{"any_":["Quick"]}}} | blue
        {"flow_runs":{"work_queue_name":{"is_null_":true}}} | Red-Otter green_1 sub
        {"flow_runs":{"state":{"type":{"any_":["COMPLETED","FAILED"]}}}} | Red-Otter green_1
        {"flow_runs":{"state":{"type":{"not_any_":["COMPLETED","FAILED"]}}}} | blue sub
        {"flow_runs":{"state":{"name":{"any_":["Broken"]}}}} | green_1
        {"flow_runs":{"state":{"name":{"not_any_":["Broken","Pending"]}}}} | Red-Otter blue
        {"flow_runs":{"state":{"operator":"or_","name":{"any_":["Broken"]},"type":{"any_":["COMPLETED"]}}}} | Red-Otter green_1
        {"flow_runs":{"state":{"name":{"any_":["Broken"]},"type":{"any_":["COMPLETED"]}}}} |
        {"flow_runs":{"flow_version":{"any_":["3"]}}} | Red-Otter
        {"flow_runs":{"start_time":{"is_null_":true}}} | blue sub
        {"flow_runs":{"start_time":{"after_":"2021-01-01T00:00:00Z"}}} | Red-Otter green_1
        {"flow_runs":{"start_time":{"before_":"2021-01-01T00:00:00Z"}}} |
        {"flow_runs":{"end_time":{"is_null_":false}}} | Red-Otter green_1
        {"flow_runs":{"end_time":{"after_":"2021-01-01T00:00:00Z","before_":"2998-01-01T00:00:00Z"}}} | Red-Otter green_1
        {"flow_runs":{"expected_start_time":{"before_":"2020-01-01T00:00:00Z"}}} | Red-Otter
        {"flow_runs":{"expected_start_time":{"after_":"2999-01-01T00:00:00Z"}}} | blue
        {"flow_runs":{"next_scheduled_start_time":{"after_":"2998-01-01T00:00:00Z"}}} | blue
        {"flow_runs":{"next_scheduled_start_time":{"before_":"2998-01-01T00:00:00Z"}}} |
        {"flow_runs":{"parent_flow_run_id":{"any_":["{red}"]}}} | sub
        {"flow_runs":{"parent_task_run_id":{"any_":["{wrap}"]}}} | sub
        {"flow_runs":{"parent_task_run_id":{"is_null_":true}}} | Red-Otter blue green_1
        {"flow_runs":{"idempotency_key":{"any_":["k1","k3"]}}} | Red-Otter
        {"flow_runs":{"idempotency_key":{"any_":["k1","k2"],"not_any_":["k1"]}}} | green_1
        {"flow_runs":{"idempotency_key":{"not_any_":["k1"]}}} | green_1
        {"flow_runs":{"idempotency_key":{"not_any_":[]}}} | Red-Otter blue green_1 sub
        {"flow_runs":{"created_by":{"type_":["AUTOMATION"]}}} | green_1
        {"flow_runs":{"created_by":{"id_":["{maker}"]}}} | green_1
        {"flow_runs":{"created_by":{"id_":["{red}"]}}} |
        {"flow_runs":{"created_by":{"operator":"or_","id_":["{red}"],"type_":["AUTOMATION"]}}} | green_1
        {"flow_runs":{"operator":"or_","name":{"any_":["blue"]},"tags":{"all_":["t1"]}}} | Red-Otter blue
        {"flow_runs":{"operator":"and_","name":{"any_":["blue"]},"tags":{"all_":["t1"]}}} |
        {"flows":{"id":{"any_":["{beta}"]}}} | green_1 sub
        {"flows":{"id":{"not_any_":["{beta}"]}}} | Red-Otter blue
        {"flows":{"name":{"like_":"ALPH"}}} | Red-Otter blue
        {"flows":{"operator":"or_","name":{"any_":["beta"]},"tags":{"all_":["x"]}}} | Red-Otter blue green_1 sub
        {"task_runs":{"name":{"any_":["Load"]}}} | Red-Otter
        {"deployments":{"name":{"any_":["one"]}}} | blue
        {"deployments":{"tags":{"all_":["d9"]}}} |
        {"work_pools":{"name":{"any_":["pool"]}}} | blue
        {"work_pool_queues":{"name":{"any_":["Quick"]}}} | blue
        {"work_pool_queues":{"id":{"any_":["{Quick}"]}}} | blue
        {"work_pool_queues":{"name":{"any_":["default"]}}} |
        """;

    private const string TaskRuns = """
        {} | Load free wrap
        {"task_runs":{"id":{"any_":["{load}"]}}} | Load
        {"task_runs":{"name":{"like_":"LO"}}} | Load
        {"task_runs":{"tags":{"all_":["q"]}}} | Load
        {"task_runs":{"tags":{"is_null_":true}}} | free wrap
        {"task_runs":{"state":{"type":{"any_":["COMPLETED"]}}}} | Load
        {"task_runs":{"state":{"name":{"any_":["Pending"]}}}} | free wrap
        {"task_runs":{"start_time":{"is_null_":true}}} | free wrap
        {"task_runs":{"end_time":{"is_null_":false}}} | Load
        {"task_runs":{"end_time":{"before_":"2021-01-01T00:00:00Z"}}} |
        {"task_runs":{"expected_start_time":{"after_":"2021-01-01T00:00:00Z"}}} | Load free wrap
        {"task_runs":{"subflow_runs":{"exists_":true}}} | wrap
        {"task_runs":{"subflow_runs":{"exists_":false}}} | Load free
        {"task_runs":{"flow_run_id":{"any_":["{red}"]}}} | Load wrap
        {"task_runs":{"flow_run_id":{"is_null_":true}}} | free
        {"task_runs":{"flow_run_id":{"operator":"or_","any_":["{red}"],"is_null_":true}}} | Load free wrap
        {"task_runs":{"operator":"or_","name":{"any_":["free"]},"subflow_runs":{"exists_":true}}} | free wrap
        {"flow_runs":{"name":{"any_":["Red-Otter"]}}} | Load wrap
        {"flows":{"name":{"any_":["Alpha"]}}} | Load wrap
        {"flows":{"name":{"any_":["beta"]}}} |
        {"deployments":{"name":{"any_":["one"]}}} |
        """;

    private const string Flows = """
        {} | Alpha beta gamma
        {"flows":{"id":{"any_":["{Alpha}"]}}} | Alpha
        {"flows":{"id":{"not_any_":["{Alpha}"]}}} | beta gamma
        {"flows":{"name":{"like_":"A"}}} | Alpha beta gamma
        {"flows":{"name":{"like_":"AM"}}} | gamma
        {"flows":{"tags":{"all_":["y"]}}} | Alpha gamma
        {"flows":{"tags":{"is_null_":true}}} | beta
        {"flows":{"deployment":{"is_null_":true}}} | gamma
        {"flows":{"deployment":{"is_null_":false}}} | Alpha beta
        {"flows":{"operator":"or_","name":{"any_":["beta"]},"tags":{"all_":["x"]}}} | Alpha beta
        {"flow_runs":{"tags":{"all_":["t1"]}}} | Alpha
        {"task_runs":{"name":{"any_":["Load"]}}} | Alpha
        {"deployments":{"name":{"any_":["two"]}}} | beta
        {"work_pools":{"name":{"any_":["pool"]}}} | Alpha
        """;

    private const string Deployments = """
        {} | one two
        {"deployments":{"id":{"any_":["{one}"]}}} | one
        {"deployments":{"id":{"not_any_":["{one}"]}}} | two
        {"deployments":{"name":{"like_":"TW"}}} | two
        {"deployments":{"flow_or_deployment_name":{"like_":"alph"}}} | one
        {"deployments":{"paused":{"eq_":true}}} | two
        {"deployments":{"is_schedule_active":{"eq_":true}}} | one
        {"deployments":{"tags":{"all_":["d1","d2"]}}} | one
        {"deployments":{"tags":{"any_":["d2"]}}} | one two
        {"deployments":{"work_queue_name":{"any_":["Quick"]}}} | one
        {"deployments":{"concurrency_limit":{"ge_":3}}} | one
        {"deployments":{"concurrency_limit":{"le_":2}}} |
        {"deployments":{"concurrency_limit":{"is_null_":true}}} | two
        {"deployments":{"operator":"or_","paused":{"eq_":true},"name":{"any_":["one"]}}} | one two
        {"flows":{"name":{"any_":["beta"]}}} | two
        {"flow_runs":{"name":{"any_":["blue"]}}} | one
        {"work_pools":{"type":{"any_":["process"]}}} | one
        {"work_pool_queues":{"name":{"any_":["Quick"]}}} | one
        """;

    private const string WorkPools = """
        {"work_pools":{"name":{"any_":["pool"]}}} | pool
        {"work_pools":{"id":{"any_":["{pool}"]}}} | pool
        {"work_pools":{"type":{"any_":["process"]}}} | pool
        {"work_pools":{"type":{"any_":["docker"]}}} |
        {"work_pools":{"operator":"or_","type":{"any_":["process"]},"name":{"any_":["nope"]}}} | pool
        """;

    private const string WorkQueues = """
        {"work_queues":{"name":{"any_":["Quick"]}}} | Quick
        {"work_queues":{"name":{"startswith_":["qu"]}}} | Quick
        {"work_queues":{"name":{"startswith_":["uick"]}}} |
        {"work_queues":{"id":{"any_":["{Quick}"]}}} | Quick
        """;

    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task Each_criterion_finds_what_it_says(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var world = await FilteredWorld.MakeAsync(host);
        List<string> wrong = [];
        foreach (var (noun, rows) in ((string, string)[])[
            ("flow_runs", FlowRuns), ("task_runs", TaskRuns), ("flows", Flows), ("deployments", Deployments), ("work_pools", WorkPools), ("work_queues", WorkQueues)])
        {
            foreach (var row in rows.Split('\n'))
            {
                var (body, wanted) = (row.Split(" |")[0], row.Split(" |")[1].Trim());
                var (status, found) = await host.PostAsync($"{noun}/filter", world.Fill(body));
                var names = status == 200 ? string.Join(' ', found.EnumerateArray().Select(item => item.Text("name")).Order(StringComparer.Ordinal)) : $"{status} {found}";
                if (names != wanted)
                    wrong.Add($"{noun} {body}: {names} instead of {wanted}");
                if (noun != "work_queues" && (await host.PostAsync($"{noun}/count", world.Fill(body))).Body.GetInt32() is var count && count != wanted.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length)
                    wrong.Add($"{noun} {body}: counted {count}");
            }
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Log_lines_are_found_by_each_criterion(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var world = await FilteredWorld.MakeAsync(host);
        foreach (var (logs, wanted) in ((string, string)[])[
            ("{}", "20 40 10"),
            ("""{"level":{"ge_":20}}""", "20 40"),
            ("""{"level":{"le_":20}}""", "20 10"),
            ("""{"timestamp":{"after_":"2020-01-02T00:00:00Z"}}""", "40 10"),
            ("""{"timestamp":{"before_":"2020-01-02T00:00:00Z"}}""", "20 40"),
            ("""{"flow_run_id":{"any_":["{red}"]}}""", "20 40"),
            ("""{"task_run_id":{"any_":["{load}"]}}""", "40"),
            ("""{"flow_run_id":{"any_":["{red}"]},"task_run_id":{"is_null_":true}}""", "20"),
            ("""{"text":{"query":"alles -kaputt"}}""", "20"),
            ("""{"operator":"or_","level":{"ge_":40},"text":{"query":"nothing"}}""", "40 10")])
        {
            var found = (await host.PostAsync("logs/filter", world.Fill($"{{\"logs\":{logs}}}"))).Body;
            Assert.Equal(wanted, string.Join(' ', found.EnumerateArray().Select(line => line.Text("level"))));
        }
        Assert.Equal("10 40 20", string.Join(' ', (await host.PostAsync("logs/filter", """{"sort":"TIMESTAMP_DESC"}""")).Body.EnumerateArray().Select(line => line.Text("level"))));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Each_order_is_kept(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        await FilteredWorld.MakeAsync(host);
        foreach (var (noun, sort, wanted) in ((string, string, string)[])[
            ("flow_runs", "NAME_ASC", "Red-Otter blue green_1 sub"),
            ("flow_runs", "NAME_DESC", "sub green_1 blue Red-Otter"),
            ("flow_runs", "ID_DESC", "sub green_1 blue Red-Otter"),
            ("flow_runs", "EXPECTED_START_TIME_ASC", "Red-Otter green_1 sub blue"),
            ("flow_runs", "EXPECTED_START_TIME_DESC", "blue sub green_1 Red-Otter"),
            ("flow_runs", "START_TIME_ASC", "Red-Otter sub green_1 blue"),
            ("flow_runs", "START_TIME_DESC", "blue green_1 sub Red-Otter"),
            ("task_runs", "NAME_ASC", "Load free wrap"),
            ("task_runs", "NAME_DESC", "wrap free Load"),
            ("task_runs", "ID_DESC", "free wrap Load"),
            ("task_runs", "EXPECTED_START_TIME_ASC", "Load wrap free"),
            ("task_runs", "EXPECTED_START_TIME_DESC", "free wrap Load"),
            ("flows", "CREATED_DESC", "gamma beta Alpha"),
            ("flows", "UPDATED_DESC", "gamma beta Alpha"),
            ("flows", "NAME_DESC", "gamma beta Alpha"),
            ("deployments", "NAME_DESC", "two one"),
            ("deployments", "CREATED_DESC", "two one"),
            ("deployments", "NAME_ASC", "one two")])
        {
            var (status, found) = await host.PostAsync($"{noun}/filter", new { sort });
            Assert.Equal((sort, 200, wanted), (sort, status, string.Join(' ', found.EnumerateArray().Select(item => item.Text("name")))));
        }
        foreach (var (noun, sort, first) in ((string, string, string)[])[
            ("flow_runs", "END_TIME_DESC", "green_1"), ("task_runs", "END_TIME_DESC", "Load"), ("flow_runs", "NEXT_SCHEDULED_START_TIME_ASC", "blue")])
            Assert.Equal(first, (await host.PostAsync($"{noun}/filter", new { sort, limit = 1 })).Body[0].Text("name"));
        Assert.Equal(422, (await host.PostAsync("flow_runs/filter", new { sort = "SIDEWAYS" })).Status);
    }
}
