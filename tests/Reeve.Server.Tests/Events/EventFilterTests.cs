using System.Globalization;
using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Events;
using Reeve.Server.Events;
using Reeve.Server.Hosting;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.Events;

/// <summary>A filter says the same to a stored event, whether it is in the index of related resources yet or not, and to a live one.</summary>
public sealed class EventFilterTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    private static readonly Event[] Told =
    [
        Made(1, "demo.order.placed", "shop.1", """{"kind":"shop","colour":"red"}""", """[["customer.7","customer"],["prefect.tag.a","tag"]]""", """{"amount":1,"note":"first of Många"}"""),
        Made(2, "demo.order.paid", "shop.2", """{"kind":"shop"}""", """[["customer.8","customer",{"size":"large"}],["prefect.flow.9","flow"]]""", """{"deep":[{"word":"needle"}]}"""),
        Made(3, "demo.orderly", "shop.1", """{"kind":"shed"}""", """[["customer.8","payer"],["customer.7","customer",{"size":"small"}]]""", "{}"),
        Made(4, "Other_thing", "depot.10", """{"kind":"de_pot","prefect.resource.name":"The depot"}""", "[]", """{"amount":100}"""),
    ];

    public static TheoryData<string, string> Filters => new()
    {
        { "{}", "1234" },
        { """{"event":{"prefix":["demo.order."]}}""", "12" },
        { """{"event":{"prefix":["demo.","Other"]}}""", "1234" },
        { """{"event":{"prefix":[]}}""", "1234" },
        { """{"event":{"exclude_prefix":["demo.order"]}}""", "4" },
        { """{"event":{"name":["demo.orderly","demo.order.paid"]}}""", "23" },
        { """{"event":{"exclude_name":["demo.orderly"],"prefix":["demo"]}}""", "12" },
        { """{"resource":{"id":["shop.1"]}}""", "13" },
        { """{"resource":{"id":[]}}""", "1234" },
        { """{"resource":{"id_prefix":["shop."]}}""", "123" },
        { """{"resource":{"labels":{"kind":"shop"}}}""", "12" },
        { """{"resource":{"labels":{"kind":["sh*"],"prefect.resource.id":"shop.1"}}}""", "13" },
        { """{"resource":{"labels":{"kind":"sh?d"}}}""", "3" },
        { """{"resource":{"labels":{"kind":"de_pot"}}}""", "4" },
        { """{"resource":{"labels":{"kind":"deXpot"}}}""", "" },
        { """{"resource":{"labels":{"kind":"!shop"}}}""", "34" },
        { """{"resource":{"labels":{"colour":"!blue"}}}""", "1" },
        { """{"resource":{"labels":{"kind":[]}}}""", "" },
        { """{"resource":{"labels":{"kind":"Shop"}}}""", "" },
        { """{"related":{"id":["customer.8"]}}""", "23" },
        { """{"related":{"id":["customer.8"],"role":["customer"]}}""", "2" },
        { """{"related":{"role":["flow","payer"]}}""", "23" },
        { """{"related":{"resources_in_roles":[["customer.7","customer"],["customer.8","payer"]]}}""", "13" },
        { """{"related":[{"id":["customer.7"]},{"id":["customer.8"]}]}""", "3" },
        { """{"related":{"labels":{"size":"*"}}}""", "23" },
        { """{"related":{"id":["customer.7"],"labels":{"size":"large"}}}""", "" },
        { """{"related":{"labels":{"prefect.resource.id":"customer.*","prefect.resource.role":"pay*"}}}""", "3" },
        { """{"related":{}}""", "1234" },
        { """{"related":{"id":["shop.1"]}}""", "" },
        { """{"any_resource":{"id":["shop.1"]}}""", "13" },
        { """{"any_resource":{"id":["customer.8","depot.10"]}}""", "234" },
        { """{"any_resource":{"id_prefix":["customer."]}}""", "123" },
        { """{"any_resource":[{"id":["customer.8"]},{"id":["shop.1"]}]}""", "3" },
        { """{"any_resource":{"labels":{"kind":"shed"}}}""", "3" },
        { """{"any_resource":{"labels":{"size":"large"},"id":["customer.8"]}}""", "2" },
        { """{"any_resource":{"labels":{"prefect.resource.role":"flow"}}}""", "2" },
        { """{"text":{"query":"NEEDLE"}}""", "2" },
        { """{"text":{"query":"många"}}""", "1" },
        { """{"text":{"query":"needle depot"}}""", "24" },
        { """{"text":{"query":"+shop -paid"}}""", "13" },
        { """{"text":{"query":"\"of Många\""}}""", "1" },
        { """{"text":{"query":"100"}}""", "4" },
        { """{"text":{"query":"100%"}}""", "" },
        { """{"text":{"query":"!demo"}}""", "4" },
        { """{"occurred":{"since":"2026-01-01T00:00:02Z","until":"2026-01-01T00:00:03Z"}}""", "23" },
        { """{"occurred":{"since":"2026-01-01T00:00:02Z"},"any_resource":{"id":["customer.7"]}}""", "3" },
        { """{"id":{"id":["00000000-0000-0000-0000-000000000003","00000000-0000-0000-0000-000000000004"]}}""", "34" },
        { """{"id":{"id":[]}}""", "1234" },
    };

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_filter_says_the_same_to_stored_indexed_and_live_events(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var (status, body) = await host.PostAsync("events", $"[{string.Join(',', Told.Select(told => JsonSerializer.Serialize(told, WireJson.TypeInfo<Event>())))}]");
        Assert.True(status == 204, body.ToString());

        List<string> wrong = [];
        await CompareAsync(indexed: false);
        await host.Service<RelatedResourceIndexer>().RunOnceAsync(TestHost.Cancellation);
        await CompareAsync(indexed: true);

        Assert.Equal([], wrong);
        Assert.Equal(6, await host.Database.ReadAsync(session => session.ScalarAsync("select count(*) from event_related"), TestHost.Cancellation));

        async Task CompareAsync(bool indexed)
        {
            foreach (var row in Filters)
            {
                var (filter, expected) = (row.Data.Item1, row.Data.Item2);
                var found = await host.PostAsync("events/filter", $$"""{"filter":{{filter.TrimEnd('}').Length switch { 1 => "{\"order\":\"ASC\"}", _ => filter[..^1] + ",\"order\":\"ASC\"}" }}} }""");
                var stored = string.Concat(found.Body.GetProperty("events").EnumerateArray().Select(told => told.Text("id")[^1]));
                var live = string.Concat(Told.Where(WireRequests.Read<EventFilter>(WireJson.Parse(filter)).Matches).Select(told => told.Id.ToString()[^1]));
                if (stored != expected || live != expected || found.Body.GetProperty("total").GetInt32() != expected.Length)
                    wrong.Add($"{filter} (indexed: {indexed}): expected {expected}, stored {stored}, live {live}");
            }
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task The_indexer_goes_on_where_it_was_and_counts_nothing_twice(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        for (var i = 0; i < 3; i++)
        {
            await host.PostAsync("events", $"[{JsonSerializer.Serialize(Told[i], WireJson.TypeInfo<Event>())}]");
            await host.Service<RelatedResourceIndexer>().RunOnceAsync(TestHost.Cancellation);
            await host.Service<RelatedResourceIndexer>().RunOnceAsync(TestHost.Cancellation);
        }

        Assert.Equal(6, await host.Database.ReadAsync(session => session.ScalarAsync("select count(*) from event_related"), TestHost.Cancellation));
        Assert.Equal(3, await host.Database.ReadAsync(session => session.ScalarAsync("select e.\"offset\" - (select f.\"offset\" from event_follower f where f.name = 'related') + 3 from event e order by e.\"offset\" desc limit 1"), TestHost.Cancellation));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Distinct_resources_have_one_event_each(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        await host.PostAsync("events", $"[{string.Join(',', Told.Select(told => JsonSerializer.Serialize(told, WireJson.TypeInfo<Event>())))}]");

        var newest = (await host.PostAsync("events/filter", """{"filter":{"resource":{"distinct":true}}}""")).Body;
        var oldest = (await host.PostAsync("events/filter", """{"filter":{"resource":{"distinct":true},"order":"ASC"},"limit":1}""")).Body;

        Assert.Equal(("432", 3), (string.Concat(newest.GetProperty("events").EnumerateArray().Select(told => told.Text("id")[^1])), newest.GetProperty("total").GetInt32()));
        Assert.Equal("00000000-0000-0000-0000-000000000001", oldest.GetProperty("events")[0].Text("id"));
    }

    [Theory]
    [InlineData("""{"filter":{"order":"UP"}}""")]
    [InlineData("""{"filter":{"id":{"id":["x"]}}}""")]
    [InlineData("""{"filter":{"resource":{"labels":{"a":5}}}}""")]
    [InlineData("""{"filter":{"resource":{"labels":{"a":{"b":[]}}}}}""")]
    [InlineData("""{"filter":{"occurred":{"since":"soon"}}}""")]
    [InlineData("""{"limit":51}""")]
    [InlineData("""{"limit":-1}""")]
    [InlineData("""{"limit":99999999999999999999}""")]
    [InlineData("""{"filter":{"text":{}}}""")]
    [InlineData("""{"filter":[]}""")]
    public async Task A_filter_that_cannot_be_read_is_refused(string body)
    {
        await using var host = await TestHost.StartAsync();
        Assert.Equal(422, (await host.PostAsync("events/filter", body)).Status);
    }

    [Fact]
    public async Task A_long_text_search_is_refused_and_a_strange_page_token_forbidden()
    {
        await using var host = await TestHost.StartAsync();
        Assert.Equal(422, (await host.PostAsync("events/filter", $$"""{"filter":{"text":{"query":"{{new string('x', 201)}}"} } }""")).Status);
        Assert.Equal(422, (await host.GetAsync("events/filter/next")).Status);
        foreach (var token in (string[])["", "!", "e30", "bnVsbA==", Convert.ToBase64String("""{"filter":{},"skip":-5,"limit":3}"""u8)])
            Assert.Equal(403, (await host.GetAsync("events/filter/next?page-token=" + Uri.EscapeDataString(token))).Status);
    }

    private static Event Made(int second, string name, string resource, string labels, string related, string payload)
    {
        var own = WireJson.Parse(labels).EnumerateObject().ToDictionary(label => label.Name, label => label.Value.GetString()!);
        own["prefect.resource.id"] = resource;
        return new()
        {
            Id = Guid.Parse(string.Create(CultureInfo.InvariantCulture, $"00000000-0000-0000-0000-00000000000{second}")),
            Occurred = new DateTimeOffset(2026, 1, 1, 0, 0, second, TimeSpan.Zero),
            Name = name,
            Resource = own,
            Related = [.. WireJson.Parse(related).EnumerateArray().Select(Resource)],
            Payload = WireJson.Parse(payload),
        };
    }

    private static Dictionary<string, string> Resource(JsonElement told)
    {
        var labels = told.GetArrayLength() > 2 ? told[2].EnumerateObject().ToDictionary(label => label.Name, label => label.Value.GetString()!) : [];
        (labels["prefect.resource.id"], labels["prefect.resource.role"]) = (told[0].GetString()!, told[1].GetString()!);
        return labels;
    }
}
