using System.Text.Json;
using Microsoft.Extensions.Logging;
using Reeve.Client;
using Reeve.Protocol.Runs;
using Reeve.Server;

namespace Reeve.Cli.Tests;

/// <summary>The commands that speak to the API, against a real server on a free port.</summary>
public sealed class CommandsAgainstServerTests : IAsyncLifetime
{
    private readonly TestCli _cli = new();
    private ServerHost _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = ServerHost.Build(new ServerOptions { Home = Path.Combine(_cli.Home, "server"), Port = 0, Logging = logging => logging.SetMinimumLevel(LogLevel.None) });
        Directory.CreateDirectory(Path.Combine(_cli.Home, "server"));
        await _server.StartAsync(TestContext.Current.CancellationToken);
        _cli.Environment["REEVE_API_URL"] = _server.Address + "/api";
    }

    [Fact]
    public async Task A_work_pool_is_made_shown_changed_and_deleted()
    {
        await OkAsync("work-pool", "create", "local", "--type", "process", "--concurrency-limit", "3");
        Assert.Contains("--overwrite", await FaultAsync("work-pool", "create", "local"), StringComparison.Ordinal);
        Assert.Contains("cannot become", await FaultAsync("work-pool", "create", "local", "--type", "docker", "--overwrite"), StringComparison.Ordinal);
        Assert.Matches(@"(?m)^local +process +\S+ +3 ", await OkAsync("work-pool", "ls"));
        var pool = JsonDocument.Parse(await OkAsync("work-pool", "inspect", "local", "-o", "json")).RootElement;
        Assert.Equal("{{ command }}", pool.GetProperty("base_job_template").GetProperty("job_configuration").GetProperty("command").GetString());
        await OkAsync("work-pool", "pause", "local");
        Assert.Contains("PAUSED", await OkAsync("work-pool", "ls"), StringComparison.Ordinal);
        await OkAsync("work-pool", "resume", "local");
        await OkAsync("work-pool", "clear-concurrency-limit", "local");
        Assert.Matches(@"(?m)^local +process +\S+ +none ", await OkAsync("work-pool", "ls"));
        await OkAsync("work-pool", "delete", "local");
        Assert.Contains("did you mean", await FaultAsync("work-pool", "create", "x", "--type", "proces"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_work_queue_is_made_shown_changed_and_deleted()
    {
        await OkAsync("work-pool", "create", "local");
        Assert.Contains("priority 1", await OkAsync("work-queue", "create", "fast", "--pool", "local", "--priority", "1", "--limit", "2"), StringComparison.Ordinal);
        Assert.Matches(@"(?m)^fast +local +1 +2 ", await OkAsync("work-queue", "ls", "--pool", "local"));
        await OkAsync("work-queue", "pause", "fast", "--pool", "local");
        Assert.Contains("PAUSED", await OkAsync("work-queue", "ls"), StringComparison.Ordinal);
        await OkAsync("work-queue", "resume", "fast", "-p", "local");
        await OkAsync("work-queue", "set-concurrency-limit", "fast", "7", "-p", "local");
        Assert.Contains("\"concurrency_limit\": 7", await OkAsync("work-queue", "inspect", "fast", "-p", "local"), StringComparison.Ordinal);
        await OkAsync("work-queue", "clear-concurrency-limit", "fast", "-p", "local");
        Assert.Contains("No runs wait", await OkAsync("work-queue", "preview", "fast", "-p", "local"), StringComparison.Ordinal);
        Assert.Contains("0 runs", await OkAsync("work-queue", "read-runs", "fast", "-p", "local"), StringComparison.Ordinal);
        Assert.Contains("did you mean 'fast'?", await FaultAsync("work-queue", "delete", "fas", "-p", "local"), StringComparison.Ordinal);
        await OkAsync("work-queue", "delete", "fast", "-p", "local");
        await OkAsync("work-pool", "update", "local", "--description", "mine");
        Assert.Contains("mine", await OkAsync("work-pool", "ls", "-v"), StringComparison.Ordinal);
        Assert.Contains("No runs wait", await OkAsync("work-pool", "preview", "local"), StringComparison.Ordinal);
        Assert.Contains("job_configuration", await OkAsync("work-pool", "get-default-base-job-template", "--type", "process"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Schedules_of_a_deployment_are_added_switched_and_taken_away()
    {
        using var api = new HttpClient { BaseAddress = new Uri(_server.Address + "/api/") };
        var flow = JsonDocument.Parse(await (await api.PostAsync("flows/", new StringContent("""{"name": "etl"}"""), TestContext.Current.CancellationToken)).Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        await api.PostAsync("deployments/", new StringContent($$"""{"name": "nightly", "flow_id": "{{flow.RootElement.GetProperty("id").GetString()}}"}"""), TestContext.Current.CancellationToken);

        Assert.Contains("cron: 0 2 * * *", await OkAsync("deployment", "schedule", "create", "etl/nightly", "--cron", "0 2 * * *", "--timezone", "Europe/Berlin", "--slug", "night"), StringComparison.Ordinal);
        await OkAsync("deployment", "schedule", "create", "etl/nightly", "--interval", "3600", "--inactive");
        Assert.Contains("cannot be", await FaultAsync("deployment", "schedule", "create", "etl/nightly", "--cron", "0 0 30 2 *"), StringComparison.Ordinal);
        await OkAsync("deployment", "schedule", "pause", "etl/nightly", "night");
        var listed = await OkAsync("deployment", "schedule", "ls", "etl/nightly");
        Assert.Matches(@"night +cron: 0 2 \* \* \* +Europe/Berlin +no", listed);
        await OkAsync("deployment", "schedule", "resume", "etl/nightly", "night");
        await OkAsync("deployment", "schedule", "delete", "etl/nightly", "night");
        Assert.Contains("no schedule 'night'", await FaultAsync("deployment", "schedule", "pause", "etl/nightly", "night"), StringComparison.Ordinal);
        Assert.Contains("(1).", await OkAsync("deployment", "schedule", "clear", "etl/nightly"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pool_that_is_not_there_is_named_with_the_nearest()
    {
        await OkAsync("work-pool", "create", "local");
        Assert.Contains("did you mean 'local'?", await FaultAsync("work-pool", "inspect", "locl"), StringComparison.Ordinal);
        Assert.Contains("did you mean 'local'?", await FaultAsync("worker", "start", "--pool", "locl", "--run-once"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_with_a_type_makes_its_pool_and_running_once_ends()
    {
        var output = await OkAsync("worker", "start", "--pool", "fresh", "--type", "process", "--run-once", "--name", "me");
        Assert.Contains("Created work pool 'fresh'", output, StringComparison.Ordinal);
        Assert.Contains("Worker 'me' started!", output, StringComparison.Ordinal);
        Assert.Contains("fresh", await OkAsync("work-pool", "ls"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_variable_is_set_read_changed_and_deleted()
    {
        await OkAsync("variable", "set", "branch", "main", "--tag", "git");
        await OkAsync("variable", "set", "limits", """{"daily": 3}""");
        Assert.Contains("--overwrite", await FaultAsync("variable", "set", "branch", "dev"), StringComparison.Ordinal);
        await OkAsync("variable", "set", "branch", "dev", "--overwrite");
        Assert.Equal("dev", (await OkAsync("variable", "get", "branch")).Trim());
        Assert.Equal("git", JsonDocument.Parse(await OkAsync("variable", "inspect", "branch")).RootElement.GetProperty("tags")[0].GetString());
        Assert.Equal(2, JsonDocument.Parse(await OkAsync("variable", "ls", "-o", "json")).RootElement.GetArrayLength());
        Assert.Contains("did you mean 'branch'?", await FaultAsync("variable", "get", "branhc"), StringComparison.Ordinal);
        await OkAsync("variable", "unset", "branch");
        await OkAsync("variable", "delete", "limits");
        Assert.Contains("There are no variables", await OkAsync("variable", "ls"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Flow_runs_are_listed_beyond_one_page_of_the_api()
    {
        using var connection = new ApiConnection(new SocketsHttpHandler(), new Uri(_server.Address + "/api"), RetryPolicy.Interactive);
        var client = new OrchestrationClient(connection);
        var flow = await client.CreateFlowAsync(new FlowCreate { Name = "many" }, TestContext.Current.CancellationToken);
        for (var i = 0; i < 203; i++)
            await client.CreateFlowRunAsync(new FlowRunCreate { FlowId = flow.Id }, TestContext.Current.CancellationToken);

        var all = JsonDocument.Parse(await OkAsync("flow-run", "ls", "--limit", "1000", "-o", "json")).RootElement;
        Assert.Equal(203, all.EnumerateArray().Select(r => r.GetProperty("id").GetGuid()).Distinct().Count());
        Assert.Equal(202, JsonDocument.Parse(await OkAsync("flow-run", "ls", "--limit", "202", "-o", "json")).RootElement.GetArrayLength());
        Assert.Contains("above 0", await FaultAsync("flow-run", "ls", "--limit", "0"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_is_taken_from_input_and_never_shown()
    {
        var made = await _cli.RunAsync("s3cr3t-of-the-test\n", ["block", "create", "secret", "--name", "bitcred", "--value-stdin"]);
        Assert.True(made.Code == 0, made.Error);
        var shown = await OkAsync("block", "inspect", "secret/bitcred") + await OkAsync("block", "ls") + await OkAsync("block", "inspect", "secret/bitcred", "-o", "json") + made.Output;
        Assert.DoesNotContain("s3cr3t-of-the-test", shown, StringComparison.Ordinal);
        Assert.Contains("secret/bitcred", shown, StringComparison.Ordinal);
        Assert.Contains("********", shown, StringComparison.Ordinal);
        Assert.Contains("--overwrite", await FaultAsync("block", "create", "secret", "--name", "bitcred", "--value-env", "NOWHERE"), StringComparison.Ordinal);
        _cli.Environment["OTHER"] = "another";
        await OkAsync("block", "create", "secret", "--name", "bitcred", "--value-env", "OTHER", "--overwrite");
        await OkAsync("block", "delete", "secret/bitcred");
        Assert.Contains("there is no block 'secret/bitcred'", await FaultAsync("block", "inspect", "secret/bitcred"), StringComparison.Ordinal);
        Assert.Contains("secret", await OkAsync("block", "type", "ls"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Artifacts_are_listed_shown_and_deleted()
    {
        Assert.Contains("There are no artifacts", await OkAsync("artifact", "ls"), StringComparison.Ordinal);
        foreach (var data in (string[])["\"one\"", "\"two\""])
            await PostAsync("artifacts/", $$"""{"key": "report", "type": "markdown", "data": {{data}}, "description": "of the day"}""");
        await PostAsync("artifacts/", """{"key": "other", "type": "table"}""");

        Assert.Equal(2, JsonDocument.Parse(await OkAsync("artifact", "ls", "-o", "json")).RootElement.GetArrayLength());
        Assert.Equal(3, JsonDocument.Parse(await OkAsync("artifact", "ls", "--all", "-o", "json")).RootElement.GetArrayLength());
        Assert.Matches(@"(?m)^\S+ +report +markdown ", await OkAsync("artifact", "ls"));
        var versions = await OkAsync("artifact", "inspect", "report");
        Assert.True(versions.IndexOf("two", StringComparison.Ordinal) < versions.IndexOf("one", StringComparison.Ordinal), versions);
        Assert.Contains("of the day", versions, StringComparison.Ordinal);
        var newest = JsonDocument.Parse(await OkAsync("artifact", "inspect", "report", "--limit", "1", "-o", "json")).RootElement[0].GetProperty("id").GetString()!;
        await OkAsync("artifact", "delete", "--id", newest);
        Assert.DoesNotContain("two", await OkAsync("artifact", "inspect", "report"), StringComparison.Ordinal);
        Assert.Contains("(1 version)", await OkAsync("artifact", "delete", "report"), StringComparison.Ordinal);
        Assert.Contains("there is no artifact 'report'", await FaultAsync("artifact", "inspect", "report"), StringComparison.Ordinal);
        Assert.Contains("did you mean 'other'?", await FaultAsync("artifact", "delete", "othr"), StringComparison.Ordinal);
        Assert.Contains("no artifact with the id", await FaultAsync("artifact", "delete", "--id", newest), StringComparison.Ordinal);
        Assert.Contains("which artifact", await FaultAsync("artifact", "delete"), StringComparison.Ordinal);
        Assert.Contains("from 1 to 200", await FaultAsync("artifact", "ls", "--limit", "0"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kind_of_block_is_shown_and_deleted()
    {
        var shown = await OkAsync("block", "type", "inspect", "slack-webhook");
        Assert.Matches(@"(?m)^url +yes +string ", shown);
        Assert.Equal("Slack Webhook", JsonDocument.Parse(await OkAsync("block", "type", "inspect", "slack-webhook", "-o", "json")).RootElement.GetProperty("name").GetString());
        await OkAsync("block", "type", "delete", "slack-webhook");
        Assert.Contains("there is no kind of block 'slack-webhook'", await FaultAsync("block", "type", "inspect", "slack-webhook"), StringComparison.Ordinal);
        Assert.Contains("protected", await FaultAsync("block", "type", "delete", "secret"), StringComparison.Ordinal);
        _cli.Environment["OTHER"] = "another";
        await OkAsync("block", "create", "secret", "--name", "one", "--value-env", "OTHER");
        var id = JsonDocument.Parse(await OkAsync("block", "inspect", "secret/one", "-o", "json")).RootElement.GetProperty("id").GetString()!;
        Assert.Contains("********", await OkAsync("block", "inspect", "--id", id), StringComparison.Ordinal);
        Assert.Contains("no block with the id", await FaultAsync("block", "inspect", "--id", Guid.NewGuid().ToString()), StringComparison.Ordinal);
        Assert.Contains("which block", await FaultAsync("block", "inspect"), StringComparison.Ordinal);
    }

    private async Task PostAsync(string path, string body)
    {
        using var http = new HttpClient();
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(new Uri($"{_server.Address}/api/{path}"), content, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    [Fact]
    public async Task A_secret_as_an_argument_is_refused_with_the_reason()
    {
        var result = await _cli.RunAsync("block", "create", "secret", "--name", "x", "--value", "s3cr3t");
        Assert.Equal(2, result.Code);
        Assert.Contains("arguments are seen by every user", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_project_is_deployed_run_paused_and_deleted()
    {
        var project = await ProjectAsync();
        await OkAsync("work-pool", "create", "local");
        Assert.Contains("Deployed 'hello/one' to work pool 'local'.", await OkAsync("deploy", "--all", "--prefect-file", project), StringComparison.Ordinal);
        Assert.Matches(@"(?m)^hello/one ", await OkAsync("deployment", "ls"));
        Assert.Contains("did you mean 'hello/one'?", await FaultAsync("deployment", "inspect", "hello/on"), StringComparison.Ordinal);

        var run = JsonDocument.Parse(await OkAsync("deployment", "run", "hello/one", "--param", "name=Ada", "--flow-run-name", "first", "--tag", "t", "-jv", "env={\"A\": \"1\"}", "-o", "json")).RootElement;
        Assert.Equal("Ada", run.GetProperty("parameters").GetProperty("name").GetString());
        Assert.Equal("""{"env":{"A":"1"}}""", run.GetProperty("job_variables").GetRawText().Replace(" ", "", StringComparison.Ordinal).ReplaceLineEndings(""));
        Assert.Contains("did you mean 'name'?", await FaultAsync("deployment", "run", "hello/one", "--param", "nmae=Ada"), StringComparison.Ordinal);

        Assert.Matches(@"(?m)^\S+ +hello +first +SCHEDULED", await OkAsync("flow-run", "ls"));
        Assert.Contains("Parameters:  {\"name\"", (await OkAsync("flow-run", "inspect", "first")).Replace("{ ", "{", StringComparison.Ordinal), StringComparison.Ordinal);
        await OkAsync("flow-run", "cancel", "first");
        Assert.Contains("CANCELLED", await OkAsync("flow-run", "ls", "--state-type", "cancelled"), StringComparison.Ordinal);
        Assert.Contains("has ended already", await FaultAsync("flow-run", "cancel", "first"), StringComparison.Ordinal);
        Assert.Equal(1, (await _cli.RunAsync("flow-run", "watch", "first")).Code);
        await OkAsync("flow-run", "delete", "first");
        Assert.Contains("there is no flow run 'first'", await FaultAsync("flow-run", "logs", "first"), StringComparison.Ordinal);

        await OkAsync("deployment", "pause", "hello/one");
        Assert.Contains("PAUSED", await OkAsync("deployment", "ls"), StringComparison.Ordinal);
        await OkAsync("deployment", "resume", "one");
        await OkAsync("deployment", "delete", "hello/one");
        Assert.Contains("There are no deployments", await OkAsync("deployment", "ls"), StringComparison.Ordinal);
        Assert.Contains("hello", await OkAsync("flow", "ls"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deployment_is_changed_by_options_and_needs_to_be_one()
    {
        var project = await ProjectAsync();
        await OkAsync("work-pool", "create", "local");
        await OkAsync("deploy", "-n", "one", "--prefect-file", project, "--param", "name=Ada", "--cron", "0 6 * * *", "--timezone", "Europe/Berlin", "--tag", "changed");
        var deployment = JsonDocument.Parse(await OkAsync("deployment", "inspect", "hello/one")).RootElement;
        Assert.Equal("Ada", deployment.GetProperty("parameters").GetProperty("name").GetString());
        Assert.Equal("0 6 * * *", deployment.GetProperty("schedules")[0].GetProperty("schedule").GetProperty("cron").GetString());
        Assert.Equal("changed", deployment.GetProperty("tags")[0].GetString());
    }

    [Fact]
    public async Task Every_fault_of_a_project_is_told_at_its_place_and_nothing_is_deployed()
    {
        var project = await ProjectAsync("  parametres: {}\n");
        var fault = await FaultAsync("deploy", "--all", "--prefect-file", project);
        Assert.Matches(@"prefect\.yaml:\d+:\d+: .*parametres", fault);
        Assert.Contains("There are no deployments", await OkAsync("deployment", "ls"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_paused_run_says_what_it_waits_for_and_is_resumed_or_cancelled()
    {
        using var connection = new ApiConnection(new HttpClientHandler(), new Uri(_server.Address + "/api"), RetryPolicy.None);
        var api = new OrchestrationClient(connection);
        await PausedAsync(api, "asks");
        await PausedAsync(api, "left");

        Assert.Contains("""flow-run resume asks --input '{"approved": <boolean>, "rows": 7}'""", await FaultAsync("flow-run", "resume", "asks", "--input", """{"rows": 8}"""), StringComparison.Ordinal);
        Assert.Contains("goes on", await OkAsync("flow-run", "resume", "asks", "--input", """{"approved": true}"""), StringComparison.Ordinal);
        Assert.Contains("is being cancelled", await OkAsync("flow-run", "cancel", "left"), StringComparison.Ordinal);
        Assert.Matches(@"(?m)^\S+ +hello +left +CANCELLING", await OkAsync("flow-run", "ls"));
    }

    private static async Task PausedAsync(OrchestrationClient api, string name)
    {
        var ct = TestContext.Current.CancellationToken;
        var flow = await api.CreateFlowAsync(new FlowCreate { Name = "hello" }, ct);
        var run = await api.CreateFlowRunAsync(new FlowRunCreate { FlowId = flow.Id, Name = name, State = new StateCreate { Type = StateType.Running } }, ct);
        const string Schema = """{"type": "object", "properties": {"approved": {"type": "boolean"}, "rows": {"type": "integer", "default": 7}}, "required": ["approved"]}""";
        await api.CreateFlowRunInputAsync(run.Id, new FlowRunInputCreate("paused-1-schema", Schema), ct);
        var details = new StateDetails { PauseTimeout = DateTimeOffset.MaxValue, RunInputKeyset = new() { ["schema"] = "paused-1-schema", ["response"] = "paused-1-response" } };
        Assert.Equal(OrchestrationStatus.Accept, (await api.SetFlowRunStateAsync(run.Id, new StateCreate { Type = StateType.Paused, StateDetails = details }, force: false, ct)).Status);
    }

    private async Task<string> ProjectAsync(string more = "")
    {
        var folder = Path.Combine(_cli.Home, "project");
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "hello.py"), "from prefect import flow\n\n@flow\ndef hello(name: str = 'x'):\n    pass\n");
        var file = Path.Combine(folder, "prefect.yaml");
        await File.WriteAllTextAsync(file, "deployments:\n- name: one\n  entrypoint: hello.py:hello\n  work_pool:\n    name: local\n" + more);
        return file;
    }

    private async Task<string> OkAsync(params string[] args)
    {
        var result = await _cli.RunAsync(args);
        Assert.True(result.Code == 0, $"reeve {string.Join(' ', args)}: {result.Code} {result.Output}{result.Error}");
        return result.Output;
    }

    private async Task<string> FaultAsync(params string[] args)
    {
        var result = await _cli.RunAsync(args);
        Assert.True(result.Code is 1 or 2, $"reeve {string.Join(' ', args)}: {result.Code} {result.Output}");
        Assert.StartsWith("Error: ", result.Error, StringComparison.Ordinal);
        return result.Error;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _cli.Dispose();
    }
}
