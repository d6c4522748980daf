using System.Globalization;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.Logs;

public sealed class LogsApiTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task Lines_are_kept_and_found(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var run = Guid.NewGuid();
        var lines = Enumerable.Range(0, 8).Select(i => new
        {
            name = "prefect.flow_runs",
            level = 10 * (i % 5 + 1),
            message = i == 3 ? "needle in 100% hay" : $"line {i}",
            timestamp = string.Create(CultureInfo.InvariantCulture, $"2026-01-01T00:00:0{i}.000001+00:00"),
            flow_run_id = i < 6 ? run : (Guid?)null,
            task_run_id = (Guid?)null,
        });

        var created = await host.PostAsync("logs/", lines);
        Assert.Equal((201, "null"), (created.Status, created.Body.GetRawText()));

        Assert.Equal("line 0|line 1|line 2|needle in 100% hay|line 4|line 5", await MessagesAsync($$"""{"logs":{"flow_run_id":{"any_":["{{run}}"]} },"sort":"TIMESTAMP_ASC"}"""));
        Assert.Equal("line 7|line 6", await MessagesAsync("""{"sort":"TIMESTAMP_DESC","limit":2}"""));
        Assert.Equal("needle in 100% hay|line 4", await MessagesAsync("""{"logs":{"level":{"ge_":40}}}"""));
        Assert.Equal("line 0|line 5", await MessagesAsync("""{"logs":{"level":{"le_":10}}}"""));
        Assert.Equal("line 6|line 7", await MessagesAsync("""{"logs":{"timestamp":{"after_":"2026-01-01T00:00:06Z"}}}"""));
        Assert.Equal("needle in 100% hay", await MessagesAsync("""{"logs":{"text":{"query":"NEEDLE -line"}}}"""));
        Assert.Equal("needle in 100% hay", await MessagesAsync("""{"logs":{"text":{"query":"\"100% hay\""}}}"""));
        Assert.Equal("line 1|line 2", await MessagesAsync("""{"offset":1,"limit":2}"""));

        async Task<string> MessagesAsync(string query)
        {
            var (status, body) = await host.PostAsync("logs/filter", query);
            Assert.Equal(200, status);
            return string.Join('|', body.EnumerateArray().Select(line => line.Text("message")));
        }
    }
}
