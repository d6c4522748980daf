using System.Text.Json.Nodes;
using Reeve.Deployments.Templating;
using Reeve.Deployments.Tests.Docker;

[assembly: AssemblyFixture(typeof(SharedDockerHost))]

namespace Reeve.Deployments.Tests.Steps.Docker;

/// <summary>Images built by a real engine, looked at in containers.</summary>
public sealed class BuildDockerImageStepTests(SharedDockerHost shared) : IAsyncLifetime
{
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Usage", "CA2213", Justification = "It is shared by all tests and disposed of after them.")]
    private DockerHost _host = null!;
    private DockerBench _bench = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await shared.GetAsync();
        _bench = new DockerBench(_host.Variable);
    }

    public ValueTask DisposeAsync()
    {
        _bench.Dispose();
        return default;
    }

    [Fact]
    public async Task Image_is_built_with_arguments_labels_and_tags_and_its_lines_are_shown()
    {
        _bench.Folder.Write("Dockerfile", $"""
            FROM {DockerHost.Base}
            ARG GREETING=none
            LABEL from=file
            COPY hello.txt /hello.txt
            RUN echo "said $GREETING" | cat - /hello.txt > /out.txt && echo built-it
            """);
        _bench.Folder.Write("hello.txt", "hello");

        var outputs = await _bench.BuildAsync("""
            {"tag": "v1", "additional_tags": ["latest", "stable"], "buildargs": {"GREETING": "hi"}, "labels": {"team": "data"}, "network_mode": "none", "shmsize": "64m", "container_limits": {"memory": "512m"}}
            """);

        Assert.Equal((_bench.Image, "v1", $"{_bench.Image}:v1"), ((string?)outputs["image_name"], (string?)outputs["tag"], (string?)outputs["image"]));
        Assert.Equal(["latest", "stable"], outputs["additional_tags"]!.AsArray().Select(tag => (string?)tag));
        Assert.Equal("said hi\nhello", await _host.InAsync($"{_bench.Image}:v1", "cat", "/out.txt"));
        foreach (var tag in (string[])["v1", "latest", "stable"])
            Assert.Equal((string?)outputs["image_id"], await _host.DockerAsync("inspect", "--format", "{{.Id}}", $"{_bench.Image}:{tag}"));
        Assert.Equal("data file", await _host.DockerAsync("inspect", "--format", "{{.Config.Labels.team}} {{.Config.Labels.from}}", $"{_bench.Image}:v1"));
        Assert.Contains("Step 5/6 : RUN echo", _bench.Log, StringComparison.Ordinal);
        Assert.Contains("built-it", _bench.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tag_that_is_not_given_is_the_time_and_one_call_is_made_once()
    {
        _bench.Folder.Write("Dockerfile", $"FROM {DockerHost.Base}\nRUN echo x > /x\n");

        var all = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _bench.BuildAsync("{}")));

        Assert.Single(all.Select(outputs => outputs.ToJsonString()).Distinct());
        Assert.Matches(@"^\d{4}-\d\d-\d\dt\d\d-\d\d-\d\d-\d{6}-00-00$", (string?)all[0]["tag"]);
        Assert.Single(_bench.Log.Split('\n'), line => line.StartsWith("Step 1/2", StringComparison.Ordinal));
        Assert.NotEqual((string?)all[0]["tag"], (string?)(await _bench.BuildAsync("""{"ignore_cache": true}"""))["tag"]);
    }

    [Fact]
    public async Task Proxies_of_the_docker_configuration_reach_the_build_unless_the_call_says_otherwise()
    {
        using var config = new Reeve.Deployments.Tests.Support.TemporaryFolder();
        config.Write("config.json", """{"proxies": {"default": {"httpProxy": "http://me:pr0xy-pass@proxy:3128", "noProxy": "localhost"}}}""");
        using var bench = new DockerBench(name => name == "DOCKER_CONFIG" ? config.Path : _host.Variable(name));
        bench.Folder.Write("Dockerfile", $"FROM {DockerHost.Base}\nRUN echo $HTTP_PROXY-$no_proxy > /out.txt; cat /out.txt\n");

        await bench.BuildAsync("""{"tag": "1"}""");
        await bench.BuildAsync("""{"tag": "2", "nocache": true, "buildargs": {"HTTP_PROXY": "mine"}}""");
        await bench.BuildAsync("""{"tag": "3", "nocache": true, "use_config_proxy": false}""");

        Assert.Equal("http://me:pr0xy-pass@proxy:3128-localhost", await _host.InAsync(bench.Image + ":1", "cat", "/out.txt"));
        Assert.Equal("mine-localhost", await _host.InAsync(bench.Image + ":2", "cat", "/out.txt"));
        Assert.Equal("-", await _host.InAsync(bench.Image + ":3", "cat", "/out.txt"));
        Assert.DoesNotContain("pr0xy-pass", bench.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Target_stage_is_built_and_a_Dockerfile_may_lie_elsewhere()
    {
        _bench.Folder.Write("app/in.txt", "in");
        _bench.Folder.Write("docker/Special.dockerfile", $"FROM {DockerHost.Base} AS one\nCOPY . /app/\nFROM one AS two\nRUN echo two > /two\n");

        await _bench.BuildAsync("""{"tag": "1", "path": "app", "dockerfile": "../docker/Special.dockerfile", "target": "one"}""");

        Assert.Equal("/app\n/app/in.txt", await _host.InAsync(_bench.Image + ":1", "find", "/app"));
        Assert.Equal("no", await _host.InAsync(_bench.Image + ":1", "sh", "-c", "ls /two 2>/dev/null || echo no"));
        Assert.Equal(["in.txt"], Directory.EnumerateFileSystemEntries(_bench.Folder.At("app")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Line_that_fails_is_named_with_what_it_said()
    {
        _bench.Folder.Write("Dockerfile", $"# a comment\nFROM {DockerHost.Base}\n\nRUN echo fine \\\n  && echo more\nRUN echo 'the disk is on fire' && exit 7\n");

        var message = await _bench.BuildFailsAsync("""{"tag": "1"}""");

        Assert.Equal("build_docker_image: Dockerfile:6: 'RUN echo 'the disk is on fire' && exit 7': The command '/bin/sh -c echo 'the disk is on fire' && exit 7' returned a non-zero code: 7; it said:\n  the disk is on fire", message);
    }

    [Theory]
    [InlineData("FROM {0}\nRAN echo\n", "dockerfile parse error line 2: unknown instruction: RAN")]
    [InlineData("FROM {0}\nCOPY nothing /x\n", "build_docker_image: Dockerfile:2: 'COPY nothing /x': COPY failed: file not found in build context")]
    [InlineData("FROM {0}\nRUN --mount=type=cache,target=/c echo\n", "this Dockerfile needs BuildKit, which is reached by the docker command only")]
    [InlineData("", "the Dockerfile (Dockerfile) cannot be empty")]
    public async Task Dockerfile_with_a_fault_is_refused_with_its_line(string text, string why)
    {
        _bench.Folder.Write("Dockerfile", text.Replace("{0}", DockerHost.Base, StringComparison.Ordinal));

        Assert.Contains(why, await _bench.BuildFailsAsync("""{"tag": "1"}"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_that_is_wrong_with_a_call_is_said_at_once()
    {
        var message = await _bench.BuildFailsAsync("""{"image_name": "Ünsinn", "tag": "-x", "additional_tags": ["a b"], "shmsize": "many", "labels": 3, "container_limits": {"ram": 1}}""");

        foreach (var part in (string[])["'Ünsinn' is not a name", "tag '-x' is not a tag", "tag 'a b'", "'shmsize' should be a number of bytes", "'labels' should be a mapping", "'container_limits' has no 'ram'", "there is no 'Dockerfile' in"])
            Assert.Contains(part, message, StringComparison.Ordinal);
        Assert.Contains("has no input 'build_args'; did you mean 'buildargs'?", await _bench.BuildFailsAsync("""{"build_args": {}}"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Base_image_that_is_nowhere_is_said_with_what_to_do()
    {
        _bench.Folder.Write("Dockerfile", "FROM 127.0.0.1:1/nowhere:1\n");

        var message = await _bench.BuildFailsAsync("""{"tag": "1", "pull": true}""");

        Assert.StartsWith("build_docker_image: Dockerfile:1: 'FROM 127.0.0.1:1/nowhere:1': ", message, StringComparison.Ordinal);
        Assert.EndsWith("'pull: false' uses it as it is", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Context_holds_what_the_dockerignore_leaves_names_of_any_script_and_links_as_links()
    {
        _bench.Folder.Write("Dockerfile", $"FROM {DockerHost.Base}\nCOPY . /c/\n");
        _bench.Folder.Write(".dockerignore", "# not for the image\n**/*.log\nsecret\n!secret/public.txt\nDockerfile\n.dockerignore\n");
        _bench.Folder.Write("größe/日本 語.txt", "ja");
        _bench.Folder.Write("a.log", "x");
        _bench.Folder.Write("secret/key", "x");
        _bench.Folder.Write("secret/public.txt", "x");
        _bench.Folder.Write("empty", "");
        _bench.Folder.Write(new string('n', 120) + "/" + new string('m', 120), "long");
        _bench.Folder.Write("run.sh", "#!/bin/sh\n");
        File.SetUnixFileMode(_bench.Folder.At("run.sh"), (UnixFileMode)Convert.ToInt32("755", 8));
        File.CreateSymbolicLink(_bench.Folder.At("inside"), "run.sh");
        File.CreateSymbolicLink(_bench.Folder.At("outside"), "/etc/passwd");
        Directory.CreateSymbolicLink(_bench.Folder.At("up"), "..");

        await _bench.BuildAsync("""{"tag": "1"}""");

        var found = (await _host.InAsync(_bench.Image + ":1", "find", "/c")).Split('\n').Order(StringComparer.Ordinal);
        Assert.Equal(
            ((string[])["/c", "/c/empty", "/c/größe", "/c/größe/日本 語.txt", "/c/inside", $"/c/{new string('n', 120)}", $"/c/{new string('n', 120)}/{new string('m', 120)}",
            "/c/outside", "/c/run.sh", "/c/secret", "/c/secret/public.txt", "/c/up"]).Order(StringComparer.Ordinal), found);
        Assert.Equal("/etc/passwd\n..\nrun.sh", await _host.InAsync(_bench.Image + ":1", "sh", "-c", "readlink /c/outside; readlink /c/up; readlink /c/inside; [ -x /c/run.sh ]"));
    }

    [Fact]
    public async Task Two_thousand_files_arrive()
    {
        _bench.Folder.Write("Dockerfile", $"FROM {DockerHost.Base}\nCOPY many /many/\n");
        for (var i = 0; i < 2_000; i++)
            _bench.Folder.Write($"many/{i % 100}/{i}", "x");

        await _bench.BuildAsync("""{"tag": "1"}""");

        Assert.Equal("2000", (await _host.InAsync(_bench.Image + ":1", "sh", "-c", "find /many -type f | wc -l")).Trim());
    }

    [Fact]
    public async Task Secret_argument_is_masked_in_the_log_and_the_error()
    {
        _bench.Folder.Write("Dockerfile", $"FROM {DockerHost.Base}\nARG TOKEN\nRUN echo token is $TOKEN && false\n");
        _bench.Blocks["secret/tok"] = new BlockData(new JsonObject { ["value"] = "t0k3n-xyz" }, ["value"]);

        var message = await _bench.BuildFailsAsync("""{"tag": "1", "buildargs": {"TOKEN": "{{ prefect.blocks.secret.tok }}"}}""");

        Assert.Contains("token is ********", message, StringComparison.Ordinal);
        Assert.DoesNotContain("t0k3n-xyz", message + _bench.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelled_build_ends_its_container()
    {
        _bench.Folder.Write("Dockerfile", $"FROM {DockerHost.Base}\nLABEL reeve.test={_bench.Image}\nRUN echo now-sleeping && sleep 600\n");
        using var cancel = new CancellationTokenSource();
        _bench.Heard = line =>
        {
            if (line.StartsWith("now-sleeping", StringComparison.Ordinal))
                cancel.Cancel();
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _bench.BuildAsync("""{"tag": "1"}""", cancel.Token));

        while ((await _host.DockerAsync("ps", "-q", "--filter", $"label=reeve.test={_bench.Image}")).Length > 0)
            await Task.Yield();
        Assert.Empty(await _host.DockerAsync("images", "-q", _bench.Image));
    }

    [Fact]
    public async Task Python_folder_gets_an_image_without_a_Dockerfile_being_written()
    {
        _bench.Folder.Write("flows/hello.py", "from prefect import flow\n\n@flow\ndef hello():\n    pass\n");
        _bench.Folder.Write("requirements.txt", "requests==2.32.0\n");
        _bench.Folder.Write(".env", "TOKEN=x");
        await PythonStandInAsync();

        await _bench.BuildAsync("""{"tag": "1", "dockerfile": "auto", "base_image": "reeve-test/python:2"}""");

        var work = "/opt/prefect/" + Path.GetFileName(_bench.Folder.Path);
        Assert.Equal($"{work}\n{work}/flows\n{work}/flows/hello.py\n{work}/requirements.txt", string.Join('\n', (await _host.InAsync(_bench.Image + ":1", "find", work)).Split('\n').Order(StringComparer.Ordinal)));
        Assert.Equal(work, await _host.InAsync(_bench.Image + ":1", "pwd"));
        Assert.Equal($"-m pip install -r {work}/requirements.txt", await _host.InAsync(_bench.Image + ":1", "cat", "/installed"));
        Assert.False(File.Exists(_bench.Folder.At("Dockerfile")));
    }

    [Fact]
    public async Task Image_of_Python_flows_is_that_of_the_client_their_requirements_pin()
    {
        _bench.Folder.Write("hello.py", "@flow\ndef hello(): pass\n");
        _bench.Folder.Write("requirements.txt", "prefect[aws] == 2.20.25\n");

        var message = await _bench.BuildFailsAsync("""{"tag": "1", "dockerfile": "auto"}""");

        Assert.Contains("'FROM prefecthq/prefect:2.20.25-python3.12'", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Auto_refuses_a_folder_with_a_Dockerfile_and_one_of_both_languages()
    {
        _bench.Folder.Write("a.py", "@flow\ndef a(): pass\n");
        _bench.Folder.Write("b.cs", "static class F { [Flow]\n public static void B() {} }\n".Replace("[Flow]", "\n[Flow]", StringComparison.Ordinal));
        Assert.Contains("has both ('b.cs', 'a.py')", await _bench.BuildFailsAsync("""{"dockerfile": "auto"}"""), StringComparison.Ordinal);

        _bench.Folder.Write("Dockerfile", "FROM x");
        Assert.Contains("'dockerfile: auto' would make a Dockerfile, but", await _bench.BuildFailsAsync("""{"dockerfile": "auto"}"""), StringComparison.Ordinal);
    }

    // A "python" that notes what it was told to do: whether pip is called is what matters here.
    private async Task PythonStandInAsync()
    {
        using var folder = new DockerBench(_host.Variable);
        folder.Folder.Write("Dockerfile", $"FROM {DockerHost.Base}\nCOPY python /usr/local/bin/python\n");
        File.SetUnixFileMode(folder.Folder.Write("python", "#!/bin/sh\necho \"$@\" > /installed\n"), (UnixFileMode)Convert.ToInt32("755", 8));
        await folder.BuildAsync("""{"image_name": "reeve-test/python", "tag": "2"}""");
    }
}
