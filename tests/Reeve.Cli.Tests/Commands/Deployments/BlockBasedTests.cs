using System.Text.Json;

namespace Reeve.Cli.Tests.Commands.Deployments;

/// <summary>The block-based road with the lines that scripts of the 2.x line hold. The flow is Python, which is read and not run: no Python is needed for that.</summary>
public sealed class BlockBasedTests : IAsyncLifetime
{
    private const string Flow = """
        from prefect import flow

        @flow(log_prints=True, description="Say hello.")
        def hello(number: int = 1, name: str = "world"):
            print(f"HELLO {number} {name}")
        """;

    private ServedCli _cli = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _cli = await ServedCli.StartAsync();
        _cli.Write("examples/hello_world.py", Flow);
        await _cli.OkAsync("block", "create", "process", "-n", "dev", "--field", "env.STAGE=dev");
    }

    public ValueTask DisposeAsync() => _cli.DisposeAsync();

    [Fact]
    public async Task Build_writes_the_file_of_the_old_road_and_applies_it()
    {
        var output = await _cli.OkAsync("deployment", "build", "examples/hello_world.py:hello", "-n", "Flow1", "-a", "--skip-upload", "-ib", "process/dev", "--params={\"number\": 42, \"name\": \"Do not panic!\"}",
            "--version=0.0.1", "--tag=dev", "--tag=some-tag1", "--cron=0 0 * * *", "--timezone=America/Chicago", "--work-queue=dev");

        Assert.Contains("Found flow 'hello'", output, StringComparison.Ordinal);
        Assert.Contains("Deployment 'hello/Flow1' successfully created with id '", output, StringComparison.Ordinal);
        Assert.Contains("agent start -q 'dev'", output, StringComparison.Ordinal);
        var text = await File.ReadAllTextAsync(Path.Combine(_cli.Cli.Home, "hello-deployment.yaml"), Ct);
        Assert.StartsWith("###\n### A complete description of a Prefect Deployment for flow 'hello'\n###\nname: Flow1\ndescription: Say hello.\nversion: 0.0.1\n", text, StringComparison.Ordinal);
        Assert.Contains("# The work queue that will handle this deployment's runs\nwork_queue_name: dev\nwork_pool_name: null\ntags:\n- dev\n- some-tag1\nparameters:\n  number: 42\n  name: Do not panic!\nschedule:\n  cron: 0 0 * * *\n  timezone: America/Chicago\n  day_or: true\nis_schedule_active: null\ninfra_overrides: {}\n\n###\n### DO NOT EDIT BELOW THIS LINE\n###\nflow_name: hello\nmanifest_path: null\ninfrastructure:\n", text, StringComparison.Ordinal);
        var deployment = (await _cli.Api.FindDeploymentAsync("hello", "Flow1", Ct))!;
        Assert.Equal(("0.0.1", "Say hello.", "dev", _cli.Cli.Home, "examples/hello_world.py:hello"), (deployment.Version, deployment.Description, deployment.WorkQueueName, deployment.Path, deployment.Entrypoint));
        Assert.Equal(42, deployment.Parameters.GetProperty("number").GetInt32());
        Assert.Equal("America/Chicago", deployment.Schedules.Single().Schedule.GetProperty("timezone").GetString());
        var block = (await _cli.Api.FindBlockDocumentAsync(deployment.InfrastructureDocumentId!.Value, Ct))!;
        Assert.Equal(("dev", false), (block.Name, block.IsAnonymous));
    }

    [Fact]
    public async Task Apply_takes_an_edited_file_and_uses_its_own_block_again()
    {
        await _cli.OkAsync("deployment", "build", "examples/hello_world.py:hello", "-n", "own", "-o", "own.yaml", "--override", "env.MODE=fast", "-q", "dev");
        var file = Path.Combine(_cli.Cli.Home, "own.yaml");
        var edited = (await File.ReadAllTextAsync(file, Ct)).Replace("schedule: null", "schedule:\n  interval: 3600.0\n  anchor_date: '2026-01-01T00:00:00+00:00'\n  timezone: UTC", StringComparison.Ordinal)
            .Replace("  env: {}", "  env:\n    STAGE: own", StringComparison.Ordinal).Replace("is_schedule_active: null", "is_schedule_active: false", StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, edited, Ct);

        Assert.Contains("Successfully loaded 'own'", await _cli.OkAsync("deployment", "apply", file, "--work-queue-concurrency", "3"), StringComparison.Ordinal);
        var first = (await _cli.Api.FindDeploymentAsync("hello", "own", Ct))!;
        await _cli.OkAsync("deployment", "apply", file);
        var second = (await _cli.Api.FindDeploymentAsync("hello", "own", Ct))!;

        Assert.True(first.Paused);
        Assert.Equal(3600, first.Schedules.Single().Schedule.GetProperty("interval").GetDouble());
        Assert.Equal("fast", first.InfraOverrides.GetProperty("env.MODE").GetString());
        Assert.Equal(first.InfrastructureDocumentId, second.InfrastructureDocumentId);
        var block = (await _cli.Api.FindBlockDocumentAsync(second.InfrastructureDocumentId!.Value, Ct))!;
        Assert.Equal((true, "own"), (block.IsAnonymous, block.Data.GetProperty("env").GetProperty("STAGE").GetString()));
        Assert.Equal(3, (await _cli.Api.FindWorkQueueAsync("default-agent-pool", "dev", Ct))!.ConcurrencyLimit);
    }

    [Fact]
    public async Task Building_again_keeps_what_was_edited_and_not_said_anew()
    {
        string[] build = ["deployment", "build", "examples/hello_world.py:hello", "-n", "kept", "--tag", "a"];
        await _cli.OkAsync(build);
        var file = Path.Combine(_cli.Cli.Home, "hello-deployment.yaml");
        var edited = (await File.ReadAllTextAsync(file, Ct)).Replace("parameters: {}", "parameters:\n  number: 7", StringComparison.Ordinal).Replace("- a", "- edited", StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, edited, Ct);

        var output = await _cli.OkAsync(build);

        Assert.Contains("Kept from 'hello-deployment.yaml'", output, StringComparison.Ordinal);
        var text = await File.ReadAllTextAsync(file, Ct);
        Assert.Contains("parameters:\n  number: 7\n", text, StringComparison.Ordinal);
        Assert.Contains("tags:\n- a\n", text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, "name: [", Ct);
        Assert.Contains("was not overwritten", await _cli.FaultAsync(build), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_a_Python_client_is_applied()
    {
        // as 2.10 wrote it: the block in the file, a schedule in the old form, keys that mean nothing here
        var file = _cli.Write("old-deployment.yaml", """
            ###
            ### A complete description of a Prefect Deployment for flow 'hello'
            ###
            name: 1st deployment
            description: null
            version: c32c546ce2bd947efe09556ab96caadb
            # The work queue that will handle this deployment's runs
            work_queue_name: default
            work_pool_name: null
            tags: []
            parameters: {}
            schedule:
              cron: 0 5 1 * *
              timezone: null
              day_or: true
            is_schedule_active: null
            infra_overrides: {}
            infrastructure:
              type: process
              env: {}
              labels: {}
              name: null
              command: null
              stream_output: true
              working_dir: null
              block_type_slug: process
              _block_type_slug: process

            ###
            ### DO NOT EDIT BELOW THIS LINE
            ###
            flow_name: hello
            manifest_path: null
            storage: null
            path: /srv/flows
            entrypoint: hello_world.py:hello
            parameter_openapi_schema:
              title: Parameters
              type: object
              properties: {}
              required: null
              definitions: null
            timestamp: '2023-03-01T10:00:00.000000+00:00'
            triggers: []
            """);

        await _cli.OkAsync("deployment", "apply", file);

        var deployment = (await _cli.Api.FindDeploymentAsync("hello", "1st deployment", Ct))!;
        Assert.Equal(("/srv/flows", "default"), (deployment.Path, deployment.WorkQueueName));
        Assert.Equal("0 5 1 * *", deployment.Schedules.Single().Schedule.GetProperty("cron").GetString());
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_told_at_once_and_nothing_is_applied()
    {
        await _cli.OkAsync("deployment", "build", "examples/hello_world.py:hello", "-n", "good", "-o", "good.yaml");
        var good = Path.Combine(_cli.Cli.Home, "good.yaml");
        var bad = _cli.Write("bad.yaml", (await File.ReadAllTextAsync(good, Ct)).Replace("name: good", "name: bad", StringComparison.Ordinal)
            .Replace("work_pool_name: null", "work_pool_name: nowhere", StringComparison.Ordinal).Replace("stream_output: true", "stream_output: perhaps", StringComparison.Ordinal));

        var fault = await _cli.FaultAsync("deployment", "apply", good, bad);

        Assert.Matches(@"bad\.yaml:\d+:17: there is no work pool 'nowhere'", fault);
        Assert.Matches(@"bad\.yaml:\d+:18: field 'stream_output' should be true or false, and this is the text 'perhaps'", fault);
        Assert.Contains("nothing was deployed", fault, StringComparison.Ordinal);
        Assert.Null(await _cli.Api.FindDeploymentAsync("hello", "good", Ct));
        var built = await _cli.FaultAsync("deployment", "build", "examples/hello_world.py:helo", "-n", "x", "-ib", "proces/dev", "-sb", "secret/x", "--pool", "nowhere");
        foreach (var part in (string[])["did you mean 'hello'?", "there is no kind of block 'proces' either; did you mean 'process'?", "there is no block 'secret/x'", "there is no work pool 'nowhere'"])
            Assert.Contains(part, built, StringComparison.Ordinal);
        Assert.Contains("exclude each other", await _cli.FaultAsync("deployment", "build", "examples/hello_world.py:hello", "-n", "x", "-ib", "process/dev", "-i", "process"), StringComparison.Ordinal);
        Assert.Contains("--name", await _cli.FaultAsync("deployment", "build", "examples/hello_world.py:hello"), StringComparison.Ordinal);
        Assert.Contains("python", await _cli.FaultAsync("deployment", "create", Path.Combine(_cli.Cli.Home, "examples", "hello_world.py")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_for_an_environment_is_deployed_directly_and_all_or_nothing()
    {
        var file = _cli.Write("prefect-deployments-dev.yaml", """
            ib-block: "process/dev" # Mandatory field.

            deployments:
              - name: Flow1
                entrypoint: "examples/hello_world.py:hello"
                parameters:
                  number: 42
                  name: "Do not panic!"
                  env.stage: "dev"
                schedule:
                  cron: "0 0 * * *"
                  timezone: "America/Chicago"
                tags:
                  - "dev"
                  - "some-tag1"
                version: "0.0.1"
                work_pool:
                  name: "pool"
                  work_queue_name: "dev"
              - name: Flow2
                entrypoint: "examples/hello_world.py:hello"
                schedule:
                  interval: 3600
                  anchor-date: "2026-01-01T00:00:00Z"
            """);

        Assert.Matches(@"prefect-deployments-dev\.yaml:18:13: there is no work pool 'pool'", await _cli.FaultAsync("deploy", "--from", file));
        Assert.Null(await _cli.Api.FindDeploymentAsync("hello", "Flow2", Ct));
        Assert.Contains("agent start", await _cli.OkAsync("work-pool", "create", "pool", "--type", "prefect-agent"), StringComparison.Ordinal);
        var output = await _cli.OkAsync("deploy", "--from", file);

        Assert.Contains("the flow has no parameter 'env.stage'", output, StringComparison.Ordinal);
        Assert.Contains("agent start -p 'pool' -q 'dev'", output, StringComparison.Ordinal);
        var first = (await _cli.Api.FindDeploymentAsync("hello", "Flow1", Ct))!;
        Assert.Equal(("pool", "dev", "0.0.1"), (first.WorkPoolName, first.WorkQueueName, first.Version));
        Assert.Equal(["dev", "some-tag1"], first.Tags.Order(StringComparer.Ordinal));
        Assert.Equal(3600, (await _cli.Api.FindDeploymentAsync("hello", "Flow2", Ct))!.Schedules.Single().Schedule.GetProperty("interval").GetDouble());
        Assert.Contains("has no deployment 'Flow9'", await _cli.FaultAsync("deploy", "--from", file, "-n", "Flow9"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Old_names_set_pause_and_resume_the_schedule()
    {
        await _cli.OkAsync("deployment", "build", "examples/hello_world.py:hello", "-n", "dev", "-a", "--skip-upload", "--rrule", "{\"rrule\": \"FREQ=DAILY\", \"timezone\": \"Europe/Berlin\"}");

        await _cli.OkAsync("deployment", "pause-schedule", "hello/dev");
        Assert.False((await _cli.Api.FindDeploymentAsync("hello", "dev", Ct))!.Schedules.Single().Active);
        await _cli.OkAsync("deployment", "resume-schedule", "hello/dev");
        Assert.True((await _cli.Api.FindDeploymentAsync("hello", "dev", Ct))!.Schedules.Single().Active);
        await _cli.OkAsync("deployment", "set-schedule", "hello/dev", "--interval", "60");
        Assert.Equal(60, (await _cli.Api.FindDeploymentAsync("hello", "dev", Ct))!.Schedules.Single().Schedule.GetProperty("interval").GetDouble());
        await _cli.OkAsync("deployment", "set-schedule", "hello/dev", "--no-schedule");
        Assert.Empty((await _cli.Api.FindDeploymentAsync("hello", "dev", Ct))!.Schedules);
        Assert.Contains("has no schedule", await _cli.FaultAsync("deployment", "pause-schedule", "hello/dev"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_says_what_it_cannot_serve()
    {
        await _cli.OkAsync("work-pool", "create", "local", "--type", "process");

        Assert.Contains("which workers serve, not agents", await _cli.FaultAsync("agent", "start", "-p", "local"), StringComparison.Ordinal);
        Assert.Contains("which work?", await _cli.FaultAsync("agent", "start"), StringComparison.Ordinal);
        Assert.Contains("no longer by tags", await _cli.FaultAsync("agent", "start", "-t", "dev"), StringComparison.Ordinal);
        Assert.Contains("there is no work pool 'nowhere'", await _cli.FaultAsync("agent", "start", "-p", "nowhere", "-q", "x"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_whose_infrastructure_an_agent_cannot_give_ends_with_the_way_on()
    {
        await _cli.OkAsync("block", "create", "docker-container", "-n", "dev");
        await _cli.OkAsync("deployment", "build", "examples/hello_world.py:hello", "-n", "docked", "-a", "--skip-upload", "-ib", "docker-container/dev", "-q", "dock");
        await _cli.OkAsync("deployment", "run", "hello/docked");

        Assert.Contains("Looking for work from queue(s): dock...", await _cli.OkAsync("agent", "start", "-q", "dock", "--run-once"), StringComparison.Ordinal);

        var run = JsonDocument.Parse(await _cli.OkAsync("flow-run", "ls", "-o", "json")).RootElement[0];
        Assert.Equal("CRASHED", run.GetProperty("state_type").GetString());
        Assert.Contains("'docker-container/dev' is of kind 'docker-container'", run.GetProperty("state").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("a work pool of type 'docker'", run.GetProperty("state").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_of_a_prefix_takes_its_queues_and_no_other()
    {
        await _cli.OkAsync("block", "create", "process", "-n", "echo", "--field", "command=[\"sh\", \"-c\", \"test $STAGE = $WANTED\"]", "--field", "env.STAGE=one");
        await _cli.OkAsync("deployment", "build", "examples/hello_world.py:hello", "-n", "a", "-a", "--skip-upload", "-ib", "process/echo", "-q", "prod-a", "--override", "env.WANTED=one");
        await _cli.OkAsync("deployment", "build", "examples/hello_world.py:hello", "-n", "b", "-a", "--skip-upload", "-ib", "process/echo", "-q", "test-b");
        await _cli.OkAsync("deployment", "run", "hello/a");
        await _cli.OkAsync("deployment", "run", "hello/b");

        var output = await _cli.OkAsync("agent", "start", "--match", "prod-", "--run-once", "--hide-welcome");

        // the command is the block's and runs with its environment and the override; that it reports no state is what the run says of it
        Assert.Contains("exited cleanly", output, StringComparison.Ordinal);
        var states = JsonDocument.Parse(await _cli.OkAsync("flow-run", "ls", "-o", "json")).RootElement.EnumerateArray().Select(run => run.GetProperty("state_type").GetString()).Order(StringComparer.Ordinal);
        Assert.Equal(["CRASHED", "SCHEDULED"], states);
    }
}
