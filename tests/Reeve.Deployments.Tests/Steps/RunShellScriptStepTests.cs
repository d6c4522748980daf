using System.Diagnostics;
using System.Text.Json.Nodes;
using Reeve.Deployments.Running;
using Reeve.Deployments.Steps;
using Reeve.Deployments.Tests.Support;

namespace Reeve.Deployments.Tests.Steps;

public sealed class RunShellScriptStepTests : IDisposable
{
    private readonly StepBench _bench = new();

    public void Dispose() => _bench.Dispose();

    private static string Script(string script, string more = "") =>
        "[{\"prefect.deployments.steps.run_shell_script\": {\"id\": \"it\", \"script\": " + JsonValue.Create(script).ToJsonString() + more + "}}]";

    [Fact]
    public async Task Each_line_is_a_command_and_their_output_is_one()
    {
        var outputs = await _bench.RunAsync(Script("echo one\n\n  echo 'two  spaces'\n"));

        Assert.Equal("one\ntwo  spaces", (string?)outputs["it"]!["stdout"]);
        Assert.Equal("one\ntwo  spaces", (string?)outputs["stdout"]);
        Assert.Equal([" > Running run_shell_script step...", "one", "two  spaces"], _bench.Lines);
    }

    [Fact]
    public async Task Nothing_is_shown_of_a_script_that_does_not_stream()
    {
        var outputs = await _bench.RunAsync(Script("echo s3cret", """, "stream_output": false"""));

        Assert.Equal("s3cret", (string?)outputs["stdout"]);
        Assert.Equal([" > Running run_shell_script step..."], _bench.Lines);
    }

    [Fact]
    public async Task No_shell_reads_the_line()
    {
        var outputs = await _bench.RunAsync(Script("echo $HOME `id` $(id) ; touch here | cat > there && false", """, "stream_output": false"""));

        Assert.Equal("$HOME `id` $(id) ; touch here | cat > there && false", (string?)outputs["stdout"]);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench.Folder.Path));
    }

    [Fact]
    public async Task Environment_directory_and_expansion_are_as_asked()
    {
        Directory.CreateDirectory(_bench.Folder.At("sub"));

        var outputs = await _bench.RunAsync(Script("printenv GREETING\npwd\necho ${GREETING}-$GREETING-$NOT_SET_AT_ALL-$$x",
            """, "env": {"GREETING": "hi"}, "directory": "sub", "expand_env_vars": true"""));

        Assert.Equal($"hi\n{_bench.Folder.At("sub")}\nhi-hi-$NOT_SET_AT_ALL-$x", (string?)outputs["stdout"]);
    }

    [Theory]
    [InlineData("true")]
    [InlineData("\"bash\"")]
    public async Task Shell_that_is_asked_for_runs_the_whole_script(string shell)
    {
        var before = Directory.GetDirectories(Path.GetTempPath(), "reeve-script-*");

        var outputs = await _bench.RunAsync(Script("for i in 1 2; do\n  echo \"$i $GREETING\" | tr a-z A-Z\ndone\n", $", \"shell\": {shell}, \"env\": {{\"GREETING\": \"grüß\"}}"));

        Assert.Equal("1 GRüß\n2 GRüß", (string?)outputs["stdout"]);
        Assert.Empty(Directory.GetDirectories(Path.GetTempPath(), "reeve-script-*").Except(before));
    }

    [Fact]
    public async Task Script_in_a_shell_ends_at_the_first_command_that_fails()
    {
        var message = await _bench.FailAsync(Script("echo before\ncat /no/such/file\ntouch after", ", \"shell\": \"sh\""));

        Assert.StartsWith("run_shell_script: the script in sh ended with exit code 1: cat: /no/such/file", message, StringComparison.Ordinal);
        Assert.False(File.Exists(_bench.Folder.At("after")));
        Assert.Contains("'shell' should be true, false or one of sh, bash", await _bench.FailAsync(Script("x", ", \"shell\": \"fish\"")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_shown_of_a_hidden_script_that_fails()
    {
        var message = await _bench.FailAsync(Script("printf 't0ken-%s' abcdef\nsh -c 'echo t0ken-abcdef-too >&2; kill -9 $$'", ", \"stream_output\": false"));

        Assert.StartsWith("run_shell_script: 'sh' was ended by SIGKILL (exit code 137); what it said is not shown because of 'stream_output: false'", message, StringComparison.Ordinal);
        Assert.DoesNotContain("t0ken", message + string.Join('\n', _bench.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Values_of_hidden_output_are_masked_in_whatever_form_they_came()
    {
        await _bench.RunAsync(Script("echo '{\"accessToken\": \"json-t0ken-1\", \"n\": 1}'\necho TOKEN=env-t0ken-2", ", \"stream_output\": false"));

        Assert.Equal("******** ******** main", _bench.Context.Secrets.Redact("json-t0ken-1 env-t0ken-2 main"));
    }

    [Fact]
    public async Task Hidden_output_among_words_and_a_short_password_are_masked_and_words_and_paths_are_not()
    {
        await _bench.RunAsync(Script("echo 'Authorization: Bearer abcdef0123456789xyz,'\necho /usr/lib/python3.12/site-packages of production", ", \"stream_output\": false"));
        await _bench.RunAsync(Script("echo pa55wd", ", \"stream_output\": false"));

        Assert.Equal("******** ******** of production in /usr/lib/python3.12/site-packages", _bench.Context.Secrets.Redact("abcdef0123456789xyz pa55wd of production in /usr/lib/python3.12/site-packages"));
    }

    [Fact]
    public async Task Output_beyond_the_bound_is_cut_and_its_end_is_in_the_error()
    {
        var outputs = await _bench.RunAsync(Script("sh -c 'head -c 9000000 /dev/zero | tr \"\\0\" x'", ", \"stream_output\": false"));

        Assert.Equal(ChildCommand.CaptureLimit, ((string?)outputs["stdout"])!.Length);
        Assert.Contains(_bench.Lines, line => line.Contains("printed more than 4 million characters", StringComparison.Ordinal));

        var message = await _bench.FailAsync(Script("sh -c 'head -c 9000000 /dev/zero | tr \"\\0\" x >&2; echo the reason >&2; false'", ", \"shell\": true"));
        Assert.EndsWith("the reason", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Program_left_in_the_background_does_not_hold_the_step()
    {
        var outputs = await _bench.RunAsync(Script("sh -c 'sleep 30 & echo $!'"));

        Assert.True(ProcessGroup.TrySignal(int.Parse((string?)outputs["stdout"] ?? "", null), ProcessGroup.SigKill), "it was ended with the step");
    }

    [Fact]
    public async Task First_command_that_fails_ends_the_step_with_what_it_said()
    {
        var message = await _bench.FailAsync(Script("echo before\ncat /no/such/file\ntouch after"));

        Assert.StartsWith("run_shell_script: 'cat' ended with exit code 1: cat: /no/such/file", message, StringComparison.Ordinal);
        Assert.False(File.Exists(_bench.Folder.At("after")));
    }

    [Fact]
    public async Task Secret_in_what_a_failing_command_says_is_masked()
    {
        _bench.Context.Secrets.Add("s3cr3t");

        Assert.DoesNotContain("s3cr3t", await _bench.FailAsync(Script("cat /no/s3cr3t")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_that_was_not_to_be_shown_is_masked_in_the_error_of_a_later_step()
    {
        var message = await _bench.FailAsync("""
            [{"prefect.deployments.steps.run_shell_script": {"id": "t", "script": "echo t0k3n-abc", "stream_output": false}},
             {"prefect.deployments.steps.run_shell_script": {"script": "cat /no/{{ t.stdout }}"}}]
            """);

        Assert.Contains("cat: /no/********", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Program_that_does_not_exist_is_named() =>
        Assert.Equal("cannot start 'no-such-program-here': no such program on PATH or in the directory", await _bench.FailAsync(Script("no-such-program-here --x")));

    [Fact]
    public async Task Cancelling_ends_the_command_and_what_it_started()
    {
        using var cancel = new CancellationTokenSource();
        var steps = JsonNode.Parse(Script("sh -c 'echo started $$; sleep 600 & wait'"))!.AsArray();
        var started = new TaskCompletionSource<int>();
        var context = new StepContext
        {
            WorkingDirectory = _bench.Folder.Path,
            Sink = line =>
            {
                if (line.Message.StartsWith("started", StringComparison.Ordinal))
                    started.TrySetResult(int.Parse(line.Message.Split(' ')[1], null));
            },
        };
        var running = new StepRunner(StepCatalog.BuiltIn, context).RunAsync(steps, [], cancel.Token);
        var shell = await started.Task;

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Throws<ArgumentException>(() => Process.GetProcessById(shell));
    }

    [Theory]
    [InlineData("""[{"prefect.deployments.steps.run_shell_scrip": {"script": "x"}}]""", "unknown step 'prefect.deployments.steps.run_shell_scrip'; did you mean 'prefect.deployments.steps.run_shell_script'?")]
    [InlineData("""[{"prefect.deployments.steps.run_shell_script": {"scrip": "x"}}]""", "the step 'run_shell_script' has no input 'scrip'; did you mean 'script'?")]
    [InlineData("""[{"prefect.deployments.steps.run_shell_script": {}}]""", "input 'script' is missing")]
    [InlineData("""[{"a": {}, "b": {}}]""", "a step is a mapping of its one name to its inputs")]
    [InlineData("""[{"prefect.deployments.steps.run_shell_script": {"script": "echo {{ prefect.blocks.secret.nope }} {{ x }}"}}]""",
        "step 'run_shell_script' cannot run: in 'script': '{{ prefect.blocks.secret.nope }}': there is no block 'nope' of type 'secret'")]
    [InlineData("""[{"prefect.deployments.steps.set_working_directory": {"directory": "nowhere"}}]""", "the directory 'nowhere' does not exist on this machine")]
    [InlineData("""[{"prefect.deployments.steps.pip_install_requirements": {}}]""", "pip_install_requirements: there is no 'requirements.txt'")]
    public async Task Step_that_cannot_run_says_why(string steps, string why) => Assert.StartsWith(why, await _bench.FailAsync(steps), StringComparison.Ordinal);

    [Fact]
    public async Task Directory_of_a_step_is_where_the_next_one_works()
    {
        Directory.CreateDirectory(_bench.Folder.At("code"));

        var outputs = await _bench.RunAsync("""
            [{"prefect.deployments.steps.set_working_directory": {"directory": "code"}}, {"prefect.deployments.steps.run_shell_script": {"script": "pwd"}}]
            """);

        Assert.Equal(_bench.Folder.At("code"), (string?)outputs["stdout"]);
        Assert.Equal(_bench.Folder.At("code"), (string?)outputs["directory"]);
    }
}
