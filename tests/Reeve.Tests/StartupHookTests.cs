using System.Diagnostics;
using Reeve.Tests.Api;

namespace Reeve.Tests;

/// <summary>This test program as a worker would start it: its flows are run by the hook, its own <c>Main</c> (the tests) is not.</summary>
public sealed class StartupHookTests : IAsyncLifetime
{
    private readonly RecordingApi _api = new();
    private readonly string _home = Directory.CreateTempSubdirectory("reeve-hook").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public async Task Flow_runs_instead_of_main_and_its_children_do_not_inherit_the_run()
    {
        var run = _api.AddFlowRun("""{"word":"hook"}""");
        var lease = Guid.NewGuid();

        var (code, output) = await RunAsync(run.Id, "ByHook", lease);

        Assert.True(code == 0, output);
        Assert.Equal(["Pending", "Running", "Completed"], run.Path);
        Assert.Contains("hook '' '' '' ''", _api.Messages);
        Assert.Contains(_api.Requests, request => request.Lease == lease.ToString());
        Assert.DoesNotContain("Test run summary", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failed_flow_exits_with_1()
    {
        var run = _api.AddFlowRun("{}");

        var (code, _) = await RunAsync(run.Id, "StartupHookTests.Failing", lease: null);

        Assert.Equal(1, code);
        Assert.Equal("Flow run encountered an exception: InvalidOperationException: no luck", run.Current.Message);
    }

    [Fact]
    public async Task Terminated_process_reports_before_it_ends()
    {
        var run = _api.AddFlowRun("{}");
        using var started = new SemaphoreSlim(0);
        _api.Fault = (_, path) =>
        {
            if (path.StartsWith("task_runs/", StringComparison.Ordinal) && path.EndsWith("set_state", StringComparison.Ordinal))
                started.Release();
            return null;
        };
        using var process = Start(run.Id, "Endless", lease: null);
        var output = process.StandardError.ReadToEndAsync(Token);
        Assert.True(await started.WaitAsync(TimeSpan.FromSeconds(30), Token));

        using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        await process.WaitForExitAsync(Token);

        Assert.Equal(1, process.ExitCode);
        Assert.Equal(("Crashed", "The process was ended by SIGTERM"), (run.Current.Name, run.Current.Message));
        Assert.Contains("Finished in state Crashed('The process was ended by SIGTERM')", await output, StringComparison.Ordinal);
        Assert.Contains("Finished in state Crashed('The process was ended by SIGTERM')", _api.Messages);
    }

    [Fact]
    public async Task Process_that_is_told_to_end_twice_still_cleans_up()
    {
        var run = _api.AddFlowRun("{}");
        using var process = Start(run.Id, "Polite", lease: null);
        var errors = process.StandardError.ReadToEndAsync(Token);
        await LineAsync(process, "started");
        await TerminateAsync(process);
        await LineAsync(process, "cleaning");
        await TerminateAsync(process);
        await process.StandardInput.WriteLineAsync("go on".AsMemory(), Token);
        await LineAsync(process, "cleaned");
        await process.WaitForExitAsync(Token);

        Assert.Equal(("Crashed", "The process was ended by SIGTERM"), (run.Current.Name, run.Current.Message));
        Assert.Contains("Finished in state Crashed", await errors, StringComparison.Ordinal);
    }

    private static async Task LineAsync(Process process, string expected) => Assert.Equal(expected, await process.StandardOutput.ReadLineAsync(Token));

    private static async Task TerminateAsync(Process process)
    {
        using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        await kill.WaitForExitAsync(Token);
    }

    [Theory]
    [InlineData("not-an-id", "ByHook", null, "REEVE_FLOW_RUN_ID is 'not-an-id', which is not an id")]
    [InlineData("8c1b7a54-1a58-4a8f-a5a4-0c2f3c3c1d11", "", null, "REEVE_FLOW_ENTRYPOINT is not set")]
    [InlineData("8c1b7a54-1a58-4a8f-a5a4-0c2f3c3c1d11", "ByHook", "secret", "REEVE_FLOW_RUN_LEASE is not a lease's token")]
    [InlineData("8c1b7a54-1a58-4a8f-a5a4-0c2f3c3c1d11", "ByHook", null, "There is no flow run 8c1b7a54-1a58-4a8f-a5a4-0c2f3c3c1d11")]
    public async Task Wrong_start_is_one_message(string id, string entrypoint, string? lease, string message)
    {
        var (code, output) = await RunAsync(id, entrypoint, lease);

        Assert.Equal(1, code);
        Assert.StartsWith(message, output.Trim(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_run_the_program_is_itself()
    {
        var (code, output) = await RunAsync("", "", null);

        Assert.Equal(0, code);
        Assert.Contains("--help", output, StringComparison.Ordinal);
    }

    [Flow(LogPrints = true)]
    internal static async Task ByHook(string word)
    {
        await Task.Yield();
        string?[] inherited = [.. new[] { "REEVE_FLOW_RUN_ID", "REEVE_FLOW_ENTRYPOINT", "REEVE_FLOW_RUN_LEASE", "DOTNET_STARTUP_HOOKS" }.Select(Environment.GetEnvironmentVariable)];
        Console.WriteLine($"{word} '{inherited[0]}' '{inherited[1]}' '{inherited[2]}' '{inherited[3]}'");
    }

    [Flow]
    internal static void Failing() => throw new InvalidOperationException("no luck");

    [Flow]
    internal static async Task Endless(CancellationToken ct = default) => await Sleep(ct);

    [Flow]
    internal static async Task Polite(CancellationToken ct = default)
    {
        Console.WriteLine("started");
        try
        {
            await Task.Delay(Timeout.Infinite, ct);
        }
        finally
        {
            Console.WriteLine("cleaning");
            Console.ReadLine();
            Console.WriteLine("cleaned");
        }
    }

    [Task]
    internal static async Task Sleep(CancellationToken ct) => await Task.Delay(Timeout.Infinite, ct);

    private Task<(int Code, string Output)> RunAsync(Guid id, string entrypoint, Guid? lease) => RunAsync(id.ToString(), entrypoint, lease?.ToString());

    private async Task<(int Code, string Output)> RunAsync(string id, string entrypoint, string? lease)
    {
        using var process = Start(id, entrypoint, lease);
        var output = process.StandardOutput.ReadToEndAsync(Token);
        var errors = process.StandardError.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        return (process.ExitCode, await errors + await output);
    }

    private Process Start(Guid id, string entrypoint, Guid? lease) => Start(id.ToString(), entrypoint, lease?.ToString());

    private Process Start(string id, string entrypoint, string? lease)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(StartupHookTests).Assembly.Location, "--help"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };

        start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(FlowAttribute).Assembly.Location;
        start.Environment["REEVE_FLOW_RUN_ID"] = id;
        start.Environment["REEVE_FLOW_ENTRYPOINT"] = entrypoint;
        start.Environment["REEVE_FLOW_RUN_LEASE"] = lease;
        start.Environment["REEVE_API_URL"] = _api.Url.ToString();
        start.Environment["REEVE_HOME"] = _home;
        return Process.Start(start)!;
    }
}
