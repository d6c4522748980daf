using System.Text.Json;
using Microsoft.Extensions.Logging;
using Reeve.Client;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Json;
using Reeve.Protocol.Projects;
using Reeve.Server;

namespace Reeve.Cli.Tests.Commands.Deployments;

/// <summary>plan, apply and promote against a real server.</summary>
public sealed class PlanAndApplyTests : IAsyncLifetime
{
    private const string Project = """
        name: shop
        deployments:
        - name: nightly
          entrypoint: flows/etl.py:etl
          parameters: {name: a, number: 1}
          schedule: {cron: 0 0 * * *, timezone: Europe/Berlin}
          work_pool: {name: local, job_variables: {env: {LEVEL: info}}}
        - name: hourly
          entrypoint: flows/etl.py:etl
          parameters: {name: b}
          work_pool: {name: local}
        """;

    private readonly TestCli _cli = new();
    private ServerHost _server = null!;
    private ApiConnection _connection = null!;

    private OrchestrationClient Client => new(_connection);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Path.Combine(_cli.Home, "server"));
        _server = ServerHost.Build(new ServerOptions { Home = Path.Combine(_cli.Home, "server"), Port = 0, Logging = logging => logging.SetMinimumLevel(LogLevel.None) });
        await _server.StartAsync(Ct);
        _cli.Environment["REEVE_API_URL"] = _server.Address + "/api";
        _connection = new ApiConnection(new SocketsHttpHandler(), new Uri(_server.Address + "/api"), RetryPolicy.None);
        Assert.Equal(0, (await _cli.RunAsync("work-pool", "create", "local")).Code);
        Write("flows/etl.py", "from prefect import flow\n@flow\ndef etl(name: str, number: int = 1): ...\n");
    }

    public async ValueTask DisposeAsync()
    {
        _connection.Dispose();
        await _server.DisposeAsync();
        _cli.Dispose();
    }

    [Fact]
    public async Task A_project_is_planned_applied_and_then_unchanged()
    {
        Write("prefect.yaml", Project);

        var plan = await _cli.RunAsync("plan");
        var applied = await _cli.RunAsync("apply", "-y");
        var after = await _cli.RunAsync("plan");

        Assert.Equal(("", 2), (plan.Error, plan.Code));
        Assert.Contains("+ etl/nightly\n    entrypoint: \"flows/etl.py:etl\"", plan.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        foreach (var line in (string[])["parameters.name: \"b\"", "job_variables.env: {\"LEVEL\":\"info\"}", "schedules[cron 0 0 * * * Europe/Berlin]: active", "pull_steps[0].prefect.deployments.steps."])
            Assert.Contains("\n    " + line, plan.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("Plan: 2 to create.", plan.Output, StringComparison.Ordinal);
        Assert.Equal(("Applied: 2 written, 0 pruned.", 0), (applied.Error.Trim(), applied.Code));
        Assert.Equal(("Project 'shop'\n\nNo changes: 2 unchanged.\n", 0), (after.Output.ReplaceLineEndings("\n"), after.Code));
    }

    [Fact]
    public async Task A_variable_that_the_environment_lacks_is_told_before_a_build_step_runs()
    {
        Write("prefect.yaml", """
            name: shop
            build:
            - prefect.deployments.steps.run_shell_script: {id: slow, script: touch built}
            deployments:
            - name: nightly
              entrypoint: flows/etl.py:etl
              parameters: {name: a, nmber: 1}
              work_pool: {name: local, job_variables: {image: "{{ slow.stdout }}", level: "{{ $REEVE_TEST_NOT_THERE }}"}}
            """);

        foreach (var words in (string[][])[["deploy", "--all"], ["plan"], ["apply", "--yes"]])
        {
            var (code, _, error) = await _cli.RunAsync(words);
            Assert.Equal(1, code);
            Assert.Contains("prefect.yaml:8:80: '{{ $REEVE_TEST_NOT_THERE }}': the environment has no variable 'REEVE_TEST_NOT_THERE'", error, StringComparison.Ordinal);
            Assert.Contains("the flow has no parameter 'nmber'; did you mean 'number'?", error, StringComparison.Ordinal);
        }
        Assert.False(File.Exists(Path.Combine(_cli.Home, "built")));
    }

    [Fact]
    public async Task A_slip_in_the_file_hides_nothing_of_what_the_rest_of_it_names()
    {
        Write("prefect.yaml", """
            name: shop
            pull:
            - prefect.deployments.steps.git_clone: {repository: https://git.example/x.git, access_token: "{{ prefect.blocks.secret.nope }}", branch: "{{ get-token.stdout }}"}
            deployments:
            - name: a
              entrypoint: flows/etl.py:elt
              work_pol: {name: local}
            - name: b
              entrypoint: flows/etll.py:etl
              work_pool: {name: lokal}
              schedule: {cron: "61 * * * *"}
            """);

        foreach (var words in (string[][])[["deploy", "--all"], ["plan"]])
        {
            var (code, _, error) = await _cli.RunAsync(words);
            Assert.Equal(1, code);
            Assert.StartsWith("Error: 7 faults; nothing was ", error, StringComparison.Ordinal);
            Assert.Equal([3, 3, 6, 7, 9, 10, 11], System.Text.RegularExpressions.Regex.Matches(error, @"prefect\.yaml:(\d+):\d+: ").Select(match => int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)));
        }
    }

    [Fact]
    public async Task Everything_that_a_deployment_can_say_is_stored_and_is_no_change_afterwards()
    {
        await Client.CreateWorkPoolAsync(new Protocol.WorkPools.WorkPoolCreate { Name = "große halle", Type = "process" }, Ct);
        await ApplyAsync("""
            name: Läden 1
            prefect-version: 2.20.25
            x-common: &common
              entrypoint: flows/etl.py:etl
              work_pool: &pool {name: große halle, work_queue_name: fast, job_variables: {env: {A: "1", N: 1.50}, working_dir: null}}
            definitions:
              tags: &tags [a, "ü", a]
            deployments:
            - <<: *common
              name: jede Stunde
              version: 1.0
              version_type: prefect:simple
              description: |
                two
                lines
              tags: *tags
              paused: true
              parameters: {name: x, number: 1e3, extra: [1, {b: null}]}
              enforce_parameter_schema: false
              concurrency_limit: {limit: 3, collision_strategy: CANCEL_NEW, grace_period_seconds: 90}
              sla: [{name: s, duration: 10}]
              schedules:
              - {cron: "0 9 * * 1-5", timezone: Europe/Berlin, day_or: false, slug: work, active: false, parameters: {number: 2}}
              - {cron: "0 9 * * 1-5"}
              - {cron: "0 9 * * 1-5"}
              - {interval: 3600, anchor_date: "2026-01-31T08:00:00+01:00", timezone: America/New_York}
              - {interval: PT2H}
              - {schedule: {rrule: "FREQ=WEEKLY;BYDAY=MO,WE", timezone: Asia/Tokyo}, max_scheduled_runs: 3}
              - {}
              triggers:
              - {name: missed, type: event, posture: Proactive, expect: [heartbeat], within: 60, match: {prefect.resource.id: "shop.*"}, enabled: false}
              - {type: compound, require: any, within: 10, triggers: [{expect: [a]}, {type: event, posture: Reactive, expect: [b], threshold: 2}], job_variables: {x: 1}, schedule_after: 5}
            - <<: *common
              name: plain
              parameters: {name: y}
              pull: []
              work_pool: {<<: *pool, work_queue_name: null}
              concurrency_limit: 4
            """);

        var state = await Client.GetProjectStateAsync("Läden 1", new ProjectQuery(), Ct);
        var rich = state.Deployments.Single(one => one.Deployment.Name == "jede Stunde");
        Assert.Equal(("1.0", "two\nlines\n", true, "große halle", "fast"),
            (rich.Deployment.Version, rich.Deployment.Description, rich.Deployment.Paused, rich.Deployment.WorkPoolName, rich.Deployment.WorkQueueName));
        Assert.Equal((6, 2, 3, "CANCEL_NEW"), (rich.Deployment.Schedules.Count, rich.Automations.Count, rich.Deployment.GlobalConcurrencyLimit!.Limit, rich.Deployment.ConcurrencyOptions!.CollisionStrategy));
        Assert.Contains(rich.Automations, automation => automation is { Name: "missed", Enabled: false });
        Assert.Contains(rich.Automations, automation => automation.Name == "jede Stunde__automation_2");
        var again = await _cli.RunAsync("plan");
        Assert.Equal("Project 'Läden 1'\n\nNo changes: 2 unchanged.\n", again.Output.ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task Deployments_that_deploy_made_are_adopted_once()
    {
        Write("prefect.yaml", Project);
        var flow = await Client.CreateFlowAsync(new Protocol.Runs.FlowCreate { Name = "etl" }, Ct);
        await Client.CreateDeploymentAsync(new DeploymentCreate { Name = "nightly", FlowId = flow.Id, Paused = true, WorkPoolName = "local", Parameters = Json("""{"name": "old"}""") }, Ct);

        var plan = await _cli.RunAsync("plan");
        Assert.Contains("~ etl/nightly (is there already and becomes the project's)", plan.Output, StringComparison.Ordinal);
        Assert.Contains("paused: kept true", plan.Output, StringComparison.Ordinal);
        Assert.Contains("parameters.name: \"old\" -> \"a\"", plan.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await _cli.RunAsync("apply", "-y")).Code);
        Assert.True((await FindAsync("nightly")).Paused);
        Assert.Equal(0, (await _cli.RunAsync("plan")).Code);
    }

    [Fact]
    public async Task Several_files_are_one_project_and_one_of_them_alone_prunes_nothing_of_the_other()
    {
        var first = Write("a.yaml", Project[..Project.IndexOf("- name: hourly", StringComparison.Ordinal)]);
        var second = Write("b.yaml", "name: shop\ndeployments:\n" + Project[Project.IndexOf("- name: hourly", StringComparison.Ordinal)..]);
        Assert.Equal(0, (await _cli.RunAsync("apply", "-y", "-f", first, "-f", second)).Code);

        Assert.Equal(0, (await _cli.RunAsync("plan", "--prune", "-f", first)).Code);
        File.Delete(second);
        Assert.Contains("- etl/hourly", (await _cli.RunAsync("plan", "--prune", "-f", first)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_that_was_overtaken_is_refused_and_nothing_is_written()
    {
        await ApplyAsync(Project);
        Write("prefect.yaml", Project.Replace("number: 1", "number: 2", StringComparison.Ordinal));
        var nightly = await FindAsync("nightly");

        // between the plan and the answer to "Apply?" somebody tags the deployment
        using var asked = new Overtaking(() => Client.UpdateDeploymentAsync(nightly.Id, new DeploymentUpdate { Tags = new(["mine"]) }, Ct));
        var result = await _cli.RunAsync(asked, ["--prompt", "apply"]);

        Assert.Equal(1, result.Code);
        Assert.Contains("have changed since this plan was made, by another apply or by hand. Plan again; nothing was applied", result.Error, StringComparison.Ordinal);
        Assert.Equal(1, (await FindAsync("nightly")).Parameters.GetProperty("number").GetInt32());
    }

    [Fact]
    public async Task A_server_that_goes_away_before_the_apply_has_changed_nothing_and_the_next_apply_does()
    {
        Write("prefect.yaml", Project);
        using var asked = new Overtaking(_server.StopAsync);

        var result = await _cli.RunAsync(asked, ["--prompt", "apply"]);

        Assert.Equal(1, result.Code);
        Assert.Contains("Cannot reach the API", result.Error, StringComparison.Ordinal);
        Assert.Contains("whether it was applied is not known: plan again", result.Error, StringComparison.Ordinal);
        await _server.DisposeAsync();
        _server = ServerHost.Build(new ServerOptions { Home = Path.Combine(_cli.Home, "server"), Port = 0, Logging = logging => logging.SetMinimumLevel(LogLevel.None) });
        await _server.StartAsync(Ct);
        _cli.Environment["REEVE_API_URL"] = _server.Address + "/api";
        Assert.Contains("Plan: 2 to create.", (await _cli.RunAsync("plan")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await _cli.RunAsync("apply", "-y")).Code);
    }

    [Fact]
    public async Task Secrets_do_not_show_in_plans_and_are_not_recorded()
    {
        _cli.Environment["TOKEN"] = "s3cr3t-token";
        Assert.Equal(0, (await _cli.RunAsync("block", "create", "secret", "--name", "token", "--value-env", "TOKEN")).Code);
        Write("build.sh", "echo $1; printf 'tag-1' >&2\n");
        Write("prefect.yaml", """
            name: shop
            build:
            - prefect.deployments.steps.run_shell_script: {id: login, script: "sh build.sh {{ prefect.blocks.secret.token }}"}
            deployments:
            - {name: a, entrypoint: 'flows/etl.py:etl', parameters: {name: x}, version: "{{ login.stderr }}", work_pool: {name: local, job_variables: {env: {T: "{{ prefect.blocks.secret.token }}"}}}}
            """);

        var applied = await _cli.RunAsync("apply", "-y");
        Assert.True(applied.Code == 0, applied.Error);
        var state = JsonSerializer.Serialize(await StateAsync(""), Protocol.WireJson.TypeInfo<ProjectState>());
        Assert.DoesNotContain("s3cr3t-token", applied.Output + applied.Error + state, StringComparison.Ordinal);
        Assert.Contains("tag-1", state, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fields_that_change_are_shown_with_both_values_in_every_form()
    {
        await ApplyAsync(Project);
        Write("prefect.yaml", Project.Replace("number: 1", "number: 2", StringComparison.Ordinal).Replace("LEVEL: info", "LEVEL: debug", StringComparison.Ordinal));

        var text = await _cli.RunAsync("plan");
        var markdown = await _cli.RunAsync("plan", "-o", "markdown");
        var json = JsonDocument.Parse((await _cli.RunAsync("plan", "-o", "json")).Output).RootElement;

        Assert.Contains("~ etl/nightly\n    job_variables.env.LEVEL: \"info\" -> \"debug\"\n    parameters.number: 1 -> 2\n\nPlan: 1 to change, 1 unchanged.", text.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("```diff\n! etl/nightly\n    job_variables", markdown.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        var field = json.GetProperty("deployments")[0].GetProperty("fields")[1];
        Assert.Equal(("parameters.number", 1, 2), (field.GetProperty("path").GetString(), field.GetProperty("server").GetInt32(), field.GetProperty("file").GetInt32()));
    }

    [Fact]
    public async Task What_was_changed_by_hand_stays_and_a_conflict_is_refused_until_the_file_may_win()
    {
        await ApplyAsync(Project);
        var nightly = await FindAsync("nightly");
        await Client.UpdateDeploymentAsync(nightly.Id, new DeploymentUpdate
        {
            Paused = new(true),
            Schedules = new([new DeploymentScheduleUpdate { Schedule = new(nightly.Schedules[0].Schedule), Active = new(false) }]),
            Parameters = new(Json("""{"name": "a", "number": 7}""")),
        }, Ct);

        var kept = await _cli.RunAsync("plan");
        Assert.Equal(0, kept.Code);
        Assert.Contains("paused: kept true, changed on the server since the last apply (the file says false)", kept.Output, StringComparison.Ordinal);
        Assert.Contains("schedules[cron 0 0 * * * Europe/Berlin].active: kept false", kept.Output, StringComparison.Ordinal);

        Write("prefect.yaml", Project.Replace("number: 1", "number: 2", StringComparison.Ordinal).Replace("parameters: {name: b}", "parameters: {name: c}", StringComparison.Ordinal));
        var conflict = await _cli.RunAsync("apply", "-y");
        Assert.Equal(1, conflict.Code);
        Assert.Contains("parameters.number: CONFLICT, last applied 1, now 7 on the server and 2 in the file", conflict.Output, StringComparison.Ordinal);
        Assert.Equal("b", (await FindAsync("hourly")).Parameters.GetProperty("name").GetString());

        Assert.Equal(0, (await _cli.RunAsync("apply", "-y", "--overwrite")).Code);
        var after = await FindAsync("nightly");
        Assert.Equal((2, true, false), (after.Parameters.GetProperty("number").GetInt32(), after.Paused, after.Schedules[0].Active));
        Assert.Equal("c", (await FindAsync("hourly")).Parameters.GetProperty("name").GetString());

        Assert.Equal(0, (await _cli.RunAsync("apply", "-y", "--reset")).Code);
        Assert.Equal((false, true), ((await FindAsync("nightly")).Paused, (await FindAsync("nightly")).Schedules[0].Active));
    }

    [Fact]
    public async Task What_is_no_longer_named_goes_only_with_prune()
    {
        await ApplyAsync(Project);
        Write("prefect.yaml", Project[..Project.IndexOf("- name: hourly", StringComparison.Ordinal)]);

        var left = await _cli.RunAsync("plan");
        Assert.Equal(0, left.Code);
        Assert.Contains("etl/hourly (no longer in the project: --prune would delete it)", left.Output, StringComparison.Ordinal);
        Assert.Contains("- etl/hourly (no longer in the project: is deleted", (await _cli.RunAsync("plan", "--prune")).Output, StringComparison.Ordinal);
        Assert.Contains("-n names a part", (await _cli.RunAsync("apply", "--prune", "-n", "nightly", "-y")).Error, StringComparison.Ordinal);
        Assert.Equal(0, (await _cli.RunAsync("apply", "--prune", "-y")).Code);
        Assert.Null(await Client.FindDeploymentAsync("etl", "hourly", Ct));
    }

    [Fact]
    public async Task Steps_run_once_for_all_and_not_again_until_their_content_changes()
    {
        const string Built = """
            name: shop
            build:
            - prefect.deployments.steps.run_shell_script: {id: image, script: 'echo run >> ../built.log && echo sha256:abc', shell: true}
            deployments:
            - {name: a, entrypoint: 'flows/etl.py:etl', parameters: {name: x}, version: "{{ image.stdout }}", work_pool: {name: local}}
            - {name: b, entrypoint: 'flows/etl.py:etl', parameters: {name: x}, work_pool: {name: local, job_variables: {image: "shop@{{ image.stdout }}"}}}
            """;
        Write("project/flows/etl.py", await File.ReadAllTextAsync(Path.Combine(_cli.Home, "flows/etl.py"), Ct));
        var file = Write("project/shop.yaml", Built.Replace(", shell: true", "", StringComparison.Ordinal).Replace("'echo run >> ../built.log && echo sha256:abc'", "sh build.sh", StringComparison.Ordinal));
        Write("project/build.sh", "echo run >> ../built.log\necho sha256:abc\n");

        var plan = await _cli.RunAsync("plan", "-f", file);
        Assert.Contains("version: \"{{ image.stdout }}\"", plan.Output, StringComparison.Ordinal);
        Assert.Contains("Will build: run_shell_script", plan.Output, StringComparison.Ordinal);
        Assert.Contains("once for 2 deployments", plan.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_cli.Home, "built.log")));

        Assert.Equal(0, (await _cli.RunAsync("apply", "-y", "-f", file)).Code);
        Assert.Equal(0, (await _cli.RunAsync("apply", "-y", "-f", file)).Code);
        Assert.Equal(1, Runs());
        Assert.Equal("shop@sha256:abc", (await FindAsync("b")).JobVariables.GetProperty("image").GetString());

        Write("project/shop.yaml", (await File.ReadAllTextAsync(file, Ct)) + "\n- {name: c, entrypoint: 'flows/etl.py:etl', parameters: {name: y}, version: \"{{ image.stdout }}\", work_pool: {name: local}}\n");
        Assert.Equal(0, (await _cli.RunAsync("apply", "-y", "-f", file)).Code);
        Assert.Equal((1, "sha256:abc"), (Runs(), (await FindAsync("c")).Version));

        Write("project/flows/other.py", "# new\n");
        var changed = await _cli.RunAsync("plan", "-f", file);
        Assert.Contains("version: \"sha256:abc\" -> (known after build: \"{{ image.stdout }}\")", changed.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await _cli.RunAsync("apply", "-y", "-f", file)).Code);
        Assert.Equal(2, Runs());
        Assert.Equal(0, (await _cli.RunAsync("plan", "-f", file)).Code);

        int Runs() => File.ReadAllLines(Path.Combine(_cli.Home, "built.log")).Length;
    }

    [Theory]
    [InlineData("exit 3")]
    [InlineData("kill -9 $$")]
    public async Task A_step_that_fails_or_is_killed_leaves_the_server_as_it_was(string command)
    {
        Write("build.sh", command);
        Write("prefect.yaml", """
            name: shop
            build:
            - prefect.deployments.steps.run_shell_script: {script: sh build.sh}
            """ + "\n" + Project[(Project.IndexOf('\n', StringComparison.Ordinal) + 1)..]);

        var result = await _cli.RunAsync("apply", "-y");

        Assert.Equal(1, result.Code);
        Assert.Contains("prefect.yaml:3:", result.Error, StringComparison.Ordinal);
        Assert.Contains("nothing was applied", result.Error, StringComparison.Ordinal);
        Assert.Empty((await StateAsync("")).Deployments);
    }

    [Fact]
    public async Task Environments_are_laid_over_the_file_and_one_is_promoted_to_another_without_building()
    {
        const string Environments = """
            name: shop
            build:
            - prefect.deployments.steps.run_shell_script: {id: image, script: sh build.sh}
            environments:
              dev:
                suffix: -dev
                variables: {bucket: dev-data}
                parameters: {number: 1}
              prod:
                suffix: -prod
                variables: {bucket: prod-data}
                tags: [prod]
            deployments:
            - name: nightly
              entrypoint: flows/etl.py:etl
              parameters: {name: "{{ prefect.variables.bucket }}", number: 5}
              version: "{{ image.stdout }}"
              work_pool: {name: local}
              environments:
                prod: {parameters: {number: 9}, paused: true}
            """;
        var file = Write("project/prefect.yaml", Environments);
        Write("project/flows/etl.py", await File.ReadAllTextAsync(Path.Combine(_cli.Home, "flows/etl.py"), Ct));
        Write("project/build.sh", "echo run >> ../built.log\necho sha256:abc\n");

        Assert.Contains("say which: --env dev | --env prod", (await _cli.RunAsync("plan", "-f", file)).Error, StringComparison.Ordinal);
        Assert.Contains("there is no environment 'prd'; did you mean 'prod'?", (await _cli.RunAsync("plan", "-f", file, "--env", "prd")).Error, StringComparison.Ordinal);
        Assert.Contains("was never applied in 'dev'", (await _cli.RunAsync("promote", "-f", file, "--from", "dev", "--to", "prod", "-y")).Error, StringComparison.Ordinal);
        Assert.Equal(0, (await _cli.RunAsync("apply", "-f", file, "--env", "dev", "-y")).Code);
        var promoted = await _cli.RunAsync("promote", "-f", file, "--from", "dev", "--to", "prod", "-y");

        Assert.Equal(("Applied: 1 written, 0 pruned.", 0), (promoted.Error.Trim(), promoted.Code));
        Assert.Single(await File.ReadAllLinesAsync(Path.Combine(_cli.Home, "built.log"), Ct));
        var (dev, prod) = (await FindAsync("nightly-dev"), await FindAsync("nightly-prod"));
        Assert.Equal(("""{"name":"dev-data","number":1}""", "sha256:abc", false), (dev.Parameters.ToString(), dev.Version, dev.Paused));
        Assert.Equal(("""{"name":"prod-data","number":9}""", "sha256:abc", true, "prod"), (prod.Parameters.ToString(), prod.Version, prod.Paused, prod.Tags[0]));
        Assert.Equal(0, (await _cli.RunAsync("plan", "-f", file, "--env", "prod", "--promote-from", "dev")).Code);
    }

    [Fact]
    public async Task Environments_may_live_on_servers_of_their_own_under_profiles()
    {
        Directory.CreateDirectory(Path.Combine(_cli.Home, "other"));
        await using var other = ServerHost.Build(new ServerOptions { Home = Path.Combine(_cli.Home, "other"), Port = 0, Logging = logging => logging.SetMinimumLevel(LogLevel.None) });
        await other.StartAsync(Ct);
        _cli.Environment.Remove("REEVE_API_URL");
        foreach (var (profile, address) in (IEnumerable<(string, string)>)[("dev", other.Address), ("live", _server.Address)])
        {
            Assert.Equal(0, (await _cli.RunAsync("profile", "create", profile)).Code);
            Assert.Equal(0, (await _cli.RunAsync("--profile", profile, "config", "set", $"REEVE_API_URL={address}/api")).Code);
        }
        Assert.Equal(0, (await _cli.RunAsync("--profile", "dev", "work-pool", "create", "local")).Code);
        Write("prefect.yaml", Project + "\nenvironments: {dev: {profile: dev}, prod: {profile: live}}\n");

        var applied = await _cli.RunAsync("apply", "--env", "dev", "-y");
        Assert.True(applied.Code == 0, applied.Error);
        Assert.Empty((await StateAsync("prod")).Deployments);
        var promoted = await _cli.RunAsync("promote", "--from", "dev", "--to", "prod", "-y");

        Assert.True(promoted.Code == 0, promoted.Error);
        Assert.Equal(2, (await StateAsync("prod")).Deployments.Count);
        Assert.Equal("prod", (await StateAsync("prod")).Deployments[0].Environment);
    }

    [Fact]
    public async Task Two_environments_may_not_share_a_deployment()
    {
        Write("prefect.yaml", Project + "\nenvironments: {dev: {}, prod: {}}\n");
        Assert.Equal(0, (await _cli.RunAsync("apply", "--env", "dev", "-y")).Code);

        var refused = await _cli.RunAsync("plan", "--env", "prod");

        Assert.Equal(1, refused.Code);
        Assert.Contains("'etl/nightly' belongs to the project 'shop', environment 'dev'; environments of one server need names of their own: give the environment 'suffix: -name'", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Triggers_are_automations_of_the_deployment_and_one_switched_off_stays_off()
    {
        var with = Project.Replace("  parameters: {name: b}\n", "  parameters: {name: b}\n  triggers:\n  - {expect: [shop.closed], match: {a: b}, parameters: {name: t}}\n", StringComparison.Ordinal);
        await ApplyAsync(with);
        var owned = Assert.Single((await StateAsync("")).Deployments.Single(one => one.Deployment.Name == "hourly").Automations);
        Assert.Equal("hourly__automation_1", owned.Name);

        await _connection.SendAsync(HttpMethod.Patch, $"automations/{owned.Id}", Json("""{"enabled": false}"""), Ct);
        var kept = await _cli.RunAsync("plan");
        Assert.Contains("triggers[hourly__automation_1].enabled: kept false", kept.Output, StringComparison.Ordinal);
        await ApplyAsync(with.Replace("shop.closed", "shop.opened", StringComparison.Ordinal));

        var after = Assert.Single((await StateAsync("")).Deployments.Single(one => one.Deployment.Name == "hourly").Automations);
        Assert.False(after.Enabled);
        Assert.Contains("shop.opened", JsonSerializer.Serialize(after.Trigger, Protocol.WireJson.TypeInfo<Protocol.Automations.Trigger>()), StringComparison.Ordinal);
        await ApplyAsync(Project);
        Assert.Empty((await StateAsync("")).Deployments.SelectMany(one => one.Automations));
    }

    [Fact]
    public async Task Nobody_to_ask_is_no_yes_and_a_no_applies_nothing()
    {
        Write("prefect.yaml", Project);

        Assert.Contains("--yes applies without asking", (await _cli.RunAsync("apply")).Error, StringComparison.Ordinal);
        Assert.Contains("Nothing was applied.", (await _cli.RunAsync("n\n", ["--prompt", "apply"])).Error, StringComparison.Ordinal);
        Assert.Empty((await StateAsync("")).Deployments);
        Assert.Equal(0, (await _cli.RunAsync("y\n", ["--prompt", "apply"])).Code);
        Assert.Equal(2, (await StateAsync("")).Deployments.Count);
    }

    [Fact]
    public async Task Faults_are_told_all_at_once_and_end_with_1()
    {
        Write("prefect.yaml", """
            deployments:
            - {name: a, entrypoint: 'flows/etl.py:etll', work_pool: {name: lcoal}}
            - {name: b, entrypoint: 'flows/etl.py:etl', triggers: [{expect: nothing}], work_pool: {name: local}}
            """);

        var result = await _cli.RunAsync("plan");

        Assert.Equal((1, ""), (result.Code, result.Output));
        foreach (var fault in (string[])["4 faults", "the project has no name", "has no function decorated with @flow called 'etll'", "there is no work pool 'lcoal'; did you mean 'local'?", "prefect.yaml:3:"])
            Assert.Contains(fault, result.Error, StringComparison.Ordinal);
        Assert.Equal(1, (await _cli.RunAsync("plan", "--no-such")).Code);
    }

    [Fact]
    public async Task A_server_without_projects_is_told_from_one_with()
    {
        await using var other = new PlainPrefect();
        _cli.Environment["REEVE_API_URL"] = other.Address;
        Write("prefect.yaml", Project);

        var result = await _cli.RunAsync("plan");

        Assert.Equal(1, result.Code);
        Assert.Contains("plan and apply need Reeve's own server", result.Error, StringComparison.Ordinal);
        Assert.Contains("deploy --all' works with every server", result.Error, StringComparison.Ordinal);
    }

    /// <summary>Answers yes after something has happened.</summary>
    private sealed class Overtaking(Func<Task> happens) : StringReader("")
    {
        public override string? ReadLine()
        {
            Task.Run(happens, Ct).Wait(Ct);
            return "y";
        }
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_cli.Home, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    private async Task ApplyAsync(string project)
    {
        Write("prefect.yaml", project);
        var result = await _cli.RunAsync("apply", "-y");
        Assert.True(result.Code == 0, result.Output + result.Error);
    }

    private async Task<Protocol.Deployments.Deployment> FindAsync(string name) => (await Client.FindDeploymentAsync("etl", name, Ct))!;

    private Task<ProjectState> StateAsync(string environment) => Client.GetProjectStateAsync("shop", new ProjectQuery { Environment = environment }, Ct);

    private static JsonElement Json(string text) => Protocol.WireJson.Parse(text);
}
