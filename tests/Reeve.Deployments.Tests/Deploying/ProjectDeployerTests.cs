using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Reeve.Deployments.Deploying;
using Reeve.Deployments.Entrypoints;
using Reeve.Deployments.Projects;
using Reeve.Deployments.Running;
using Reeve.Deployments.Tests.Support;

namespace Reeve.Deployments.Tests.Deploying;

public sealed class ProjectDeployerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ApiStub _api = new();
    private readonly ConcurrentQueue<OutputLine> _lines = [];

    public ProjectDeployerTests() => _folder.Write("flows/etl.py", """
        from prefect import flow
        @flow
        def etl(name: str, number: int = 1, tags: list[str] = []): ...
        @flow
        def other(): ...
        """);

    public void Dispose()
    {
        _folder.Dispose();
        _api.Dispose();
    }

    private async Task<DeployReport> DeployAsync(string yaml, params string[] names)
    {
        var reading = ProjectReader.Read(_folder.Write("prefect.yaml", yaml), yaml, "prefect.yaml");
        if (reading.Project is null)
            return new DeployReport([], reading.Faults);
        var chosen = DeploymentSelection.All(reading.Project);
        if (names.Length > 0)
        {
            (chosen, var faults) = DeploymentSelection.ByName(reading.Project, names);
            if (faults.Count > 0)
                return new DeployReport([], faults);
        }
        var resolver = new EntrypointResolver(new FlowBuilder(_folder.At("home"), _lines.Enqueue, TimeProvider.System));
        return await new ProjectDeployer(_api.Client, resolver, _lines.Enqueue).DeployAsync(reading.Project, chosen, TestContext.Current.CancellationToken);
    }

    private async Task<List<string>> FaultsAsync(string yaml, params string[] names)
    {
        var report = await DeployAsync(yaml, names);
        Assert.Empty(report.Deployed);
        Assert.Empty(_api.Created("deployments/"));
        Assert.Empty(_api.Created("flows/"));
        return [.. report.Faults.Select(fault => fault.ToString())];
    }

    [Fact]
    public async Task Deployment_is_stored_with_its_templates_as_written()
    {
        _api.Secrets["bitcred"] = "the-token";
        _api.Variables["stage"] = JsonValue.Create("dev");

        var report = await DeployAsync("""
            build:
            - prefect.deployments.steps.run_shell_script: {id: commit, script: echo abc123}
            pull:
            - prefect.deployments.steps.run_shell_script: {id: get-access-token, script: az token, stream_output: false}
            - prefect.deployments.steps.git_clone:
                repository: https://git.example/a.git
                branch: "{{ commit.stdout }}"
                access_token: "{{ get-access-token.stdout }}"
            deployments:
            - name: nightly
              version: "{{ commit.stdout }}"
              entrypoint: flows/etl.py:etl
              description: for {{ prefect.variables.stage }}
              tags: ["{{ prefect.variables.stage }}", x]
              parameters: {name: a, number: 42}
              schedule: {cron: 0 0 * * *, timezone: Europe/Berlin}
              work_pool:
                name: demo
                job_variables: {image: "x:{{ commit.stdout }}", env: {TOKEN: "{{ prefect.blocks.secret.bitcred }}"}}
            - name: from-block
              entrypoint: flows/etl.py:etl
              enforce_parameter_schema: false
              work_pool: {name: demo, work_queue_name: fast}
              pull:
              - prefect.deployments.steps.git_clone: {repository: https://git.example/a.git, access_token: "{{ prefect.blocks.secret.bitcred }}"}
            - name: nothing-to-pull
              entrypoint: flows/etl.py:other
              work_pool: {name: demo}
              pull: []
            """);

        Assert.Empty(report.Faults);
        Assert.Equal(["etl/nightly", "etl/from-block", "other/nothing-to-pull"], report.Deployed.Select(deployed => deployed.FullName));
        var sent = _api.Created("deployments/").ToList();
        Assert.Equal("""
            [{"prefect.deployments.steps.run_shell_script":{"id":"get-access-token","script":"az token","stream_output":false}},{"prefect.deployments.steps.git_clone":{"repository":"https://git.example/a.git","branch":"abc123","access_token":"{{ get-access-token.stdout }}"}}]
            """, sent[0]["pull_steps"]!.ToJsonString());
        Assert.Equal(("abc123", "for dev", "demo", "flows/etl.py:etl", true),
            ((string?)sent[0]["version"], (string?)sent[0]["description"], (string?)sent[0]["work_pool_name"], (string?)sent[0]["entrypoint"], (bool?)sent[0]["enforce_parameter_schema"]));
        Assert.Equal("""["dev","x"]""", sent[0]["tags"]!.ToJsonString());
        Assert.Equal("""{"name":"a","number":42}""", sent[0]["parameters"]!.ToJsonString());
        Assert.Equal("""{"cron":"0 0 * * *","timezone":"Europe/Berlin","day_or":true}""", sent[0]["schedules"]![0]!["schedule"]!.ToJsonString());
        Assert.Equal("""{"image":"x:abc123","env":{"TOKEN":"{{ prefect.blocks.secret.bitcred }}"}}""", sent[0]["job_variables"]!.ToJsonString());
        Assert.Equal("integer", (string?)sent[0]["parameter_openapi_schema"]!["properties"]!["number"]!["type"]);
        Assert.Equal("{{ prefect.blocks.secret.bitcred }}", (string?)sent[1]["pull_steps"]![0]!["prefect.deployments.steps.git_clone"]!["access_token"]);
        Assert.Equal(("fast", false), ((string?)sent[1]["work_queue_name"], (bool?)sent[1]["enforce_parameter_schema"]));
        Assert.Equal("[]", sent[2]["pull_steps"]!.ToJsonString());
        Assert.Single(_lines, line => line.Message == " > Running run_shell_script step..."); // the shared build ran once
        Assert.DoesNotContain("the-token", string.Join('\n', _api.Requests.Select(request => request.Body?.ToJsonString())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_pull_section_the_code_stays_where_it_is()
    {
        await DeployAsync("deployments:\n- {name: a, entrypoint: 'flows/etl.py:other', work_pool: {name: demo}}");

        Assert.Equal(_folder.Path, (string?)Assert.Single(_api.Created("deployments/"))["pull_steps"]![0]!["prefect.deployments.steps.set_working_directory"]!["directory"]);
        Assert.Null(_api.Created("deployments/").Single()["schedules"]); // not said: those on the server stay
    }

    [Fact]
    public async Task All_faults_are_told_at_once_and_nothing_is_deployed()
    {
        _api.Secrets["bitcred"] = "the-token";
        _api.Pools["agents"] = "prefect-agent";

        var faults = await FaultsAsync("""
            pull:
            - prefect.deployments.steps.git_clone: {repository: r, branch: "{{ prefect.variables.branch }}", access_token: "{{ prefect.blocks.secret.bitcrd }}"}
            deployments:
            - name: good
              entrypoint: flows/etl.py:other
              work_pool: {name: demo}
            - name: bad
              entrypoint: flows/etl.py:etll
              tags: ["{{ prefect.variables.tag }}", "{{ $NOT_SET_AT_ALL }}"]
              work_pool: {name: dmeo}
            - name: worse
              entrypoint: flows/etl.py:etl
              parameters: {nmae: x, number: many, tags: [a, 1]}
              schedule: {interval: 60}
              work_pool: {name: agents}
            - name: leak
              entrypoint: flows/etl.py:etl
              parameters: {name: "Bearer {{ prefect.blocks.secret.bitcred }}"}
            """);

        Assert.Equal(
        [
            "prefect.yaml:2:65: there is no variable 'branch'; set it with 'reeve variable set branch <value>'",
            "prefect.yaml:2:113: there is no block 'bitcrd' of type 'secret'; make it with 'reeve block create secret --name bitcrd'",
            "prefect.yaml:8:15: 'flows/etl.py' has no function decorated with @flow called 'etll'; did you mean 'etl'?",
            "prefect.yaml:9:11: '{{ prefect.variables.tag }}': there is no variable 'tag'; set it with 'reeve variable set tag <value>'",
            "prefect.yaml:9:42: '{{ $NOT_SET_AT_ALL }}': the environment has no variable 'NOT_SET_AT_ALL'",
            "prefect.yaml:10:21: there is no work pool 'dmeo'; did you mean 'demo'?",
            "prefect.yaml:13:16: the flow has no parameter 'nmae'; did you mean 'name'?",
            "prefect.yaml:13:33: parameter 'number' should be a whole number, and this is the text 'many'",
            "prefect.yaml:13:49: parameter 'tags'[1] should be a text, and this is the number 1",
            "prefect.yaml:15:21: the work pool 'agents' is one of agents, which do not run pull steps; use a pool of type process",
            "prefect.yaml:16:3: the deployment 'leak' names no work pool, so no worker would run it; there are: demo, agents",
            "prefect.yaml:18:30: '{{ prefect.blocks.secret.bitcred }}' holds a secret, and 'parameters' is stored on the server as clear text; use it in a pull step or in job_variables, where it is resolved when the run starts, or load the block in the flow",
        ], faults.Where(fault => !fault.Contains("is missing", StringComparison.Ordinal)));
        Assert.Single(faults, "prefect.yaml:13:15: the parameter 'name' is missing: it has no default, and a schedule starts runs of this deployment");
    }

    [Fact]
    public async Task Server_that_is_not_there_is_one_fault_among_the_others()
    {
        _api.IsDown = true;

        var faults = await FaultsAsync("deployments:\n- {name: a, entrypoint: 'flows/no.py:etl', work_pool: {name: demo}}");

        Assert.Equal(2, faults.Count);
        Assert.StartsWith("Cannot reach the API at http://api.test/api", faults[0], StringComparison.Ordinal);
        Assert.StartsWith("prefect.yaml:2:25: the file 'flows/no.py' does not exist", faults[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_step_that_fails_deploys_nothing()
    {
        var fault = Assert.Single(await FaultsAsync("build:\n- prefect.deployments.steps.run_shell_script: {script: cat /no/file}\ndeployments:\n- {name: a, entrypoint: 'flows/etl.py:other', work_pool: {name: demo}}"));

        Assert.StartsWith("prefect.yaml:2:3: the build and push steps of 'a' failed: run_shell_script: 'cat' ended with exit code 1", fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_and_patterns_choose()
    {
        const string Three = "deployments:\n- {name: day, entrypoint: 'flows/etl.py:other', work_pool: {name: demo}}\n- {name: night, entrypoint: 'flows/etl.py:other', work_pool: {name: demo}}\n- {name: day-2, entrypoint: 'flows/etl.py:other', work_pool: {name: demo}}";

        Assert.Equal(["other/day", "other/day-2"], (await DeployAsync(Three, "other/day*")).Deployed.Select(deployed => deployed.FullName));
        Assert.Equal(["other/night"], (await DeployAsync(Three, "night")).Deployed.Select(deployed => deployed.FullName));
        Assert.EndsWith("prefect.yaml: there is no deployment 'nigth'; did you mean 'night'?", Assert.Single((await DeployAsync(Three, "nigth")).Faults).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deployment_of_the_command_line_is_checked_and_stored_like_one_of_the_file()
    {
        var (deployment, none) = DeploymentSelection.FromCommandLine(JsonNode.Parse("""
            {"name": "adhoc", "entrypoint": "flows/etl.py:etl", "parameters": {"name": "n"}, "schedules": [{"cron": "0 0 * * *"}], "work_pool": {"name": "demo"}}
            """)!.AsObject());
        Assert.Empty(none);
        var resolver = new EntrypointResolver(new FlowBuilder(_folder.At("home"), _lines.Enqueue, TimeProvider.System));

        var report = await new ProjectDeployer(_api.Client, resolver, _lines.Enqueue)
            .DeployAsync(new Project { File = _folder.At("prefect.yaml") }, [deployment!], TestContext.Current.CancellationToken);

        Assert.Equal("etl/adhoc", Assert.Single(report.Deployed).FullName);
        Assert.Equal("command line: a deployment has no key 'nam'; did you mean 'name'?",
            Assert.Single(DeploymentSelection.FromCommandLine(new JsonObject { ["nam"] = "x" }).Faults).ToString());
    }

    [Fact]
    public void Command_line_goes_before_the_file()
    {
        var project = ProjectReader.Read("prefect.yaml", "deployments:\n- {name: a, entrypoint: 'e.py:e', parameters: {x: 1, y: 2}, work_pool: {name: demo, work_queue_name: q}, schedule: {cron: 0 0 * * *, timezone: UTC}}").Project!;

        var (over, _) = DeploymentSelection.Override(project.Deployments[0], JsonNode.Parse("""{"parameters": {"y": 3}, "work_pool": {"name": "other"}, "schedule": {"interval": 5}}""")!.AsObject());

        Assert.Equal("""{"x":1,"y":3}""", over!.Parameters!.ToJson().ToJsonString());
        Assert.Equal(("other", "q"), (over.WorkPoolName, over.WorkQueueName));
        Assert.Equal(5, (double)Assert.Single(over.Schedules!).Schedule["interval"]!);
    }
}
