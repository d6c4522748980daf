using System.Text.Json.Nodes;
using Reeve.Deployments.Running;
using Reeve.Deployments.Tests.Support;
using Reeve.Settings;

namespace Reeve.Deployments.Tests.Running;

// Each failure on the way to the flow becomes one state with one message. The flow's own process runs in the end-to-end tests; here a program
// without the engine stands for one that dies.
public sealed class RunExecutorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _home = new();
    private readonly ApiStub _api = new();
    private readonly HeardWriter _terminal = new();

    public void Dispose()
    {
        _folder.Dispose();
        _home.Dispose();
        _api.Dispose();
        _terminal.Dispose();
    }

    private async Task<int> ExecuteAsync(Guid run, CancellationToken? ct = null, Guid? workerLease = null)
    {
        var settings = new ReeveSettings(name => name == "REEVE_HOME" ? _home.Path : null, new Profile("default", new Dictionary<string, string>()));
        var executor = new RunExecutor(_api.Client, settings, TextWriter.Synchronized(_terminal), TimeProvider.System) { WorkingDirectory = _folder.Path, WorkerLease = workerLease };
        return await executor.ExecuteAsync(run, ct ?? TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("""[{"prefect.deployments.steps.git_clon": {"repository": "r"}}]""", "unknown step 'prefect.deployments.steps.git_clon'; did you mean 'prefect.deployments.steps.git_clone'?")]
    [InlineData("""[{"prefect.deployments.steps.git_clone": {"repository": "/no/such/repository"}}]""", "git_clone: could not clone '/no/such/repository': there is no git repository at that place (git says: fatal: '/no/such/repository' does not appear to be a git repository)")]
    [InlineData("""[{"prefect.deployments.steps.git_clone": {"repository": "r", "access_token": "{{ prefect.blocks.secret.none }}"}}]""",
        "step 'git_clone' cannot run: in 'access_token': '{{ prefect.blocks.secret.none }}': there is no block 'none' of type 'secret'; make it with 'reeve block create secret --name none'")]
    [InlineData("""[{"prefect.deployments.steps.run_shell_script": {"script": "false"}}]""", "run_shell_script: 'false' ended with exit code 1")]
    public async Task Pull_step_that_fails_fails_the_run_with_its_message(string pull, string message)
    {
        var code = await ExecuteAsync(_api.AddRun("flows/hello.cs:Hello", pull));

        Assert.Equal(1, code);
        Assert.Equal([$"FAILED: Flow could not be retrieved from deployment 'nightly': {message}"], _api.States);
        Assert.Contains($"prefect.flow_runs 40 Flow could not be retrieved from deployment 'nightly': {message}", _api.Logged);
    }

    [Fact]
    public async Task Secret_of_a_step_is_in_no_state_log_or_line()
    {
        _api.Secrets["bitcred"] = "s3cr3t-token";

        await ExecuteAsync(_api.AddRun("flows/hello.cs:Hello", """
            [{"prefect.deployments.steps.run_shell_script": {"script": "cat /no/{{ prefect.blocks.secret.bitcred }}"}}]
            """));

        Assert.Contains("cat: /no/********", Assert.Single(_api.States), StringComparison.Ordinal);
        var sent = string.Join('\n', _api.Requests.Select(request => request.Body?.ToJsonString()));
        Assert.DoesNotContain("s3cr3t-token", sent + _terminal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("flows/no.cs:Hello", "the file 'flows/no.cs' does not exist; did you mean 'flows/bad.cs'?")]
    [InlineData("flows/bad.cs:Hello", "flows/bad.cs:1:9: error CS0103: The name 'missing' does not exist in the current context")]
    [InlineData("flows/bad", "'flows/bad' is not an entrypoint")]
    public async Task Entrypoint_that_does_not_exist_or_compile_fails_the_run(string entrypoint, string message)
    {
        _folder.Write("code/flows/bad.cs", "int x = missing;");

        var code = await ExecuteAsync(_api.AddRun(entrypoint, """[{"prefect.deployments.steps.set_working_directory": {"directory": "code"}}]"""));

        Assert.Equal(1, code);
        Assert.StartsWith($"FAILED: Flow could not be retrieved from deployment 'nightly': {message}", Assert.Single(_api.States), StringComparison.Ordinal);
    }

    [Fact]
    public async Task End_of_the_process_is_judged_by_how_it_came()
    {
        // In the place of Reeve.dll, so that the hook before Main is one that dies: a real process, killed as the system kills one that eats the memory.
        _folder.Write("Fake/Reeve.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>");
        _folder.Write("Fake/Hook.cs", """
            internal static class StartupHook
            {
                public static void Initialize()
                {
                    var flow = System.Environment.GetEnvironmentVariable("REEVE_FLOW_ENTRYPOINT");
                    var asked = 0;
                    using var term = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGTERM, context =>
                    {
                        context.Cancel = true;
                        System.Console.WriteLine("asked to stop");
                        if (flow != "Tidy")
                            System.Environment.Exit(42);
                        if (System.Threading.Interlocked.Increment(ref asked) == 1)
                            new System.Threading.Thread(() =>
                            {
                                System.Threading.Thread.Sleep(1000);
                                System.Environment.Exit(100 + asked);
                            }).Start();
                    });
                    System.Console.WriteLine("this is " + flow + (flow == "Tidy" ? " " + System.Environment.ProcessId : ""));
                    if (flow == "Hello")
                        System.Diagnostics.Process.GetCurrentProcess().Kill();
                    System.Threading.Thread.Sleep(-1);
                }
            }
            namespace Reeve { public sealed class FlowAttribute : System.Attribute; }
            """);
        _folder.Write("App/App.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework><OutputType>Exe</OutputType></PropertyGroup>
              <ItemGroup><ProjectReference Include="../Fake/Reeve.csproj" /></ItemGroup>
            </Project>
            """);
        _folder.Write("App/Program.cs", """
            [assembly: System.Reflection.AssemblyMetadata("reeve.flow", "{\"name\":\"tidy\",\"method\":\"Tidy\",\"type\":\"Demo.Flows\",\"description\":null,\"version\":null,\"parameter_schema\":{\"type\":\"object\",\"properties\":{}}}")]

            """ + FlowSources.Program());

        var code = await ExecuteAsync(_api.AddRun("App/App.csproj:Hello", pullSteps: null));

        Assert.Equal(128 + 9, code);
        Assert.Equal(["CRASHED: The flow's process was ended by SIGKILL (exit code 137) while the run was Pending"], _api.States);
        Assert.Contains("this is Hello", _terminal.ToString().Split('\n'));

        // Stopped from outside while it runs: the flow gets SIGTERM and ends as it likes.
        using var stop = new CancellationTokenSource();
        _terminal.OnLine = line =>
        {
            if (line == "this is Bye")
                stop.Cancel();
        };
        code = await ExecuteAsync(_api.AddRun("App/App.csproj:Bye", pullSteps: null), stop.Token);

        Assert.Equal(42, code);
        Assert.Contains("asked to stop", _terminal.ToString().Split('\n'));
        Assert.Equal("CRASHED: The flow's process ended with exit code 42 while the run was Pending", _api.States.Last());

        // The run is to be cancelled, and no worker is there to say that it is.
        using var cancel = new CancellationTokenSource();
        _terminal.OnLine = line =>
        {
            if (line != "this is Bye")
                return;
            _api.FlowRun!["state_type"] = "CANCELLING";
            cancel.Cancel();
        };
        await ExecuteAsync(_api.AddRun("App/App.csproj:Bye", pullSteps: null), cancel.Token);

        Assert.Equal("CANCELLED: The flow's process has ended", _api.States.Last());

        // A worker tells the whole group: the flow that tidies up for a second is not told again by us.
        using var told = new CancellationTokenSource();
        _terminal.OnLine = line =>
        {
            if (!line.StartsWith("this is Tidy ", StringComparison.Ordinal))
                return;
            using var kill = System.Diagnostics.Process.Start("kill", ["-TERM", line["this is Tidy ".Length..]]);
            kill.WaitForExit();
            told.Cancel();
        };
        Assert.Equal(101, await ExecuteAsync(_api.AddRun("App/App.csproj:Tidy", pullSteps: null), told.Token, workerLease: Guid.NewGuid()));
    }

    [Fact]
    public async Task Steps_are_told_to_terminal_and_api_as_people_know_them()
    {
        await ExecuteAsync(_api.AddRun("flows/no.cs:Hello", """
            [{"prefect.deployments.steps.run_shell_script": {"script": "echo hello", "stream_output": true}}]
            """));

        Assert.Equal(["prefect.deployment 20  > Running run_shell_script step...", "prefect.deployment 20 hello"], _api.Logged.Take(2));
        Assert.Equal([" > Running run_shell_script step...", "hello"], _terminal.ToString().Split('\n').Take(2));
        Assert.Matches(@"^\d\d:\d\d:\d\d\.\d{3} \| ERROR   \| prefect\.flow_runs - Flow could not be retrieved", _terminal.ToString().Split('\n')[2]);
    }

    [Fact]
    public async Task Run_that_ended_or_is_not_there_is_left_alone()
    {
        var run = _api.AddRun("a.cs:A", "[]");
        _api.FlowRun!["state_type"] = "COMPLETED";
        _api.FlowRun["state_name"] = "Completed";

        Assert.Equal(0, await ExecuteAsync(run));
        Assert.Equal(1, await ExecuteAsync(Guid.NewGuid()));
        Assert.Empty(_api.States);
        Assert.Contains("is Completed already", _terminal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_without_leases_is_worked_with_all_the_same()
    {
        _api.KnowsLeases = false;

        await ExecuteAsync(_api.AddRun("flows/no.cs:Hello", "[]"));

        Assert.StartsWith("FAILED: Flow could not be retrieved from deployment 'nightly': the file 'flows/no.cs' does not exist", Assert.Single(_api.States), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deployment_with_a_path_needs_it_to_be_here()
    {
        await ExecuteAsync(_api.AddRun("a.cs:A", null, new JsonObject { ["path"] = "/no/such/folder" }));
        await ExecuteAsync(_api.AddRun("a.cs:A", null, new JsonObject { ["storage_document_id"] = Guid.NewGuid().ToString() }));

        Assert.Equal(
        [
            "FAILED: Flow could not be retrieved from deployment 'nightly': its path '/no/such/folder' does not exist on this machine",
            "FAILED: Flow could not be retrieved from deployment 'nightly': its storage block is not there any more",
        ], _api.States);
    }

    [Fact]
    public async Task Stopping_while_the_code_is_pulled_ends_the_steps_and_writes_no_state()
    {
        using var stop = new CancellationTokenSource();
        var run = _api.AddRun("a.cs:A", """[{"prefect.deployments.steps.run_shell_script": {"script": "sh -c 'touch started; sleep 600'"}}]""");
        using var watcher = new FileSystemWatcher(_folder.Path) { EnableRaisingEvents = true };
        watcher.Created += (_, _) => stop.Cancel();

        Assert.Equal(128 + 15, await ExecuteAsync(run, stop.Token));
        Assert.Empty(_api.States);
    }

    [Fact]
    public async Task Python_flow_without_a_client_says_what_to_install()
    {
        var tools = _folder.At("tools");
        var python = _folder.Write("tools/bin/python3", "#!/bin/sh\nexit 1\n");
        File.SetUnixFileMode(python, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var before = Environment.GetEnvironmentVariable("VIRTUAL_ENV");
        Environment.SetEnvironmentVariable("VIRTUAL_ENV", tools);
        try
        {
            await ExecuteAsync(_api.AddRun("flows/hello.py:hello", """[{"prefect.deployments.steps.git_clone": {"repository": "/no"}}]"""));
        }
        finally
        {
            Environment.SetEnvironmentVariable("VIRTUAL_ENV", before);
        }

        Assert.Equal([$"FAILED: Flow could not be retrieved from deployment 'nightly': this is a Python flow and the Python at '{python}' has no engine for it: run 'pip install prefect' (2.20 or 3.x) in that Python"], _api.States);
    }

    [Fact]
    public async Task Python_flow_is_run_by_the_engine_of_the_installed_client()
    {
        // The real Python with a client of ours in it, which says what it was started with.
        Assert.SkipUnless(File.Exists("/usr/bin/python3"), "there is no /usr/bin/python3 on this machine");
        _folder.Write("site/prefect-2.20.25.dist-info/METADATA", "Metadata-Version: 2.1\nName: prefect\nVersion: 2.20.25\n");
        _folder.Write("site/prefect/__init__.py", "");
        _folder.Write("site/prefect/engine.py", "import os, sys\nprint('engine', sys.argv[1:] == [os.environ['PREFECT__FLOW_RUN_ID']], os.environ['PREFECT_API_URL'])\nsys.exit(3)\n");
        var python = _folder.Write("tools/bin/python3", $"#!/bin/sh\nPYTHONPATH={_folder.At("site")} exec /usr/bin/python3 \"$@\"\n");
        File.SetUnixFileMode(python, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var before = Environment.GetEnvironmentVariable("VIRTUAL_ENV");
        Environment.SetEnvironmentVariable("VIRTUAL_ENV", _folder.At("tools"));
        int code;
        try
        {
            // Pull steps are the engine's work: one that would fail here is not run here.
            code = await ExecuteAsync(_api.AddRun("flows/hello.py:hello", """[{"my_steps.fetch": {}}]"""));
        }
        finally
        {
            Environment.SetEnvironmentVariable("VIRTUAL_ENV", before);
        }

        Assert.Equal(3, code);
        Assert.Contains("engine True http://api.test/api", _terminal.ToString().Split('\n'));
        Assert.Equal(["CRASHED: The flow's process ended with exit code 3 while the run was Pending"], _api.States);
    }

    private sealed class HeardWriter : StringWriter
    {
        public Action<string>? OnLine { get; set; }

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            OnLine?.Invoke(value ?? "");
        }
    }
}
