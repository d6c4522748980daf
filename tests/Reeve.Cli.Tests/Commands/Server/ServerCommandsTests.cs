using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Reeve.Cli.Tests.Commands.Server;

public sealed class ServerCommandsTests : IDisposable
{
    private readonly TestCli _cli = new();

    [Fact]
    public async Task A_taken_port_is_one_message_with_the_next_free_one()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        var result = await _cli.RunAsync("server", "start", "--port", port);
        Assert.Equal(1, result.Code);
        Assert.StartsWith($"Error: port {port} of 127.0.0.1 is in use{Environment.NewLine}Hint: port ", result.Error, StringComparison.Ordinal);
        Assert.Contains("is free: reeve server start --port ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_without_a_server_is_a_fault()
    {
        var result = await _cli.RunAsync("server", "stop");
        Assert.Equal(1, result.Code);
        Assert.Contains("no server runs on", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_left_behind_by_a_dead_server_is_not_believed()
    {
        await File.WriteAllTextAsync(Path.Combine(_cli.Home, "server.pid"), $"{Environment.ProcessId}\n12345\nhttp://127.0.0.1:4200\n", TestContext.Current.CancellationToken);
        Assert.Equal(1, (await _cli.RunAsync("server", "stop")).Code);
    }

    [Fact]
    public async Task Status_of_an_api_that_does_not_answer_is_a_fault()
    {
        _cli.Environment["REEVE_API_URL"] = "http://127.0.0.1:1/api";
        var result = await _cli.RunAsync("server", "status", "-o", "json");
        Assert.Equal(1, result.Code);
        Assert.Contains("\"healthy\": false", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waiting_for_an_api_ends_with_the_given_time()
    {
        _cli.Environment["REEVE_API_URL"] = "http://127.0.0.1:1/api";
        var began = TimeProvider.System.GetTimestamp();
        var result = await _cli.RunAsync("server", "status", "--wait", "--timeout", "0.5");
        Assert.Equal(1, result.Code);
        Assert.InRange(TimeProvider.System.GetElapsedTime(began).TotalSeconds, 0.5, 30);
    }

    [Theory]
    [InlineData("--port", "65536", "is not a port")]
    [InlineData("--log-level", "LOUD", "--log-level is 'LOUD'")]
    [InlineData("--log-format", "xml", "--log-format is 'xml'")]
    public async Task A_flag_that_cannot_be_used_is_a_fault_of_usage(string flag, string value, string message)
    {
        var result = await _cli.RunAsync("server", "start", flag, value);
        Assert.Equal(2, result.Code);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _cli.Dispose();
}
