using System.Net;
using System.Text.Json;
using Reeve.Client;
using Reeve.Logging;
using Reeve.Protocol.Logs;
using Reeve.Tests.Api;

namespace Reeve.Tests.Logging;

public sealed class LogUploadTests : IAsyncLifetime
{
    private readonly RecordingApi _api = new();
    private readonly string _home = Directory.CreateTempSubdirectory("reeve-logs").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public async Task Flush_stores_every_line_in_order_and_in_bounded_batches()
    {
        await using var upload = Upload(new LogUploadLimits { BatchLines = 10 });
        for (var i = 0; i < 95; i++)
            upload.Write(Line($"{i}"));

        Assert.True(await upload.FlushAsync(TimeSpan.FromSeconds(20), Token));

        Assert.Equal(Enumerable.Range(0, 95).Select(i => $"{i}"), _api.Logs.Select(line => line.Message));
        Assert.Equal(10, _api.Requests.Count);
    }

    [Fact]
    public async Task Batch_is_bounded_by_its_size_too()
    {
        await using var upload = Upload(new LogUploadLimits { BatchCharacters = 100 });
        for (var i = 0; i < 6; i++)
            upload.Write(Line(new string('x', 60)));

        Assert.True(await upload.FlushAsync(TimeSpan.FromSeconds(20), Token));

        Assert.Equal(3, _api.Requests.Count);
    }

    [Fact]
    public async Task Lines_are_kept_while_the_api_is_away()
    {
        var answers = 0;
        _api.Fault = (_, _) => ++answers < 5 ? HttpStatusCode.ServiceUnavailable : null;
        await using var upload = Upload(new LogUploadLimits());
        upload.Write(Line("kept"));

        Assert.True(await upload.FlushAsync(TimeSpan.FromSeconds(20), Token));

        Assert.Equal("kept", Assert.Single(_api.Logs).Message);
    }

    [Fact]
    public async Task Values_of_secret_variables_are_stored_nowhere()
    {
        Dictionary<string, string> environment = new() { ["REEVE_SECRET_VARIABLES"] = "KEY,PEM,UNSET,SHORT", ["KEY"] = "p a/ss", ["PEM"] = "line-1\nline-2", ["SHORT"] = "x", ["PUBLIC"] = "seen" };
        var secrets = new SecretVariables(environment.GetValueOrDefault);
        await using var upload = Upload(new LogUploadLimits { MessageLength = 40 }, secrets: secrets);
        upload.Write(Line("p a/ss p%20a%2Fss line-2 seen x"));
        upload.Write(Line(new string('.', 37) + "p a/ss")); // its first half stands before the cut

        Assert.True(await upload.FlushAsync(TimeSpan.FromSeconds(20), Token));

        Assert.Equal("******** ******** ******** seen x", _api.Logs.First().Message);
        Assert.DoesNotContain("p a", _api.Logs.Last().Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Flush_gives_up_after_its_limit()
    {
        _api.Fault = (_, _) => HttpStatusCode.ServiceUnavailable;
        await using var upload = Upload(new LogUploadLimits());
        upload.Write(Line("x"));

        Assert.False(await upload.FlushAsync(TimeSpan.FromMilliseconds(100), Token));
    }

    [Fact]
    public async Task Several_flushes_whose_time_is_up_all_end()
    {
        _api.Fault = (_, _) => HttpStatusCode.ServiceUnavailable;
        await using var upload = Upload(new LogUploadLimits(), Spool(), TimeSpan.FromMinutes(30));
        var flushes = new List<Task<bool>>();
        for (var i = 0; i < 200; i++)
        {
            upload.Write(Line($"{i}"));
            flushes.Add(upload.FlushAsync(TimeSpan.FromMilliseconds(50), Token));
        }

        await Task.WhenAll(flushes).WaitAsync(TimeSpan.FromSeconds(60), Token);

        var kept = Directory.EnumerateFiles(Spool().Folder).Sum(file => JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(file)).GetArrayLength());
        Assert.Equal(200, kept);
    }

    [Fact]
    public async Task Lines_over_the_queue_are_counted_in_a_line()
    {
        using var asked = new SemaphoreSlim(0);
        using var answer = new SemaphoreSlim(0);
        _api.Fault = (_, _) =>
        {
            asked.Release();
            answer.Wait(Token);
            return null;
        };
        await using var upload = Upload(new LogUploadLimits { QueueLength = 3, BatchLines = 1 });
        upload.Write(Line("0"));
        await asked.WaitAsync(Token); // the first line is on its way, the queue is empty
        for (var i = 1; i <= 8; i++)
            upload.Write(Line($"{i}"));
        answer.Release(10);

        Assert.True(await upload.FlushAsync(TimeSpan.FromSeconds(20), Token));

        var messages = _api.Logs.Select(line => line.Message).ToList();
        Assert.Equal(["0", "1", "2", "3"], messages.Where(message => message.Length == 1));
        Assert.Contains("5 log lines were dropped here: the API was away and the queue of 3 was full.", messages);
    }

    [Fact]
    public async Task Lines_that_the_api_does_not_take_are_kept_for_the_next_process_and_sent_in_their_order()
    {
        _api.Fault = (_, _) => HttpStatusCode.ServiceUnavailable;
        await using (var upload = Upload(new LogUploadLimits { BatchLines = 10 }, Spool()))
        {
            for (var i = 0; i < 35; i++)
                upload.Write(Line($"{i}"));
            Assert.False(await upload.FlushAsync(TimeSpan.FromMilliseconds(50), Token));
        }

        Assert.Empty(_api.Logs);
        _api.Fault = (_, _) => null;
        await using var next = Upload(new LogUploadLimits(), Spool());
        next.Write(Line("next"));
        Assert.True(await next.FlushAsync(TimeSpan.FromSeconds(20), Token));

        Assert.Equal(Enumerable.Range(0, 35).Select(i => $"{i}").Prepend("next"), _api.Logs.Select(line => line.Message));
        Assert.Empty(Directory.EnumerateFiles(Spool().Folder));
    }

    [Fact]
    public async Task Lines_over_the_queue_go_to_the_spool_and_follow()
    {
        using var asked = new SemaphoreSlim(0);
        using var answer = new SemaphoreSlim(0);
        _api.Fault = (_, _) =>
        {
            asked.Release();
            answer.Wait(Token);
            return null;
        };
        await using var upload = Upload(new LogUploadLimits { QueueLength = 3, BatchLines = 1 }, Spool());
        upload.Write(Line("0"));
        await asked.WaitAsync(Token); // the first line is on its way, the queue is empty
        for (var i = 1; i <= 8; i++)
            upload.Write(Line($"{i}"));
        answer.Release(100);
        await upload.FlushAsync(TimeSpan.FromSeconds(20), Token);
        upload.Write(Line("9"));
        await upload.FlushAsync(TimeSpan.FromSeconds(20), Token);

        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{i}"), _api.Logs.Select(line => line.Message).Order());
    }

    [Fact]
    public async Task Full_spool_says_how_many_lines_are_lost()
    {
        _api.Fault = (_, _) => HttpStatusCode.ServiceUnavailable;
        await using var upload = Upload(new LogUploadLimits(), Spool(limit: 10));
        upload.Write(Line("x"));
        Assert.False(await upload.FlushAsync(TimeSpan.FromMilliseconds(50), Token));
        _api.Fault = (_, _) => null;
        upload.Write(Line("y"));
        Assert.True(await upload.FlushAsync(TimeSpan.FromSeconds(20), Token));

        Assert.Contains(_api.Logs, line => line.Message.StartsWith("1 log lines were dropped here", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Damaged_file_keeps_no_other_from_being_sent()
    {
        var spool = Spool();
        Assert.True(spool.TryAdd([Line("kept")]));
        await File.WriteAllTextAsync(Path.Combine(spool.Folder, "0.json"), "[{", Token);

        await using var upload = Upload(new LogUploadLimits(), Spool());
        upload.Write(Line("x"));
        Assert.True(await upload.FlushAsync(TimeSpan.FromSeconds(20), Token));

        Assert.Equal(["x", "kept"], _api.Logs.Select(line => line.Message));
        Assert.Equal(["0.json.refused"], Directory.EnumerateFiles(spool.Folder).Select(Path.GetFileName));
    }

    [Fact]
    public void Lines_for_one_api_are_no_others() => Assert.NotEqual(Spool().Folder, new LogSpool(_home, new Uri("http://127.0.0.1:1/api"), TimeProvider.System).Folder);

    [Fact]
    public async Task Huge_message_is_cut_visibly()
    {
        await using var upload = Upload(new LogUploadLimits { MessageLength = 10 });
        upload.Write(Line("0123456789abc"));
        await upload.FlushAsync(TimeSpan.FromSeconds(20), Token);

        Assert.Equal("0123456789… [truncated: 13 characters in all]", Assert.Single(_api.Logs).Message);
    }

    [Fact]
    public async Task Lines_are_sent_without_a_flush()
    {
        await using var upload = Upload(new LogUploadLimits { BatchTime = TimeSpan.FromMilliseconds(10) });
        using var asked = new SemaphoreSlim(0);
        _api.Fault = (_, _) =>
        {
            asked.Release();
            return null;
        };

        upload.Write(Line("x"));

        Assert.True(await asked.WaitAsync(TimeSpan.FromSeconds(20), Token));
    }

    private LogSpool Spool(long limit = LogSpool.Limit) => new(_home, _api.Url, TimeProvider.System, limit);

    private LogUpload Upload(LogUploadLimits limits, LogSpool? spool = null, TimeSpan? patience = null, SecretVariables? secrets = null)
    {
        var retry = new RetryPolicy { Patience = patience ?? TimeSpan.FromSeconds(20), FirstPause = TimeSpan.FromMilliseconds(5) };
        return new LogUpload(new OrchestrationClient(new ApiConnection(new SocketsHttpHandler(), _api.Url, retry)), TimeProvider.System, limits, spool, secrets ?? new SecretVariables(_ => null));
    }

    private static LogCreate Line(string message) => new() { Name = "prefect.flow_runs", Level = 20, Message = message, Timestamp = DateTimeOffset.UnixEpoch };
}
