using System.Diagnostics;
using System.Text.Json.Nodes;
using Reeve.Deployments.Tests.Support;

namespace Reeve.Deployments.Tests.Steps;

public sealed class StepRunnerTests : IDisposable
{
    private readonly StepBench _bench = new();

    public void Dispose() => _bench.Dispose();

    private static string Script(string script, object more)
    {
        var inputs = (JsonObject)System.Text.Json.JsonSerializer.SerializeToNode(more)!;
        inputs["script"] = script;
        return new JsonArray(new JsonObject { ["run_shell_script"] = inputs }).ToJsonString();
    }

    [Fact]
    public async Task Step_that_takes_too_long_is_stopped_with_what_it_started()
    {
        // The inner one leaves its parent and its group, as a daemon does, and does not listen to SIGTERM.
        var daemon = _bench.Folder.Write("daemon.sh", "trap '' TERM\necho $$ > daemon.pid\nwhile :; do sleep 0.05; done\n");

        var message = await _bench.FailAsync(Script($"sh -c 'setsid sh {daemon} & while [ ! -s daemon.pid ]; do sleep 0.05; done; exec sleep 600'", new { timeout = "1500ms" }));

        Assert.Equal("the step 'run_shell_script' did not end within 1.5 seconds, its timeout, and was stopped", message);
        var pid = File.ReadAllText(_bench.Folder.At("daemon.pid")).Trim();
        // A dead one that nobody collects is a zombie for ever in some containers.
        var end = Stopwatch.StartNew();
        while (File.Exists($"/proc/{pid}/stat") && !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z", StringComparison.Ordinal) && end.Elapsed < TimeSpan.FromSeconds(10))
            await Task.Yield();
        Assert.True(!File.Exists($"/proc/{pid}/stat") || File.ReadAllText($"/proc/{pid}/stat").Contains(") Z", StringComparison.Ordinal), "the daemon lives on");
    }

    [Fact]
    public async Task Step_is_tried_again_as_often_as_it_says()
    {
        var steps = Script("sh -c 'echo x >> tries; [ $(wc -l < tries) -ge 3 ]'", new { retries = 2, retry_delay_seconds = 0 });

        await _bench.RunAsync(steps);

        Assert.Equal(3, File.ReadAllLines(_bench.Folder.At("tries")).Length);
        Assert.Equal(2, _bench.Lines.Count(line => line.Contains("is tried again", StringComparison.Ordinal)));

        File.Delete(_bench.Folder.At("tries"));
        await _bench.FailAsync(Script("sh -c 'echo x >> tries; false'", new { retries = 1, retry_delay_seconds = 0 }));
        Assert.Equal(2, File.ReadAllLines(_bench.Folder.At("tries")).Length);
    }

    [Fact]
    public async Task Failure_that_does_not_matter_is_told_and_passed_over()
    {
        var steps = JsonNode.Parse(Script("false", new { continue_on_error = true }))!.AsArray();
        steps.Add(JsonNode.Parse("""{"run_shell_script": {"script": "echo next"}}"""));

        var outputs = await _bench.RunAsync(steps.ToJsonString());

        Assert.Equal("next", (string?)outputs["stdout"]);
        Assert.Contains(_bench.Lines, line => line.StartsWith("The step 'run_shell_script' failed and the next one runs", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"timeout": "soon"}""", "input 'timeout' should be a length of time")]
    [InlineData("""{"timeout": 0}""", "input 'timeout' should be longer than nothing")]
    [InlineData("""{"retries": -1}""", "input 'retries' should be a whole number, not below zero")]
    public async Task Policy_that_makes_no_sense_is_told(string more, string why)
    {
        var inputs = JsonNode.Parse(more)!.AsObject();
        Assert.StartsWith(why, await _bench.FailAsync(Script("touch ran", inputs)), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench.Folder.Path));
    }

    [Fact]
    public async Task Every_fault_is_told_before_the_first_step_runs()
    {
        var message = await _bench.FailAsync("""
            [{"run_shell_script": {"script": "touch ran"}}, {"git_clon": {}}, {"set_working_directory": {"directry": "x"}}, {"a": {}, "b": {}}]
            """);

        Assert.Contains("unknown step 'git_clon'; did you mean", message, StringComparison.Ordinal);
        Assert.Contains("the step 'set_working_directory' has no input 'directry'; did you mean 'directory'?", message, StringComparison.Ordinal);
        Assert.Contains("a step is a mapping of its one name", message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench.Folder.Path));
    }

    [Theory]
    [InlineData("\"prefect-docker>=0.3.1\"")]
    [InlineData("[\"prefect_aws\", \"prefect-gcp[cloud]>=0.4; python_version > '3.8'\", \"prefect[azure] ~= 2.20\"]")]
    public async Task Package_whose_steps_are_built_in_is_there_by_nature(string requires) =>
        await _bench.RunAsync("[{\"run_shell_script\": {\"script\": \"true\", \"requires\": " + requires + "}}]");

    [Fact]
    public async Task Package_that_is_missing_is_told_before_anything_runs()
    {
        var message = await _bench.FailAsync("""
            [{"run_shell_script": {"script": "touch ran"}}, {"run_shell_script": {"script": "true", "requires": ["no-such-package-at-all>=1"]}}]
            """);

        Assert.Contains("requires the Python package 'no-such-package-at-all'", message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench.Folder.Path));
    }

    [Fact]
    public async Task Old_name_works_and_the_new_one_is_told()
    {
        var message = await _bench.FailAsync("""[{"prefect.projects.steps.git_clone_project": {"repository": "-x"}}]""");

        Assert.Contains("cannot begin with '-'", message, StringComparison.Ordinal);
        Assert.Contains("The step 'git_clone_project' is called 'prefect.deployments.steps.git_clone' now; the old name still works", _bench.Lines);
    }
}
