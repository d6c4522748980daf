using System.Text.Json.Nodes;
using Reeve.Deployments.Projects;

namespace Reeve.Deployments.Tests.Projects;

public sealed class ProjectReaderTests
{
    // As people write it today: the file of the first story, with deployments added.
    private const string Known = """
        # Welcome to your prefect.yaml file! You can you this file for storing and managing
        # configuration for deploying your flows.

        # Generic metadata about this project
        name: test
        prefect-version: 2.10.15

        # build section allows you to manage and build docker images
        build: null

        push: null

        pull:
        - prefect.deployments.steps.run_shell_script:
            id: get-access-token
            script: az keyvault secret show --name mysecret --vault-name secretkeyvault --query "value" --output tsv
            stream_output: false # We don't want to expose the credential
        - prefect.deployments.steps.git_clone:
            repository: https://bitbucket.org/private/azure-private-deployments.git
            branch: master
            access_token: "{{ get-access-token.stdout }}"

        definitions:
          pools:
            main: &pool
              name: default
              job_variables: {env: {STAGE: dev}}

        deployments:
        - name: nightly
          version: 1.0
          tags: [dev, 2]
          entrypoint: flows/hello.cs:Hello
          parameters: {number: 42, ratio: 0.5, on: yes, when: 2026-01-31, at: 12:30, nothing: ~}
          schedule: {cron: 0 0 * * *, timezone: America/Chicago}
          work_pool: *pool
        - name: hourly
          entrypoint: flows/hello.cs:Hello
          schedules:
          - interval: 3600
            active: false
          - rrule: FREQ=WEEKLY;BYDAY=MO
          work_pool:
            <<: *pool
            work_queue_name: fast
          pull: []
        """;

    private const string Clone = "prefect.deployments.steps.git_clone";

    private static Project Good(string text)
    {
        var reading = ProjectReader.Read("/p/prefect.yaml", text, "prefect.yaml");
        Assert.Empty(reading.Faults);
        return reading.Project!;
    }

    private static List<string> Faults(string text) => [.. ProjectReader.Read("/p/prefect.yaml", text, "prefect.yaml").Faults.Select(fault => fault.ToString())];

    [Fact]
    public void File_as_people_write_it_is_read_whole()
    {
        var project = Good(Known);

        Assert.Equal("test", project.Name);
        Assert.Equal("2.10.15", project.PrefectVersion);
        Assert.False(project.Build.IsGiven);
        Assert.Equal(["prefect.deployments.steps.run_shell_script", Clone], project.Pull.Steps.Select(step => step.Name));
        Assert.Equal("{{ get-access-token.stdout }}", (string?)project.Pull.ToJson()[1]![Clone]!["access_token"]);
        Assert.Equal(false, (bool?)project.Pull.ToJson()[0]!["prefect.deployments.steps.run_shell_script"]!["stream_output"]);

        var nightly = project.Deployments[0];
        Assert.Equal("1.0", nightly.Version);
        Assert.Equal(["dev", "2"], nightly.Tags);
        Assert.Equal("""{"cron":"0 0 * * *","timezone":"America/Chicago","day_or":true}""", Assert.Single(nightly.Schedules!).Schedule.ToJsonString());
        Assert.Equal("""{"number":42,"ratio":0.5,"on":true,"when":"2026-01-31","at":"12:30","nothing":null}""", nightly.Parameters!.ToJson().ToJsonString());
        Assert.Equal("default", nightly.WorkPoolName);
        Assert.Equal("""{"env":{"STAGE":"dev"}}""", nightly.JobVariables!.ToJson().ToJsonString());

        var hourly = project.Deployments[1];
        Assert.Equal(("default", "fast"), (hourly.WorkPoolName, hourly.WorkQueueName));
        Assert.Equal([false, true], hourly.Schedules!.Select(schedule => schedule.Active));
        Assert.Equal(3600, (double)hourly.Schedules![0].Schedule["interval"]!);
    }

    [Fact]
    public void Empty_pull_section_is_not_an_absent_one()
    {
        var project = Good(Known);

        Assert.False(project.Deployments[0].Pull.IsGiven);
        Assert.Equal(2, project.Deployments[0].Pull.Or(project.Pull).Steps.Count);
        Assert.True(project.Deployments[1].Pull.IsGiven);
        Assert.Empty(project.Deployments[1].Pull.Or(project.Pull).Steps);
    }

    [Fact]
    public void Anchors_may_stand_under_a_key_of_the_authors_own() =>
        Assert.Empty(Faults("""
            shared-pieces:
              pool: &pool {name: default}
            deployments:
            - {name: a, entrypoint: "a.cs:A", work_pool: *pool}
            """));

    [Fact]
    public void What_init_writes_is_no_deployment_and_no_fault() =>
        Assert.True(Assert.Single(Good("deployments:\n- name:\n  tags: []\n  schedule: {}\n  entrypoint:\n  parameters: {}\n  work_pool:\n    name:\n    job_variables: {}\n").Deployments).IsEmpty);

    [Theory]
    // keys and kinds of values
    [InlineData("nmae: x", "prefect.yaml:1:1: a project file has no key 'nmae'; did you mean 'name'?")]
    [InlineData("- a", "prefect.yaml:1:1: a project file is a mapping with 'deployments' and more, and this is a list")]
    [InlineData("deployments: 5", "prefect.yaml:1:14: 'deployments' should be a list, and this is the number 5")]
    [InlineData("deployments:\n- {name: a, entrypont: 'a.cs:A'}", "prefect.yaml:2:3: a deployment has no 'entrypoint'; expected something like flows/hello.cs:Hello",
        "prefect.yaml:2:13: a deployment has no key 'entrypont'; did you mean 'entrypoint'?")]
    [InlineData("deployments:\n- {name: a}", "prefect.yaml:2:3: a deployment has no 'entrypoint'; expected something like flows/hello.cs:Hello")]
    [InlineData("deployments:\n- {entrypoint: 'a.cs:A'}", "prefect.yaml:2:3: a deployment has no 'name'")]
    [InlineData("deployments:\n- {name: a/b, entrypoint: 'a.cs:A'}", "prefect.yaml:2:10: 'name' should be a name without any of / % & < >, and this is the text 'a/b'")]
    [InlineData("deployments:\n- {name: a, entrypoint: 'a.cs:A', parameters: [1]}", "prefect.yaml:2:47: 'parameters' should be a mapping, and this is a list")]
    [InlineData("deployments:\n- {name: a, entrypoint: 'a.cs:A', paused: maybe}", "prefect.yaml:2:43: 'paused' should be true or false, and this is the text 'maybe'")]
    [InlineData("deployments:\n- {name: a, entrypoint: 'a.cs:A', concurrency_limit: 0}", "prefect.yaml:2:54: 'concurrency_limit' should be a whole number above 0, and this is the number 0")]
    [InlineData("deployments:\n- {name: a, entrypoint: 'a.cs:A', work_pool: {nam: x}}", "prefect.yaml:2:47: a work pool has no key 'nam'; did you mean 'name'?")]
    [InlineData("deployments:\n- {name: a, entrypoint: 'a.cs:A'}\n- {name: a, entrypoint: 'a.cs:A'}", "prefect.yaml:3:10: another deployment of the same flow has the name 'a' (line 2)")]
    [InlineData("name: a\nname: b", "prefect.yaml:2:1: the key 'name' stands here again; it was given in line 1")]
    // schedules
    [InlineData("deployments:\n- {name: a, entrypoint: 'a.cs:A', schedule: {cron: 61 * * * *}}", "prefect.yaml:2:52: cron: minute '61': 61 is not between 0 and 59")]
    [InlineData("deployments:\n- {name: a, entrypoint: 'a.cs:A', schedule: {cron: 0 0 30 2 *}}", "prefect.yaml:2:52: cron: '0 0 30 2 *' never fires: no month of it has such a day")]
    [InlineData("deployments:\n- {name: a, entrypoint: 'a.cs:A', schedule: {rrule: FREQ=WEEKLY;BYDAY=MI}}", "prefect.yaml:2:53: rrule: BYDAY 'MI' is not one of SU, MO, TU, WE, TH, FR, SA; expected something like FREQ=WEEKLY;BYDAY=MO,WE")]
    [InlineData("deployments:\n- {name: a, entrypoint: 'a.cs:A', schedule: {cron: 0 0 * *}}", "prefect.yaml:2:52: cron: expected 5 fields (minute, hour, day of month, month, day of week) or 6 (second last), found 4 in '0 0 * *'")]
    [InlineData("deployments:\n- {name: a, entrypoint: 'a.cs:A', schedule: {cron: 0 0 * * *, timezone: Europe/Berlim}}", "prefect.yaml:2:73: 'Europe/Berlim' is not a time zone; did you mean 'Europe/Berlin'?")]
    [InlineData("deployments:\n- {name: a, entrypoint: 'a.cs:A', schedule: {timezone: UTC}}", "prefect.yaml:2:45: a schedule has one of 'cron', 'interval' and 'rrule', and this one has none")]
    [InlineData("deployments:\n- {name: a, entrypoint: 'a.cs:A', schedule: {cron: 0 0 * * *, interval: 5}}", "prefect.yaml:2:45: a schedule has one of 'cron', 'interval' and 'rrule', and this one has 'cron' and 'interval'")]
    [InlineData("deployments:\n- {name: a, entrypoint: 'a.cs:A', schedule: {interval: -1}}", "prefect.yaml:2:56: 'interval' should be seconds above 0 (or a duration such as PT1H), and this is the number -1")]
    [InlineData("deployments:\n- {name: a, entrypoint: 'a.cs:A', schedule: {cron: 0 0 * * *, acive: true}}", "prefect.yaml:2:63: a schedule has no key 'acive'; did you mean 'active'?")]
    // steps
    [InlineData("pull:\n- prefect.deployments.steps.git_clon: {repository: r}", "prefect.yaml:2:3: unknown step 'prefect.deployments.steps.git_clon'; did you mean 'prefect.deployments.steps.git_clone'?")]
    [InlineData("pull:\n- prefect.deployments.steps.git_clone: {repositry: r}",
        "prefect.yaml:2:3: the step 'git_clone' has no 'repository'",
        "prefect.yaml:2:41: the step 'git_clone' has no key 'repositry'; did you mean 'repository'?")]
    [InlineData("pull:\n- prefect.deployments.steps.git_clone:\n  repository: r", "prefect.yaml:3:3: 'repository' stands beside the step 'prefect.deployments.steps.git_clone', and a step has one name only; indent the inputs deeper than the step's name")]
    [InlineData("pull:\n- prefect.deployments.steps.git_clone: {repository: r, include_submodules: perhaps}", "prefect.yaml:2:76: 'include_submodules' should be true or false, and this is the text 'perhaps'")]
    [InlineData("pull:\n- my_package.steps.pull_it: {bucket: b}", "prefect.yaml:2:3: 'my_package.steps.pull_it' is a step of a Python package; this program does not run it; docs/guides/steps.md lists the steps there are; one of your own is called by its file, like 'steps.cs:Name'")]
    // placeholders
    [InlineData("pull:\n- prefect.deployments.steps.run_shell_script: {id: token, script: x}\n- prefect.deployments.steps.git_clone:\n    repository: r\n    access_token: \"{{ tokn.stdout }}\"",
        "prefect.yaml:5:20: no earlier step has the id or output 'tokn'; did you mean 'token'?")]
    [InlineData("pull:\n- prefect.deployments.steps.run_shell_script: {id: token, script: x}\n- prefect.deployments.steps.git_clone:\n    repository: r\n    access_token: \"{{ token.stdot }}\"",
        "prefect.yaml:5:20: the step 'token' has no output 'stdot'; did you mean 'stdout'?")]
    [InlineData("pull:\n- prefect.deployments.steps.git_clone: {repository: '{{ prefect.blocks.secret }}'}", "prefect.yaml:2:54: '{{ prefect.blocks.secret }}' is not a placeholder: expected prefect.blocks.<type>.<name>")]
    [InlineData("pull:\n- prefect.deployments.steps.set_working_directory: {directory: {{ clone.directory }}}",
        "prefect.yaml:2:65: a mapping stands where a key was expected; a value that begins with '{{' must be in quotes: \"{{ ... }}\"", AlsoOthers)]
    public void Fault_is_told_at_its_place_with_the_way_out(string text, params string[] expected)
    {
        var faults = Faults(text);

        if (expected is [.. var first, AlsoOthers])
            Assert.All(first, fault => Assert.Contains(fault, faults));
        else
            Assert.Equal(expected, faults);
    }

    private const string AlsoOthers = "…";

    [Fact]
    public void All_faults_are_told_in_one_go()
    {
        var faults = Faults("""
            nam: x
            pull:
            - prefect.deployments.steps.git_clone: {repository: r, brnch: main}
            - prefect.deployments.steps.run_shell: {script: x}
            deployments:
            - name: a
              entrypoint: a.cs:A
              schedule: {cron: "x * * * *"}
            - name: b
              parameters: 3
            """);

        Assert.Equal(6, faults.Count);
        Assert.Equal(["1:1", "3:56", "4:3", "8:20", "9:3", "10:15"],
            faults.Select(fault => string.Join(':', fault.Split(':')[1..3])));
    }

    [Fact]
    public void Broken_yaml_names_line_and_column()
    {
        Assert.StartsWith("prefect.yaml:2:4: this is not YAML", Assert.Single(Faults("name: a\n  b: c\n")), StringComparison.Ordinal);
        Assert.StartsWith("prefect.yaml:1:7: this is not YAML", Assert.Single(Faults("name: [a\npull: {")), StringComparison.Ordinal);
        Assert.Equal("prefect.yaml:2:1: this is not YAML: there is a tab in the indentation; indent with spaces", Assert.Single(Faults("deployments:\n\t- name: a")));
    }

    [Fact]
    public void Aliases_of_aliases_do_not_fill_the_memory()
    {
        var bomb = "x-0: &a0 [1,1,1,1,1,1,1,1,1,1]\n"
            + string.Concat(Enumerable.Range(1, 12).Select(i => $"x-{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 10))}]\n"));

        Assert.Contains("aliases counted", Assert.Single(Faults(bomb)), StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_is_a_fault_and_not_the_end_of_the_process() =>
        Assert.Contains("levels of nesting", Assert.Single(Faults("x-a: " + new string('[', 5000))), StringComparison.Ordinal);

    [Fact]
    public void Python_flow_may_pull_by_steps_of_its_own()
    {
        Assert.Empty(Faults("pull:\n- my_steps.fetch: {from: x}\ndeployments:\n- {name: a, entrypoint: 'flows/a.py:a'}"));
        Assert.Contains("my_steps.fetch", Assert.Single(Faults("pull:\n- my_steps.fetch: {from: x}\ndeployments:\n- {name: a, entrypoint: 'flows/a.py:a'}\n- {name: b, entrypoint: 'b.cs:B'}")), StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_have_all_their_old_and_new_names()
    {
        foreach (var name in (string[])["prefect.deployments.steps.git_clone", "prefect.projects.steps.git_clone_project", "prefect.deployments.steps.pull.git_clone", "reeve.steps.git_clone"])
            Assert.Empty(Faults($"pull:\n- {name}: {{repository: r, access_token: '{{{{ prefect.blocks.secret.bitcred }}}}'}}"));
    }

    [Fact]
    public void Pull_may_use_what_build_and_push_give() =>
        Assert.Empty(Faults("""
            build:
            - prefect.deployments.steps.run_shell_script: {id: commit, script: git rev-parse HEAD}
            deployments:
            - name: a
              entrypoint: a.cs:A
              pull:
              - prefect.deployments.steps.git_clone: {repository: r, branch: "{{ commit.stdout }}"}
            """));

    [Fact]
    public void Parameters_keep_what_quotes_say() =>
        Assert.Equal("""{"a":"42","b":"yes","c":"null","d":18,"e":"0x"}""",
            ((JsonObject)Good("deployments:\n- {name: a, entrypoint: 'a.cs:A', parameters: {a: '42', b: \"yes\", c: 'null', d: 0x12, e: 0x}}").Deployments[0].Parameters!.ToJson()).ToJsonString());
}
