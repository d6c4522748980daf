using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Reeve.EndToEnd.Tests.Stage;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;

namespace Reeve.EndToEnd.Tests;

/// <summary>What users do wrong, each through the command line: one clear message, the right exit code, nothing done by half.</summary>
public sealed class FaultTests : IAsyncLifetime
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private readonly Installation _reeve = new();

    private string Project => Path.Combine(_reeve.Folder, "project");

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Path.Combine(Project, "flows"));
        await File.WriteAllTextAsync(Path.Combine(Project, "flows", "add.cs"), """
            #:package Reeve@0.1.0
            using Reeve;

            Console.WriteLine(Flows.Add(1));

            static class Flows
            {
                [Flow] public static int Add(int left, int right = 2) => left + right;
            }
            """);
        await _reeve.StartServerAsync();
    }

    public ValueTask DisposeAsync() => _reeve.DisposeAsync();

    [Fact]
    public async Task Every_fault_of_a_project_file_is_told_at_its_place_and_nothing_is_deployed()
    {
        await WriteProjectAsync("""
            name: faulty
            pull:
            - prefect.deployments.steps.git_clone:
                repository: https://example.com/a.git
                access_token: "{{ get-token.stdout }}"
            deployments:
            - name: good
              entrypoint: flows/add.cs:Add
              parameters: { left: 1 }
              work_pool: { name: nowhere }
            - name: bad
              entrypoint: flows/ad.cs:Add
              schedule: { cron: "61 * * * *" }
              tagz: [a]
              pull:
              - prefect.deployments.steps.git_clon: { repository: https://example.com/a.git }
            """);

        var (code, output) = await _reeve.RunInAsync(Project, "deploy", "--all");

        Assert.Equal(1, code);
        Assert.Matches(@"prefect\.yaml:16:\d+: .*git_clon.*git_clone", output);
        Assert.Matches(@"prefect\.yaml:5:\d+: .*get-token", output);
        Assert.Matches(@"prefect\.yaml:13:\d+: .*61", output);
        Assert.Matches(@"prefect\.yaml:14:\d+: .*tagz.*tags", output);
        Assert.Empty(await _reeve.Api.FindDeploymentsAsync(new Query(), Ct));
        Assert.Empty(await _reeve.Api.FindFlowsAsync(new Query(), Ct));
    }

    [Fact]
    public async Task What_a_file_alone_cannot_show_is_told_together_and_nothing_is_deployed()
    {
        await File.WriteAllTextAsync(Path.Combine(Project, "flows", "broken.cs"), "#:package Reeve@0.1.0\nusing Reeve;\nawait Flows.Broken();\nstatic class Flows { [Flow] public static async Task Broken() { await Task.Yield(); int x = \"text\"; } }\n", Ct);
        await WriteProjectAsync("""
            name: faulty
            pull:
            - prefect.deployments.steps.set_working_directory: { directory: /tmp }
            deployments:
            - { name: a, entrypoint: "flows/add.cs:Add", parameters: { left: one, rihgt: 3 }, work_pool: { name: nowhere } }
            - { name: b, entrypoint: "flows/missing.cs:Add", work_pool: { name: nowhere } }
            - { name: c, entrypoint: "flows/add.cs:Ad", work_pool: { name: nowhere } }
            - { name: d, entrypoint: "flows/broken.cs:Broken", work_pool: { name: nowhere } }
            """);

        var (code, output) = await _reeve.RunInAsync(Project, "deploy", "--all");

        Assert.Equal(1, code);
        Assert.Contains("nowhere", output, StringComparison.Ordinal);
        Assert.Contains("left", output, StringComparison.Ordinal);
        Assert.Contains("rihgt", output, StringComparison.Ordinal);
        Assert.Contains("flows/missing.cs", output, StringComparison.Ordinal);
        Assert.Matches("'?Ad'?.*Add", output);
        Assert.Contains("CS0029", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        Assert.Empty(await _reeve.Api.FindDeploymentsAsync(new Query(), Ct));
    }

    [Fact]
    public async Task A_run_with_wrong_parameters_is_refused_with_every_fault()
    {
        await DeployAsync("""{ name: add, entrypoint: "flows/add.cs:Add", parameters: { left: 1 }, work_pool: { name: local } }""");

        var (code, output) = await _reeve.RunInAsync(Project, "deployment", "run", "add/add", "--param", "left=\"one\"", "--param", "middle=3");

        Assert.Equal(2, code);
        Assert.Contains("left", output, StringComparison.Ordinal);
        Assert.Contains("middle", output, StringComparison.Ordinal);
        Assert.Empty(await _reeve.Api.FindFlowRunsAsync(new Query(), Ct));
    }

    [Fact]
    public async Task A_flow_that_stopped_compiling_fails_its_run_with_the_words_of_the_compiler()
    {
        await DeployAsync("""{ name: add, entrypoint: "flows/add.cs:Add", parameters: { left: 1 }, work_pool: { name: local } }""");
        await File.AppendAllTextAsync(Path.Combine(Project, "flows", "add.cs"), "\nclass Unfinished {", Ct);
        _reeve.Start("worker", "start", "--pool", "local");

        var (code, output) = await _reeve.RunInAsync(Project, "deployment", "run", "add/add", "--watch");

        Assert.True(code == 1, output);
        var run = Assert.Single(await _reeve.Api.FindFlowRunsAsync(new Query(), Ct));
        Assert.Equal(StateType.Failed, run.StateType);
        Assert.Matches(@"add\.cs.*CS1513", run.State!.Message!.ReplaceLineEndings(" "));
    }

    [Fact]
    public async Task A_Python_flow_without_a_Python_client_fails_with_what_to_install()
    {
        Assert.SkipWhen(await HasPythonClientAsync(), "a Python client is installed here");
        await File.WriteAllTextAsync(Path.Combine(Project, "flows", "hello.py"), "from prefect import flow\n\n@flow\ndef hello(name: str = \"world\"):\n    print(name)\n", Ct);
        await DeployAsync("""{ name: py, entrypoint: "flows/hello.py:hello", work_pool: { name: local } }""");
        _reeve.Start("worker", "start", "--pool", "local");

        var (code, output) = await _reeve.RunInAsync(Project, "deployment", "run", "hello/py", "--watch");

        Assert.True(code == 1, output);
        var run = Assert.Single(await _reeve.Api.FindFlowRunsAsync(new Query(), Ct));
        Assert.Equal(StateType.Failed, run.StateType);
        Assert.Contains("pip install prefect", run.State!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_for_a_pool_that_is_not_there_says_how_to_make_it()
    {
        var (code, output) = await _reeve.RunAsync("worker", "start", "--pool", "nowhere");

        Assert.Equal(1, code);
        Assert.Contains("nowhere", output, StringComparison.Ordinal);
        Assert.Contains("work-pool create", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_is_told_with_a_free_one()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        _reeve.Environment["REEVE_HOME"] = Path.Combine(_reeve.Folder, "second-home");

        var (code, output) = await _reeve.RunAsync("server", "start", "--port", port.ToString(CultureInfo.InvariantCulture));

        Assert.Equal(1, code);
        Assert.Contains($"{port}", output, StringComparison.Ordinal);
        Assert.Contains("in use", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_does_not_run_is_told_in_one_message()
    {
        _reeve.Environment["REEVE_API_URL"] = $"http://127.0.0.1:{Installation.FreePort()}/api";

        var (code, output) = await _reeve.RunAsync("flow-run", "ls");

        Assert.Equal(1, code);
        Assert.Contains("reeve server start", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    private Task WriteProjectAsync(string text) => File.WriteAllTextAsync(Path.Combine(Project, "prefect.yaml"), text, Ct);

    private async Task DeployAsync(string deployment)
    {
        await WriteProjectAsync($"name: p\npull:\n- prefect.deployments.steps.set_working_directory:\n    directory: {Project}\ndeployments:\n- {deployment}\n");
        Assert.Equal(0, (await _reeve.RunAsync("work-pool", "create", "local", "--type", "process")).ExitCode);
        var (code, output) = await _reeve.RunInAsync(Project, "deploy", "--all");
        Assert.True(code == 0, output);
    }

    private static async Task<bool> HasPythonClientAsync()
    {
        try
        {
            await using var python = ProcessUnderTest.Start("python3", ["-c", "import prefect"], new Dictionary<string, string?>(), Path.GetTempPath());
            return await python.ExitAsync(TimeSpan.FromSeconds(60)) == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
