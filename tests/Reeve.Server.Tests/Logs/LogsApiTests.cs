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

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_long_batch_is_stored_whole_and_odd_texts_come_back(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var (run, task) = (Guid.NewGuid(), Guid.NewGuid());
        string[] texts = ["", "null \0 inside", "'; drop table log; --", "ünïcödé 🦊", "{1,2,NULL}", "a\\b\"c,d", new string('x', 100_000)];
        var lines = Enumerable.Range(0, 1207).Select(i => new
        {
            name = "l",
            level = i,
            message = texts[i % texts.Length],
            timestamp = "2026-01-01T02:00:00.000001+02:00",
            flow_run_id = i % 2 == 0 ? run : (Guid?)null,
            task_run_id = i % 3 == 0 ? task : (Guid?)null,
        });

        Assert.Equal(201, (await host.PostAsync("logs/", lines.Take(507).Concat(lines.Skip(507).Select(line => line with { message = "short" })))).Status);

        Assert.Equal(1207, await host.Database.ReadAsync(session => session.ScalarAsync("select count(*) from log"), TestHost.Cancellation));
        var both = (await host.PostAsync("logs/filter", $$"""{"logs":{"flow_run_id":{"any_":["{{run}}"]},"task_run_id":{"any_":["{{task}}"]},"level":{"le_":84} } }""")).Body;
        Assert.Equal(Enumerable.Range(0, 15).Select(i => texts[i * 6 % 7].Replace('\0', kind == DatabaseKind.PostgreSql ? '\uFFFD' : '\0')).Order(StringComparer.Ordinal), both.EnumerateArray().Select(line => line.Text("message")).Order(StringComparer.Ordinal));
        Assert.All(both.EnumerateArray(), line => Assert.Equal(DateTimeOffset.Parse("2026-01-01T00:00:00.000001Z", CultureInfo.InvariantCulture), line.GetProperty("timestamp").GetDateTimeOffset()));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_batch_with_a_bad_line_stores_nothing(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        const string Good = """{"name":"l","level":20,"message":"m","timestamp":"2026-01-01T00:00:00Z"}""";
        foreach (var bad in (string[])["{}", "5", "null", Good.Replace("20", "99999999999", StringComparison.Ordinal), Good.Replace("\"m\"", "null", StringComparison.Ordinal), Good.Replace("2026-01", "soon", StringComparison.Ordinal)])
            Assert.Equal(422, (await host.PostAsync("logs/", $"[{Good},{bad}]")).Status);

        Assert.Equal(422, (await host.PostAsync("logs/", Good)).Status);
        Assert.Equal(201, (await host.PostAsync("logs/", "[]")).Status);
        Assert.Equal(422, (await host.PostAsync("logs/filter", $$"""{"logs":{"text":{"query":"{{new string('x', 201)}}"} } }""")).Status);
        Assert.Empty((await host.PostAsync("logs/filter", "{}")).Body.EnumerateArray());
    }
}
