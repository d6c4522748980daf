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
        await stage.MustAsync(project, "deployment", "apply", "report.deployment.cs");

        await IsForProductionAsync("import", "0 3 * * *");
        await IsForProductionAsync("report", "0 6 * * 1");
        var worker = stage.Reeve.Start("worker", "start", "--pool", "dev");
        await RunAsync(project, "import", "10 rows of orders", worker);
        await RunAsync(project, "report", "All is well, days looked at: 1", worker);
    }

    private async Task IsForProductionAsync(string flow, string cron)
    {
        var prod = (await stage.Reeve.Api.FindDeploymentAsync(flow, "prod", Ct))!;
        Assert.Equal(("prod", 1), (prod.WorkPoolName, prod.GlobalConcurrencyLimit?.Limit));
        Assert.Equal(cron, Assert.Single(prod.Schedules).Schedule.GetProperty("cron").GetString());
    }

    private async Task RunAsync(string project, string flow, string line, ProcessUnderTest worker)
    {
        var dev = (await stage.Reeve.Api.FindDeploymentAsync(flow, "dev", Ct))!;
        await stage.MustAsync(project, "deployment", "run", $"{flow}/dev");
        var run = Assert.Single(await stage.RunsAsync(flow), one => one.DeploymentId == dev.Id);
        await stage.UntilAsync(run.Id, seen => seen.StateType == StateType.Completed, () => worker.Output);
        await stage.LogsHaveAsync(run.Id, line);
    }
}
