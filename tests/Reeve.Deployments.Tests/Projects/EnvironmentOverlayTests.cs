using System.Text.Json.Nodes;
using Reeve.Deployments.Projects;

namespace Reeve.Deployments.Tests.Projects;

public sealed class EnvironmentOverlayTests
{
    private const string File = """
        name: shop
        pull: []
        environments:
          dev:
          prod:
            profile: production
            suffix: -prod
            variables: {bucket: prod-data, limits: {daily: 3}}
            parameters: {level: info, extra: null}
            tags: [prod]
            schedule: {cron: 0 1 * * *}
            work_pool: {name: big, job_variables: {image: "shop:{{ prefect.variables.tag }}", env: {B: 2}}}
            pull:
            - prefect.deployments.steps.git_clone: {repository: "https://git.example/{{ prefect.variables.bucket }}.git"}
            deployments:
              special: {paused: true, name: very-special}
        deployments:
        - name: nightly
          entrypoint: flows/etl.py:etl
          tags: [a, b]
          parameters: {level: debug, extra: x, limits: "{{ prefect.variables.limits }}", path: "s3://{{ prefect.variables.bucket }}/x"}
          schedules: [{interval: 60}]
          work_pool: {name: small, work_queue_name: fast, job_variables: {env: {A: 1, B: 1}}}
          environments:
            prod: {parameters: {level: warning}, description: mine}
        - name: special
          entrypoint: flows/etl.py:etl
          work_pool: {name: small}
        """;

    private static ProjectReading Read(string text, string? environment) => ProjectReader.Read("prefect.yaml", text, "prefect.yaml", environment);

    [Fact]
    public void Maps_merge_lists_and_single_values_replace_and_null_removes()
    {
        var project = Read(File, "prod").Project!;
        var nightly = project.Deployments[0];

        Assert.Equal(("production", "prod"), (project.Profile, project.Environment));
        Assert.Equal(("nightly-prod", "nightly", "mine"), (nightly.Name, nightly.BaseName, nightly.Description));
        Assert.Equal("""{"level":"warning","limits":{"daily":3},"path":"s3://prod-data/x"}""", nightly.Parameters!.ToJson().ToJsonString());
        Assert.Equal(["prod"], nightly.Tags);
        Assert.Equal("0 1 * * *", (string?)Assert.Single(nightly.Schedules!).Schedule["cron"]);
        Assert.Equal(("big", "fast"), (nightly.WorkPoolName, nightly.WorkQueueName));
        // what the environment does not give is left to the server
        Assert.Equal("""{"env":{"A":1,"B":2},"image":"shop:{{ prefect.variables.tag }}"}""", nightly.JobVariables!.ToJson().ToJsonString());
        Assert.Equal("https://git.example/prod-data.git", (string?)project.Pull.ToJson()[0]!["prefect.deployments.steps.git_clone"]!["repository"]);
        Assert.Equal(("very-special", "special", true), (project.Deployments[1].Name, project.Deployments[1].BaseName, project.Deployments[1].Paused));
    }

    [Fact]
    public void Without_an_environment_and_in_an_empty_one_the_file_is_as_it_stands()
    {
        foreach (var environment in (string?[])[null, "dev"])
        {
            var project = Read(File, environment).Project!;
            Assert.Equal(["dev", "prod"], project.Environments);
            Assert.Equal(("nightly", "small"), (project.Deployments[0].Name, project.Deployments[0].WorkPoolName));
            Assert.Equal("debug", (string?)project.Deployments[0].Parameters!.ToJson()["level"]);
            Assert.True(project.Pull is { IsGiven: true, Steps.Count: 0 });
        }
    }

    [Theory]
    [InlineData("environments: {prod: {paramters: {}}}", "prod", "prefect.yaml:1:23: a deployment has no key 'paramters'; did you mean 'parameters'?")]
    [InlineData("environments: {prod: 3}", null, "prefect.yaml:1:22: the environment 'prod' should be a mapping, and this is the number 3")]
    [InlineData("environments: {prod: {schedule: {cron: '99 * * * *'}}}", "prod", "prefect.yaml:1:40: ")]
    [InlineData("environments: {prod: {deployments: {nihgtly: {}}}}", "prod", "prefect.yaml:1:37: there is no deployment 'nihgtly'; did you mean 'nightly'?")]
    [InlineData("environments: {prod: {}}", "prdo", "prefect.yaml:1:15: there is no environment 'prdo'; did you mean 'prod'?")]
    [InlineData("name: x", "prod", "prefect.yaml:1:1: there is no environment 'prod'; the project has none; give it 'environments'")]
    public void Faults_stand_where_they_were_made(string head, string? environment, string fault)
    {
        var reading = Read(head + "\ndeployments:\n- {name: nightly, entrypoint: 'a.py:b'}\n", environment);

        Assert.Null(reading.Project);
        Assert.StartsWith(fault, Assert.Single(reading.Faults).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Anchors_that_hold_themselves_and_names_given_twice_are_faults_with_their_places()
    {
        var cyclic = Read("deployments:\n- &a {name: x, entrypoint: 'a.py:b', parameters: {again: *a}}\n", null);
        var twice = Read("deployments:\n- {name: x, entrypoint: 'a.py:b'}\n- {name: x, entrypoint: 'a.py:b'}\n", null);

        Assert.StartsWith("prefect.yaml:2:58: the alias '*a' has no anchor '&a' before it", Assert.Single(cyclic.Faults).ToString(), StringComparison.Ordinal);
        Assert.Equal("prefect.yaml:3:10: another deployment of the same flow has the name 'x' (line 2)", Assert.Single(twice.Faults).ToString());
    }
}
