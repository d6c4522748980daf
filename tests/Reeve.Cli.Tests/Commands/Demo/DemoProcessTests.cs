using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Reeve.Cli.Commands.Demo;

namespace Reeve.Cli.Tests.Commands.Demo;

public sealed class DemoProcessTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("reeve-demo-test-").FullName;

    private Dictionary<string, string?> OwnEnvironment => new() { ["REEVE_HOME"] = _home };

    [Fact]
    public async Task A_part_is_ready_when_it_says_so_and_gone_when_disposed()
    {
        Task<int> exit;
        await using (var server = await StartAsync("0"))
        {
            Assert.False(server.Exit.IsCompleted);
            exit = server.Exit;
        }

        Assert.Equal(0, await exit);
        Assert.Contains("Server stopped!", await File.ReadAllTextAsync(Path.Combine(_home, "part.log"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_that_ends_before_it_is_ready_is_a_fault_with_its_last_lines()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        var fault = await Assert.ThrowsAsync<CliException>(() => StartAsync(port));
        Assert.Contains($"the server ended; its last lines:\n  Error: port {port} of 127.0.0.1 is in use", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_ends_when_whoever_started_it_is_gone()
    {
        var start = new ProcessStartInfo(SelfCommand.Words[0], [.. SelfCommand.Words.Skip(1), "server", "start", "--port", "0"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["REEVE_HOME"] = _home;
        start.Environment[StopSignals.InputVariable] = "1";
        using var server = Process.Start(start)!;
        while (await server.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && !line.Contains("is up at", StringComparison.Ordinal))
        {
        }

        server.StandardInput.Close(); // as the end of its parent would
        await server.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await server.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, server.ExitCode);
    }

    [Fact]
    public async Task A_step_that_fails_says_which_it_was()
    {
        using var output = new StringWriter();
        var steps = new DemoSteps(new Terminal(TextReader.Null, output, output, isInteractive: false), 2, TimeProvider.System);
        await steps.RunAsync("first", () => Task.FromResult(1), CancellationToken.None);
        var fault = await Assert.ThrowsAsync<CliException>(() => steps.RunAsync<int>("second", () => throw new CliException("it broke", "mend it"), CancellationToken.None));
        Assert.Equal("the demo stopped at step 2, \"second\": it broke", fault.Message);
        Assert.Equal("mend it", fault.Hint);
        Assert.Equal($"[1/2] first{Environment.NewLine}[2/2] second{Environment.NewLine}", output.ToString());
    }

    private Task<DemoProcess> StartAsync(string port) => DemoProcess.StartAsync(
        "server", Path.Combine(_home, "part.log"), ["server", "start", "--port", port], _home, OwnEnvironment, "is up at", TimeProvider.System, TestContext.Current.CancellationToken);

    public void Dispose() => Directory.Delete(_home, recursive: true);
}
