using System.Text.Json;
using Microsoft.Extensions.Logging;
using Reeve.Client;
using Reeve.Protocol.Runs;
using Reeve.Server;

namespace Reeve.Cli.Tests.Commands.ConcurrencyLimits;

/// <summary>The limits' commands, and "flow-run why", against a real server on a free port.</summary>
public sealed class ConcurrencyLimitCommandsTests : IAsyncLifetime
{
    private readonly TestCli _cli = new();
    private ServerHost _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = ServerHost.Build(new ServerOptions { Home = Path.Combine(_cli.Home, "server"), Port = 0, Logging = logging => logging.SetMinimumLevel(LogLevel.None) });
        Directory.CreateDirectory(Path.Combine(_cli.Home, "server"));
        await _server.StartAsync(TestContext.Current.CancellationToken);
        _cli.Environment["REEVE_API_URL"] = _server.Address + "/api";
    }

    [Fact]
    public async Task A_tag_is_limited_shown_reset_and_freed()
    {
        Assert.Contains("No tag is limited", await OkAsync("concurrency-limit", "ls"), StringComparison.Ordinal);
        Assert.Contains("tag - 'database'", await OkAsync("concurrency-limit", "create", "database", "5"), StringComparison.Ordinal);
        Assert.Matches(@"(?m)^database +\S+ +5 +0", await OkAsync("concurrency-limit", "ls"));
        Assert.Equal(5, Json(await OkAsync("concurrency-limit", "inspect", "database", "-o", "json")).GetProperty("concurrency_limit").GetInt32());
        Assert.Contains("No task run holds a slot", await OkAsync("concurrency-limit", "read", "database"), StringComparison.Ordinal);
        await OkAsync("concurrency-limit", "reset", "database");
        Assert.Contains("did you mean 'database'?", await FaultAsync("concurrency-limit", "inspect", "databse"), StringComparison.Ordinal);
        await OkAsync("concurrency-limit", "delete", "database");
        Assert.Contains("there is no concurrency limit on the tag 'database'", await FaultAsync("concurrency-limit", "delete", "database"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_global_limit_is_made_shown_changed_switched_and_deleted_by_either_name()
    {
        Assert.Contains("with name 'calls'", await OkAsync("gcl", "create", "calls", "--limit", "5", "--active-slots", "2", "--slot-decay-per-second", "0.5", "--disable"), StringComparison.Ordinal);
        Assert.Contains("already", await FaultAsync("global-concurrency-limit", "create", "calls", "-l", "1"), StringComparison.Ordinal);
        Assert.Matches(@"(?m)^calls +\S+ +no +5 +[12] +0\.5", await OkAsync("gcl", "ls"));
        Assert.Contains("already", await FaultAsync("gcl", "disable", "calls"), StringComparison.Ordinal);
        await OkAsync("gcl", "enable", "calls");
        await OkAsync("gcl", "update", "calls", "--limit", "7", "--slot-decay-per-second", "0", "--active-slots", "1");
        var shown = Json(await OkAsync("gcl", "inspect", "calls", "-o", "json"));
        Assert.Equal((7, 1, true, 0.0), (shown.GetProperty("limit").GetInt32(), shown.GetProperty("active_slots").GetInt32(), shown.GetProperty("active").GetBoolean(), shown.GetProperty("slot_decay_per_second").GetDouble()));
        var file = Path.Combine(_cli.Home, "limit.json");
        await OkAsync("gcl", "inspect", "calls", "-o", "json", "--file", file);
        Assert.Equal("calls", Json(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).GetProperty("name").GetString());
        Assert.Equal(2, (await _cli.RunAsync("gcl", "inspect", "calls", "--file", file)).Code);
        Assert.Equal(2, (await _cli.RunAsync("gcl", "update", "calls")).Code);
        Assert.Equal(2, (await _cli.RunAsync("gcl", "update", "calls", "--enable", "--disable")).Code);
        await OkAsync("gcl", "delete", "calls");
        Assert.Contains("there is no global concurrency limit 'calls'", await FaultAsync("gcl", "inspect", "calls"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_says_why_it_does_not_run_in_words_and_as_json()
    {
        using var connection = new ApiConnection(new SocketsHttpHandler(), new Uri(_server.Address + "/api"), RetryPolicy.Interactive);
        var client = new OrchestrationClient(connection);
        var flow = await client.CreateFlowAsync(new FlowCreate { Name = "idle" }, TestContext.Current.CancellationToken);
        await client.CreateFlowRunAsync(new FlowRunCreate { FlowId = flow.Id, Name = "stuck", State = new StateCreate { Type = StateType.Scheduled } }, TestContext.Current.CancellationToken);

        var words = await OkAsync("flow-run", "why", "stuck");
        var json = Json(await OkAsync("flow-run", "why", "stuck", "-o", "json"));

        Assert.Contains("stuck is SCHEDULED.", words, StringComparison.Ordinal);
        Assert.Contains("- The run is in no work pool", words, StringComparison.Ordinal);
        Assert.Contains("Hint: ", words, StringComparison.Ordinal);
        Assert.Equal("no_work_pool", json.GetProperty("reasons")[0].GetProperty("code").GetString());
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private async Task<string> OkAsync(params string[] args)
    {
        var result = await _cli.RunAsync(args);
        Assert.True(result.Code == 0, $"{string.Join(' ', args)}: {result.Error}");
        return result.Output;
    }

    private async Task<string> FaultAsync(params string[] args)
    {
        var result = await _cli.RunAsync(args);
        Assert.Equal(1, result.Code);
        return result.Error;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _cli.Dispose();
    }
}
