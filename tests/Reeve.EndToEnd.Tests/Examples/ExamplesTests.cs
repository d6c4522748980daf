using System.Text.RegularExpressions;
using Reeve.EndToEnd.Tests.Stage;
using Reeve.Protocol;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;

namespace Reeve.EndToEnd.Tests.Examples;

/// <summary>The programs of <c>examples/</c> do what their READMEs say. Those that a worker runs are in <see cref="DeployedExamplesTests"/>.</summary>
public sealed class ExamplesTests(ExampleStage stage) : IClassFixture<ExampleStage>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Hello_says_so_at_its_second_try()
    {
        await stage.MustRunAsync(await stage.BuildAsync("hello.cs"));

        var run = Assert.Single(await stage.RunsAsync("hello"));
        Assert.Equal(StateType.Completed, run.StateType);
        await stage.LogsHaveAsync(run.Id, "Hello Marvin");
        Assert.Equal(2, Assert.Single(await stage.TasksAsync(run.Id), task => task.Name.StartsWith("flaky-", StringComparison.Ordinal)).RunCount);
    }

    [Fact]
    public async Task Etl_survives_an_unreliable_api_and_asks_for_nothing_twice()
    {
        var address = $"http://127.0.0.1:{Installation.FreePort()}";
        var shop = stage.Start(await stage.BuildAsync("etl/shop.cs"), address.Split(':')[^1]);
        var etl = await stage.BuildAsync("etl/etl.cs");
        await shop.WaitForAsync("The shop is open", TimeSpan.FromSeconds(30));
        var file = Path.Combine(stage.Folder, "sales.csv");

        await stage.MustRunAsync(etl, address, file);

        Assert.Equal(["city;orders;amount", "Bergen;33;833.5", "Oslo;17;416.5"], await File.ReadAllLinesAsync(file, Ct));
        var first = Assert.Single(await stage.RunsAsync("etl"));
        Assert.Equal(StateType.Completed, first.StateType);
        var fetches = (await stage.TasksAsync(first.Id)).Where(task => task.Name.StartsWith("fetch-page-", StringComparison.Ordinal)).ToList();
        Assert.Equal(5, fetches.Count);
        Assert.Equal(2, fetches.Count(task => task.RunCount == 2));
        await shop.WaitForAsync("^7: page 5 is served", TimeSpan.FromSeconds(30)); // two of the seven failed

        await stage.MustRunAsync(etl, address, file);

        Assert.DoesNotContain("\n8:", shop.Output, StringComparison.Ordinal);
        var second = (await stage.RunsAsync("etl")).Single(run => run.Id != first.Id);
        Assert.Equal(5, (await stage.TasksAsync(second.Id)).Count(task => task.StateName == "Cached"));
        Assert.Equal(2, (await stage.Reeve.Api.FindArtifactsAsync(new Query { Artifacts = new() { Key = new() { Any = ["sales-by-city"] } } }, Ct)).Count);
    }

    [Fact]
    public async Task Transaction_leaves_both_files_or_neither()
    {
        var program = await stage.BuildAsync("transaction/transaction.cs");
        var (good, bad) = (Path.Combine(stage.Folder, "good"), Path.Combine(stage.Folder, "bad"));

        await stage.MustRunAsync(program, good);
        var (code, _) = await stage.RunAsync(program, bad, "fail");

        Assert.Equal(["charged.txt", "reserved.txt"], Directory.GetFiles(good).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.NotEqual(0, code);
        Assert.Empty(Directory.GetFiles(bad));
        var failed = (await stage.RunsAsync("place-order")).Single(run => run.StateType == StateType.Failed);
        await stage.LogsHaveAsync(failed.Id, "The reservation is taken back");
    }

    [Fact]
    public async Task Refund_waits_for_a_person_and_takes_only_an_answer_that_fits()
    {
        var program = stage.Start(await stage.BuildAsync("approval/approval.cs"), "Ford", "42");
        FlowRun? run = null;
        await SlowFlow.Until("the run is paused", async () => (run = (await stage.RunsAsync("refund")).SingleOrDefault()) is { StateType: StateType.Paused }, () => program.Output);

        var (refused, _) = await stage.Reeve.RunAsync("flow-run", "resume", run!.Name, "--input", """{"approved": "perhaps"}""");
        await stage.MustAsync(stage.Folder, "flow-run", "resume", run.Name, "--input", """{"approved": true, "amount": 40}""");

        Assert.NotEqual(0, refused);
        Assert.Equal(0, await program.ExitAsync(TimeSpan.FromMinutes(1)));
        await stage.LogsHaveAsync(run.Id, "40 is paid to Ford");
    }

    [Fact]
    public async Task Nested_flows_keep_to_the_limit_over_all_of_them()
    {
        await stage.MustAsync(stage.Folder, "global-concurrency-limit", "create", "warehouse", "--limit", "2");

        await stage.MustRunAsync(await stage.BuildAsync("nested/nested.cs"), "north", "south", "west");

        var report = Assert.Single(await stage.RunsAsync("report"));
        await stage.LogsHaveAsync(report.Id, "140 customers in 3 regions");
        var regions = await stage.RunsAsync("region");
        Assert.Equal(["region-north", "region-south", "region-west"], regions.Select(region => region.Name).Order(StringComparer.Ordinal));
        Assert.InRange(await MostAtOnceAsync([.. regions.Select(region => region.Id)]), 1, 2);
    }

    [Fact]
    public async Task Thousands_of_files_are_counted_and_a_bad_one_does_not_spoil_the_others()
    {
        const int Files = 2000;
        var texts = stage.NewFolder("texts");
        for (var i = 0; i < Files; i++)
            await File.WriteAllTextAsync(Path.Combine(texts, $"{i:d4}.txt"), i == 7 ? "\0" : "so long", Ct);

        await stage.MustRunAsync(await stage.BuildAsync("fan-out/fan-out.cs"), texts);

        var run = Assert.Single(await stage.RunsAsync("count-words"));
        Assert.Equal(StateType.Completed, run.StateType);
        await stage.LogsHaveAsync(run.Id, $"{2 * (Files - 1)} words in {Files - 1} files");
        await stage.LogsHaveAsync(run.Id, "Could not be read: 0007.txt");
        Assert.Equal((Files - 1, 1), (await CountAsync(run.Id, StateType.Completed), await CountAsync(run.Id, StateType.Failed)));
    }

    [Fact]
    public async Task Thumbnails_that_were_ordered_while_no_worker_was_there_are_made_by_the_first()
    {
        var program = await stage.BuildAsync("background/background.cs");

        var output = await stage.MustRunAsync(program, "order", "3");
        var ordered = Regex.Matches(output, @"^ordered \S+ (\S+)", RegexOptions.Multiline).Select(match => Guid.Parse(match.Groups[1].Value)).ToList();
        Assert.Equal(3, ordered.Count);
        Assert.All(await FindAsync(), task => Assert.Equal(StateType.Scheduled, task.StateType));
        var worker = stage.Start(program, "worker");

        await SlowFlow.Until("the thumbnails are made", async () => (await FindAsync()).All(task => task.StateType == StateType.Completed), () => worker.Output);
        Assert.All(await FindAsync(), task => Assert.Equal(1, task.RunCount));
        worker.Signal(15);
        Assert.Equal(0, await worker.ExitAsync(TimeSpan.FromMinutes(1)));

        Task<List<TaskRun>> FindAsync() => stage.Reeve.Api.FindTaskRunsAsync(new Query { TaskRuns = new TaskRunFilter { Id = new AnyOf<Guid> { Any = ordered } } }, Ct);
    }

    [Fact]
    public async Task Flow_of_a_web_application_is_made_by_its_container()
    {
        var address = $"http://127.0.0.1:{Installation.FreePort()}";
        var program = stage.Start(await stage.BuildAsync("web-host/web-host.cs"), "--urls", address, "--HomeCurrency", "NOK");
        await SlowFlow.Until("the deployment is served", async () => await stage.Reeve.Api.FindDeploymentAsync("refresh", "hourly", Ct) is not null, () => program.Output);

        var watched = await stage.MustAsync(stage.Folder, "deployment", "run", "refresh/hourly", "--watch");

        Assert.Contains("All together 12 NOK", watched, StringComparison.Ordinal);
        using var http = new HttpClient();
        Assert.Contains("\"", await http.GetStringAsync(new Uri($"{address}/health"), Ct), StringComparison.Ordinal);
        program.Signal(15);
        Assert.Equal(0, await program.ExitAsync(TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task Unit_tests_of_a_flow_pass()
    {
        var output = await stage.MustRunAsync(await stage.BuildAsync("unit-tested/UnitTested.csproj"));
        Assert.Contains("total: 2", output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Program_that_was_there_before_becomes_a_flow_by_the_package_and_two_attributes()
    {
        var before = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "examples", "existing-app", "before.cs"), Ct);
        var after = Path.Combine(stage.NewFolder("existing"), "after.cs");
        // Restoring what a native program would need is beside the point; the tests go without it.
        await File.WriteAllTextAsync(after, "#:package Reeve@0.1.0\n#:property PublishAot=false\n" + Marked(Marked(before, "Run", "[Reeve.Flow]"), "Read", "[Reeve.Task]"), Ct);

        var output = await stage.MustRunAsync(await stage.BuildAsync(after), "Ford");

        Assert.Contains("2 lines for Ford", output, StringComparison.Ordinal);
        var run = Assert.Single(await stage.RunsAsync("run"));
        Assert.Equal(StateType.Completed, run.StateType);
        Assert.Equal("Ford", run.Parameters.GetProperty("name").GetString());
        Assert.Equal(["read"], (await stage.TasksAsync(run.Id)).Select(task => task.Name.Split('-')[0]));
    }

    private static string Marked(string source, string method, string attribute) =>
        Regex.Replace(source, $@"^( *)(?=public static async Task\S* {method}\()", $"$1{attribute}\n$1", RegexOptions.Multiline) is var marked && marked != source
            ? marked
            : throw new InvalidOperationException($"there is no method {method} to mark");

    private async Task<int> CountAsync(Guid run, StateType state)
    {
        var query = new Query { TaskRuns = new TaskRunFilter { FlowRunId = new AnyOf<Guid> { Any = [run] }, State = new StateFilter { Type = new AnyOf<StateType> { Any = [state] } } } };
        return await stage.Reeve.Api.Connection.SendAsync<int>(HttpMethod.Post, "task_runs/count", query, Ct);
    }

    // From what the tasks said, in the order in which they said it.
    private async Task<int> MostAtOnceAsync(List<Guid> runs)
    {
        var query = new Query { Logs = new LogFilter { FlowRunId = new AnyOf<Guid> { Any = runs } }, Sort = "TIMESTAMP_ASC" };
        var (now, most) = (0, 0);
        foreach (var line in await stage.Reeve.Api.FindLogsAsync(query, Ct))
        {
            now += line.Message.EndsWith("has a slot", StringComparison.Ordinal) ? 1 : line.Message.EndsWith("gives it back", StringComparison.Ordinal) ? -1 : 0;
            most = Math.Max(most, now);
        }

        return most;
    }
}
