using System.Text.Json;
using Microsoft.Extensions.Logging;
using Reeve.Client;
using Reeve.Protocol;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Runs;
using Reeve.Server;

namespace Reeve.Cli.Tests.Commands;

using Deployment = Protocol.Deployments.Deployment;
using Flow = Protocol.Runs.Flow;

/// <summary>The commands about runs and who holds slots, against a real server on a free port that asks for a password.</summary>
public sealed class RunCommandsTests : IAsyncLifetime
{
    private readonly TestCli _cli = new();
    private ServerHost _server = null!;
    private OrchestrationClient _client = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = ServerHost.Build(new ServerOptions { Home = Path.Combine(_cli.Home, "server"), Port = 0, ApiAuthentication = "ada:secret", Logging = logging => logging.SetMinimumLevel(LogLevel.None) });
        Directory.CreateDirectory(Path.Combine(_cli.Home, "server"));
        await _server.StartAsync(Token);
        _cli.Environment["REEVE_API_URL"] = _server.Address + "/api";
        _cli.Environment["REEVE_API_AUTH_STRING"] = "ada:secret";
        var settings = new Reeve.Settings.ReeveSettings(name => _cli.Environment.GetValueOrDefault(name), new Reeve.Settings.Profile("", new Dictionary<string, string>()));
        _client = new OrchestrationClient(new ApiConnection(settings, RetryPolicy.None));
    }

    [Fact]
    public async Task Task_runs_are_listed_shown_and_their_lines_printed()
    {
        var flow = await _client.CreateFlowAsync(new FlowCreate { Name = "etl" }, Token);
        var run = await _client.CreateFlowRunAsync(new FlowRunCreate { FlowId = flow.Id, Name = "brave-fox" }, Token);
        var task = await _client.CreateTaskRunAsync(new TaskRunCreate { FlowRunId = run.Id, TaskKey = "load", DynamicKey = "0", Name = "load-0", State = new StateCreate { Type = StateType.Failed } }, Token);
        await _client.CreateTaskRunAsync(new TaskRunCreate { FlowRunId = run.Id, TaskKey = "save", DynamicKey = "0", Name = "save-0", State = new StateCreate { Type = StateType.Pending } }, Token);
        await _client.CreateLogsAsync([new() { Name = "prefect.task_runs", Level = 20, Message = "of the task", Timestamp = TimeProvider.System.GetUtcNow(), FlowRunId = run.Id, TaskRunId = task.Id }], Token);
        await _client.CreateLogsAsync([new() { Name = "prefect.flow_runs", Level = 20, Message = "of the flow", Timestamp = TimeProvider.System.GetUtcNow(), FlowRunId = run.Id }], Token);

        var failed = await OkAsync("task-run", "ls", "--state-type", "failed", "--flow-run", "brave-fox");
        Assert.Contains("load-0", failed, StringComparison.Ordinal);
        Assert.DoesNotContain("save-0", failed, StringComparison.Ordinal);
        Assert.Equal(2, Json(await OkAsync("task-run", "ls", "-o", "json")).GetArrayLength());
        Assert.Equal("load", Json(await OkAsync("task-run", "inspect", task.Id.ToString(), "-o", "json")).GetProperty("task_key").GetString());
        var lines = await OkAsync("task-run", "logs", "load-0");
        Assert.Contains("of the task", lines, StringComparison.Ordinal);
        Assert.DoesNotContain("of the flow", lines, StringComparison.Ordinal);
        Assert.Contains("there is no task run 'nobody'", await FaultAsync("task-run", "inspect", "nobody"), StringComparison.Ordinal);
        Assert.Equal(2, (await _cli.RunAsync("task-run", "ls", "--limit", "0")).Code);
    }

    [Fact]
    public async Task A_run_that_has_ended_is_retried_and_no_other()
    {
        var (deployment, flow) = await DeploymentAsync();
        var run = await _client.CreateFlowRunAsync(deployment.Id, new DeploymentFlowRunCreate { Name = "again" }, Token);
        var loose = await _client.CreateFlowRunAsync(new FlowRunCreate { FlowId = flow.Id, Name = "loose", State = new StateCreate { Type = StateType.Failed } }, Token);

        Assert.Contains("has not ended: it is Scheduled", await FaultAsync("flow-run", "retry", "again"), StringComparison.Ordinal);
        Assert.Contains("is of no deployment", await FaultAsync("flow-run", "retry", loose.Id.ToString()), StringComparison.Ordinal);
        await _client.SetFlowRunStateAsync(run.Id, new StateCreate { Type = StateType.Failed }, force: true, Token);
        Assert.Contains("is scheduled again", await OkAsync("flow-run", "retry", "again"), StringComparison.Ordinal);
        Assert.Equal(StateType.Scheduled, (await _client.FindFlowRunAsync(run.Id, Token))!.StateType);
    }

    [Fact]
    public async Task A_paused_run_goes_on_with_its_input_and_no_other_run_does()
    {
        var flow = await _client.CreateFlowAsync(new FlowCreate { Name = "etl" }, Token);
        var run = await _client.CreateFlowRunAsync(new FlowRunCreate { FlowId = flow.Id, Name = "waits", State = new StateCreate { Type = StateType.Running } }, Token);
        Assert.Contains("is not paused: it is Running", await FaultAsync("flow-run", "resume", "waits"), StringComparison.Ordinal);
        await _client.SetFlowRunStateAsync(run.Id, new StateCreate { Type = StateType.Paused, StateDetails = new StateDetails { PauseTimeout = TimeProvider.System.GetUtcNow().AddHours(1) } }, force: false, Token);
        Assert.Contains($"reeve flow-run resume {run.Id}", await OkAsync("flow-run", "why", "waits"), StringComparison.Ordinal);

        Assert.Equal(2, (await _cli.RunAsync("flow-run", "resume", "waits", "--input", "[1]")).Code);
        Assert.Contains("goes on", await OkAsync("flow-run", "resume", "waits", "--input", """{"approved": true}"""), StringComparison.Ordinal);
        Assert.NotEqual(StateType.Paused, (await _client.FindFlowRunAsync(run.Id, Token))!.StateType);
    }

    [Fact]
    public async Task A_watched_run_is_printed_as_it_ended_and_once()
    {
        var (deployment, _) = await DeploymentAsync();
        var watching = _cli.RunAsync("deployment", "run", "etl/nightly", "--flow-run-name", "watched", "--watch", "--watch-interval", "0", "-o", "json");
        List<FlowRun> made;
        do
            made = await _client.FindFlowRunsAsync(new(), Token);
        while (made.Count == 0);
        await _client.SetFlowRunStateAsync(made[0].Id, new StateCreate { Type = StateType.Failed, Message = "no luck" }, force: true, Token);

        var result = await watching;

        Assert.Equal(1, result.Code);
        Assert.Equal(("FAILED", deployment.Id), (Json(result.Output).GetProperty("state_type").GetString(), Json(result.Output).GetProperty("deployment_id").GetGuid()));
        Assert.Contains("no luck", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Slots_name_the_runs_that_hold_them()
    {
        var (deployment, _) = await DeploymentAsync();
        await OkAsync("work-pool", "set-concurrency-limit", "local", "3");
        var run = await _client.CreateFlowRunAsync(deployment.Id, new DeploymentFlowRunCreate { Name = "holder" }, Token);
        Assert.Contains("holder", await OkAsync("work-pool", "preview", "local"), StringComparison.Ordinal);
        Assert.Equal("holder", Json(await OkAsync("work-queue", "preview", "default", "-p", "local", "-o", "json"))[0].GetProperty("name").GetString());
        Assert.Contains("No run holds a slot", await OkAsync("work-pool", "slots", "local"), StringComparison.Ordinal);
        await _client.SetFlowRunStateAsync(run.Id, new StateCreate { Type = StateType.Pending }, force: true, Token);

        var pool = await OkAsync("work-pool", "slots", "local");
        Assert.Contains("Work pool 'local': 1 of 3 slots taken.", pool, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^\S+ +holder +PENDING", pool);
        Assert.Contains("1 of any number of slots taken", await OkAsync("work-queue", "slots", "default", "-p", "local"), StringComparison.Ordinal);
        Assert.Equal(1, Json(await OkAsync("work-queue", "slots", "default", "-p", "local", "-o", "json")).GetProperty("active_slots").GetInt32());
        Assert.Contains("no worker has asked it for runs yet", await OkAsync("work-queue", "inspect", "default", "-p", "local"), StringComparison.Ordinal);
        Assert.Matches(@"(?m)^default +local .* never", await OkAsync("work-queue", "ls", "--match", "def", "-v"));
        Assert.Contains("no work queues", await OkAsync("work-queue", "ls", "--match", "x"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_schedules_are_paused_at_once_and_all_deployments_deleted()
    {
        await DeploymentAsync();
        foreach (var seconds in (string[])["3600", "7200"])
            await OkAsync("deployment", "schedule", "create", "etl/nightly", "--interval", seconds, "-y");
        await OkAsync("deployment", "schedule", "pause", "etl/nightly", "--all");
        Assert.All(Json(await OkAsync("deployment", "schedule", "ls", "etl/nightly", "-o", "json")).EnumerateArray(), schedule => Assert.False(schedule.GetProperty("active").GetBoolean()));
        Assert.Equal(2, (await _cli.RunAsync("deployment", "schedule", "pause", "etl/nightly")).Code);
        Assert.Equal(2, (await _cli.RunAsync("deployment", "delete", "etl/nightly", "--all")).Code);
        Assert.Contains("Deleted 1 deployments.", await OkAsync("deployment", "delete", "--all"), StringComparison.Ordinal);
        Assert.Contains("There are no deployments", await OkAsync("deployment", "ls"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_password_is_told_once()
    {
        _cli.Environment.Remove("REEVE_API_AUTH_STRING");
        var error = await FaultAsync("flow-run", "ls");
        Assert.Single(error.Split('.'), sentence => sentence.Contains("REEVE_API_AUTH_STRING", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_api_that_is_down_is_told_with_one_hint()
    {
        _cli.Environment["REEVE_API_URL"] = "http://127.0.0.1:1/api";
        var result = await _cli.RunAsync("server", "status");
        Assert.Equal(1, result.Code);
        Assert.Single(result.Output.Split("server start").Skip(1));
        Assert.Contains("http://127.0.0.1:1/api does not answer", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Blocks_of_known_packages_are_there_and_others_are_left_to_python()
    {
        await OkAsync("block", "type", "delete", "aws-credentials");
        Assert.Matches("(?m)^│ AWS Credentials +│$", await OkAsync("block", "register", "-m", "prefect_aws"));
        Assert.Contains("python -m prefect block register -m my_blocks", await FaultAsync("block", "register", "--module", "my_blocks"), StringComparison.Ordinal);
        var blocks = Path.Combine(_cli.Home, "blocks.py");
        await File.WriteAllTextAsync(blocks, "", Token);
        Assert.Contains($"register -f {blocks}", await FaultAsync("block", "register", "-f", blocks), StringComparison.Ordinal);
        Assert.Equal(2, (await _cli.RunAsync("block", "register")).Code);
    }

    [Fact]
    public async Task Profiles_are_listed_and_shown_as_json()
    {
        await OkAsync("profile", "create", "other");
        await OkAsync("--profile", "other", "config", "set", "REEVE_API_AUTH_STRING=a:b", "REEVE_LOGGING_LEVEL=DEBUG");
        var profiles = Json(await OkAsync("profile", "ls", "-o", "json"));
        Assert.Contains(profiles.EnumerateArray(), profile => profile.GetProperty("name").GetString() == "other" && !profile.GetProperty("active").GetBoolean());
        var shown = Json(await OkAsync("profile", "inspect", "other", "-o", "json"));
        Assert.Equal(("DEBUG", "********"), (shown.GetProperty("REEVE_LOGGING_LEVEL").GetString(), shown.GetProperty("REEVE_API_AUTH_STRING").GetString()));
    }

    private async Task<(Deployment Deployment, Flow Flow)> DeploymentAsync()
    {
        await OkAsync("work-pool", "create", "local");
        var flow = await _client.CreateFlowAsync(new FlowCreate { Name = "etl" }, Token);
        return (await _client.CreateDeploymentAsync(new DeploymentCreate { Name = "nightly", FlowId = flow.Id, WorkPoolName = "local" }, Token), flow);
    }

    private static JsonElement Json(string text) => WireJson.Parse(text);

    private async Task<string> OkAsync(params string[] args)
    {
        var result = await _cli.RunAsync(args);
        Assert.True(result.Code == 0, $"{string.Join(' ', args)}: {result.Error}");
        return result.Output;
    }

    private async Task<string> FaultAsync(params string[] args)
    {
        var result = await _cli.RunAsync(args);
        Assert.Equal(1, result.Code);
        return result.Error;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Connection.Dispose();
        await _server.DisposeAsync();
        _cli.Dispose();
    }
}
