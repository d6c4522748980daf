using System.Text.Json;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.Events;

public sealed class EventCountsTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    private const string Within = """ "filter":{"occurred":{"since":"2026-01-01T10:30:00Z","until":"2026-01-01T14:00:00Z"}} """;

    [Theory, MemberData(nameof(Kinds))]
    public async Task Spans_of_time_are_whole_and_those_without_events_count_nothing(DatabaseKind kind)
    {
        await using var host = await FilledAsync(kind);

        var hours = await CountAsync(host, "time", $$"""{ {{Within}}, "time_unit":"hour" }""");

        Assert.Equal(["0:1", "1:2", "2:0", "3:1"], hours.Select(count => $"{count.Text("value")}:{count.Text("count")}"));
        Assert.Equal("2026-01-01T10:00:00.000000+00:00", Normal(hours[0].Text("start_time")));
        Assert.Equal("2026-01-01T10:59:59.999999+00:00", Normal(hours[0].Text("end_time")));
        Assert.Equal(["0:4"], (await CountAsync(host, "day", $$"""{ {{Within}} }""")).Select(count => $"{count.Text("value")}:{count.Text("count")}"));
        Assert.Equal(["0:1", "1:2", "2:0", "3:0", "4:0", "5:0", "6:1"],
            (await CountAsync(host, "time", $$"""{ {{Within}}, "time_unit":"hour", "time_interval":0.5 }""")).Select(count => $"{count.Text("value")}:{count.Text("count")}"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Names_and_resources_are_counted_the_largest_first(DatabaseKind kind)
    {
        await using var host = await FilledAsync(kind);

        var names = await CountAsync(host, "event", $$"""{ {{Within}} }""");
        var resources = await CountAsync(host, "resource", $$"""{ {{Within}} }""");

        Assert.Equal(["b:b:3", "a:a:1"], names.Select(count => $"{count.Text("value")}:{count.Text("label")}:{count.Text("count")}"));
        // a resource is called what its newest event calls it
        Assert.Equal(["shop.1:New name:3", "shop.2:shop.2:1"], resources.Select(count => $"{count.Text("value")}:{count.Text("label")}:{count.Text("count")}"));
        Assert.Equal("2026-01-01T13:30:00.000000+00:00", Normal(names[0].Text("end_time")));
    }

    // whether the follower has passed all events, some, or none of them
    [Theory, MemberData(nameof(Kinds))]
    public async Task Kept_sums_and_the_events_themselves_count_alike(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        string[] bodies =
        [
            """{"filter":{"occurred":{"since":"2026-01-01T10:47:10Z","until":"2026-01-01T13:31:00Z"}{0} },"time_unit":"hour"}""",
            """{"filter":{"occurred":{"since":"2026-01-01T10:45:00Z","until":"2026-01-01T13:29:59.999999Z"}{0} },"time_unit":"minute","time_interval":10}""",
            """{"filter":{"occurred":{"since":"2026-01-01T10:44:00Z","until":"2026-01-01T10:45:01Z"}{0} },"time_unit":"minute","time_interval":5}""",
            """{"filter":{"occurred":{"since":"2026-01-01T09:00:00Z","until":"2026-01-02T00:00:00Z"},"event":{"exclude_name":["b"]}{0} },"time_unit":"day"}""",
            """{"filter":{"occurred":{"since":"2026-01-01T09:00:00Z","until":"2026-01-02T00:00:00Z"},"event":{"prefix":["b"]}{0} },"time_unit":"minute","time_interval":15}""",
        ];
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 8; i++)
                Assert.Equal(204, (await host.PostAsync("events", $"[{Told($"{10 + (i / 2)}:{43 + i + round}:1{round}", i % 3 == 0 ? "a" : "b", "shop.1", null)},{Told($"10:45:0{i}", "c", "shop.2", null)}]")).Status);
            foreach (var countable in (string[])["time", "event"])
            {
                foreach (var body in bodies)
                {
                    // every event has a resource of this prefix: the sums do not know that
                    var (kept, counted) = (await CountAsync(host, countable, body.Replace("{0}", "", StringComparison.Ordinal)), await CountAsync(host, countable, body.Replace("{0}", ",\"resource\":{\"id_prefix\":[\"shop\"]}", StringComparison.Ordinal)));
                    Assert.True(kept.Select(Whole).SequenceEqual(counted.Select(Whole)), $"{round} {countable} {body}\n{string.Join('\n', kept)}\n\n{string.Join('\n', counted)}");
                    Assert.Contains(kept, count => count.Text("count") != "0");
                }
            }
            if (round < 2)
                await host.Service<Server.Events.RelatedResourceIndexer>().RunOnceAsync(TestHost.Cancellation);
        }
        await host.Database.WriteAsync(async session => await session.ExecuteAsync("delete from event where name = 'c' and resource_id = 'shop.2'"), TestHost.Cancellation);
        Assert.Equal(["a", "b"], (await CountAsync(host, "event", bodies[1].Replace("{0}", "", StringComparison.Ordinal))).Select(count => count.Text("value")).Order());

        static string Whole(JsonElement count) => $"{count.Text("value")} {count.Text("label")} {count.Text("count")} {Normal(count.Text("start_time"))} {Normal(count.Text("end_time"))}";
    }

    [Theory]
    [InlineData("time", """{"filter":{"occurred":{"since":"2026-01-01T00:00:00Z","until":"2026-02-01T00:00:00Z"}},"time_unit":"second"}""")]
    [InlineData("time", """{"filter":{},"time_interval":0}""")]
    [InlineData("time", """{"filter":{},"time_interval":1e300}""")]
    [InlineData("time", """{"filter":{},"time_unit":"fortnight"}""")]
    [InlineData("time", "{}")]
    [InlineData("colour", """{"filter":{}}""")]
    public async Task What_cannot_be_counted_is_refused(string countable, string body)
    {
        await using var host = await TestHost.StartAsync();
        Assert.Equal(422, (await host.PostAsync("events/count-by/" + countable, body)).Status);
    }

    [Fact]
    public async Task Without_a_time_the_last_half_year_is_counted_up_to_the_present_unit()
    {
        await using var host = await TestHost.StartAsync();
        Assert.Equal(181, (await CountAsync(host, "day", """{"filter":{}}""")).Count);
        Assert.Empty(await CountAsync(host, "time", """{"filter":{"occurred":{"since":"2026-01-02T00:00:00Z","until":"2026-01-01T00:00:00Z"}}}"""));
    }

    private static async Task<TestHost> FilledAsync(DatabaseKind kind)
    {
        var host = await TestHost.StartAsync(kind);
        string[] events = [Told("10:45:00", "a", "shop.1", "Old name"), Told("11:00:00", "b", "shop.1", "Newer name"), Told("11:20:00", "b", "shop.2", null), Told("13:30:00", "b", "shop.1", "New name"), Told("09:00:00", "b", "shop.3", null)];
        Assert.Equal(204, (await host.PostAsync("events", $"[{string.Join(',', events)}]")).Status);
        return host;
    }

    private static string Told(string at, string name, string resource, string? called) => $$"""
        {"id":"{{Guid.NewGuid()}}","occurred":"2026-01-01T{{at}}Z","event":"{{name}}","resource":{"prefect.resource.id":"{{resource}}"{{(called is null ? "" : $",\"prefect.resource.name\":\"{called}\"")}}} }
        """;

    private static async Task<List<JsonElement>> CountAsync(TestHost host, string countable, string body)
    {
        var (status, counts) = await host.PostAsync("events/count-by/" + countable, body);
        Assert.True(status == 200, counts.ToString());
        return [.. counts.EnumerateArray()];
    }

    private static string Normal(string time) => DateTimeOffset.Parse(time, null).ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss.ffffffzzz", null);
}
