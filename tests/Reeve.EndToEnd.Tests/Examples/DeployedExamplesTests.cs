using System.Globalization;
using Reeve.EndToEnd.Tests.Stage;
using Reeve.Protocol.Runs;

namespace Reeve.EndToEnd.Tests.Examples;

/// <summary>The examples that a worker runs.</summary>
public sealed class DeployedExamplesTests(ExampleStage stage) : IClassFixture<ExampleStage>
{
    private const int KillNow = 9;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Long_job_that_is_killed_and_run_again_does_no_chunk_twice()
    {
        var project = stage.Copy("resumable");
        var folder = stage.NewFolder("migrated");
        await File.WriteAllTextAsync(Path.Combine(folder, "hold-3"), "", Ct);
        await stage.MustAsync(project, "work-pool", "create", "local", "--type", "process");
        await stage.MustAsync(project, "deploy", "--all");
        var worker = stage.Reeve.Start("worker", "start", "--pool", "local");
        await stage.MustAsync(project, "deployment", "run", "migrate/by-hand", "--param", $"folder={folder}");
        var log = Path.Combine(folder, "log.txt");
        await SlowFlow.Until("three chunks are moved", () => Task.FromResult(File.Exists(log) && File.ReadAllLines(log).Length == 3), () => worker.Output);
        var run = Assert.Single(await stage.RunsAsync("migrate"));
        await SlowFlow.Until("the fourth is under way", async () => (await stage.TasksAsync(run.Id)).Any(task => task is { Name: "chunk-3", StateType: StateType.Running }), () => worker.Output);

        var engine = ProcessUnderTest.Descendants(worker.Pid).First(process => process.CommandLine.Contains("resumable.dll", StringComparison.Ordinal)).Pid;
        ProcessUnderTest.Signal(engine, KillNow);
        await stage.UntilAsync(run.Id, seen => seen.StateType == StateType.Crashed, () => worker.Output);
        File.Delete(Path.Combine(folder, "hold-3"));
        await stage.MustAsync(project, "flow-run", "retry", run.Id.ToString());

        await stage.UntilAsync(run.Id, seen => seen.StateType == StateType.Completed, () => worker.Output);
        Assert.Equal(Enumerable.Range(0, 6).Select(chunk => string.Create(CultureInfo.InvariantCulture, $"chunk {chunk}")), await File.ReadAllLinesAsync(log, Ct));
        await stage.LogsHaveAsync(run.Id, "600 customers are moved");
    }

    [Fact]
    public async Task One_flow_is_deployed_for_development_and_for_production()
    {
        var project = stage.Copy("deployments");
        await stage.MustAsync(project, "work-pool", "create", "dev", "--type", "process");
        await stage.MustAsync(project, "work-pool", "create", "prod", "--type", "process");

        await stage.MustAsync(project, "deploy", "--all");

        var prod = (await stage.Reeve.Api.FindDeploymentAsync("import", "prod", Ct))!;
        Assert.Equal(("prod", 1), (prod.WorkPoolName, prod.GlobalConcurrencyLimit?.Limit));
        Assert.Equal("0 3 * * *", Assert.Single(prod.Schedules).Schedule.GetProperty("cron").GetString());
        var worker = stage.Reeve.Start("worker", "start", "--pool", "dev");
        await stage.MustAsync(project, "deployment", "run", "import/dev");
        var run = (await stage.RunsAsync("import")).Single(one => one.DeploymentId != prod.Id);
        await stage.UntilAsync(run.Id, seen => seen.StateType == StateType.Completed, () => worker.Output);
        await stage.LogsHaveAsync(run.Id, "10 rows of orders");
    }
}
