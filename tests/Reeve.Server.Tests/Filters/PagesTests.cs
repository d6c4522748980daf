using Microsoft.AspNetCore.Routing;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.Filters;

public sealed class PagesTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task Numbered_pages_have_their_part_and_count_all(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        await FilteredWorld.MakeAsync(host);
        foreach (var (noun, names) in ((string, string[])[])[("flow_runs", ["Red-Otter", "blue", "green_1", "sub"]), ("task_runs", ["Load", "free", "wrap"]), ("flows", ["Alpha", "beta", "gamma"])])
        {
            var (status, page) = await host.PostAsync($"{noun}/paginate", """{"sort":"NAME_ASC","page":2,"limit":2}""");
            Assert.Equal(200, status);
            Assert.Equal(names[2..Math.Min(4, names.Length)], page.GetProperty("results").EnumerateArray().Select(item => item.Text("name")));
            Assert.Equal((names.Length.ToString(null, null), "2", "2", "2"), (page.Text("count"), page.Text("limit"), page.Text("pages"), page.Text("page")));
            Assert.Equal(("200", "1", "1"), await host.PostAsync($"{noun}/paginate", "{}") is var all ? (all.Body.Text("limit"), all.Body.Text("pages"), all.Body.Text("page")) : default);
            foreach (var wrong in (string[])["""{"page":0}""", """{"limit":-1}""", """{"limit":201}""", """{"page":2147483647}""", """{"page":99999999999999}"""])
                Assert.Equal((wrong, 422), (wrong, (await host.PostAsync($"{noun}/paginate", wrong)).Status));
        }
    }

    [Fact]
    public async Task Every_list_is_bounded_by_the_setting()
    {
        await using var host = await TestHost.StartAsync(change: options => options with { LargestPage = 3 });
        foreach (var name in (string[])["a", "b", "c", "d"])
            await host.PostAsync("variables/", new { name, value = 1 });

        var routes = host.Service<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Select(endpoint => endpoint.RoutePattern.RawText!)
            .Where(route => (route.EndsWith("/filter", StringComparison.Ordinal) || route.EndsWith("/paginate", StringComparison.Ordinal) || route.EndsWith("/get_scheduled_flow_runs", StringComparison.Ordinal))
                && !route.Contains('{', StringComparison.Ordinal) && !route.Contains("events/", StringComparison.Ordinal) // they have pages of their own
                && !route.Contains("task_workers/", StringComparison.Ordinal)) // has no limit
            .Select(route => route[(route.IndexOf("api/", StringComparison.Ordinal) + 4)..]).Distinct().ToList();
        Assert.True(routes.Count > 18, string.Join(' ', routes));
        foreach (var route in routes)
        {
            Assert.Equal((route, 422), (route, (await host.PostAsync(route, """{"limit":4,"deployment_ids":[]}""")).Status));
            Assert.Equal((route, 200), (route, (await host.PostAsync(route, """{"limit":3,"deployment_ids":[]}""")).Status));
        }

        Assert.Equal(3, (await host.PostAsync("variables/filter", "{}")).Body.GetArrayLength());
        Assert.Equal("3", (await host.PostAsync("flows/paginate", "{}")).Body.Text("limit"));
        Assert.Equal("3", (await host.GetAsync("admin/settings")).Body.GetProperty("server").GetProperty("api").Text("default_limit"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Bulk_deletes_take_what_the_filter_finds_and_no_more_than_asked(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var world = await FilteredWorld.MakeAsync(host);

        var (status, first) = await host.PostAsync("flow_runs/bulk_delete", """{"flow_runs":{"name":{"any_":["Red-Otter"]}}}""");
        Assert.Equal((200, world["red"]), (status, Assert.Single(first.GetProperty("deleted").EnumerateArray()).GetString()));
        Assert.Equal(3, (await host.PostAsync("flow_runs/count", "{}")).Body.GetInt32());
        Assert.Equal(1, (await host.PostAsync("logs/filter", "{}")).Body.GetArrayLength());
        Assert.Equal(1, (await host.PostAsync("flow_runs/bulk_delete", """{"limit":1}""")).Body.GetProperty("deleted").GetArrayLength());

        var flows = (await host.PostAsync("flows/bulk_delete", """{"flows":{"name":{"any_":["Alpha","nobody"]}}}""")).Body;
        Assert.Equal(world["Alpha"], Assert.Single(flows.GetProperty("deleted").EnumerateArray()).GetString());
        Assert.Equal(["two"], (await host.PostAsync("deployments/filter", "{}")).Body.EnumerateArray().Select(deployment => deployment.Text("name")));
        foreach (var noun in (string[])["flows", "flow_runs"])
            foreach (var limit in (int[])[0, 51])
                Assert.Equal(422, (await host.PostAsync($"{noun}/bulk_delete", new { limit })).Status);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Tags_that_change_are_found_anew(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var world = await FilteredWorld.MakeAsync(host);

        await host.SendAsync(HttpMethod.Patch, $"flow_runs/{world["red"]}", """{"tags":["t9","t9"]}""");

        Assert.Equal(1, (await host.PostAsync("flow_runs/count", """{"flow_runs":{"tags":{"all_":["t9"]}}}""")).Body.GetInt32());
        Assert.Equal(0, (await host.PostAsync("flow_runs/count", """{"flow_runs":{"tags":{"any_":["t1"]}}}""")).Body.GetInt32());
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Log_lines_are_downloaded_as_a_table(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var world = await FilteredWorld.MakeAsync(host);
        await host.PostAsync("logs/", world.Fill("""[{"name":"x","level":10,"message":"two\nlines","timestamp":"2020-01-01T00:00:00.5Z","flow_run_id":"{red}"}]"""));

        using var answer = await host.Client.GetAsync(new Uri($"flow_runs/{world["red"]}/logs/download", UriKind.Relative), TestHost.Cancellation);

        Assert.Equal("text/csv; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal(("Red-Otter-logs.csv", "flow-run-logs.csv"), (answer.Content.Headers.ContentDisposition?.FileNameStar, answer.Content.Headers.ContentDisposition?.FileName?.Trim('"')));
        Assert.Equal(
            $"timestamp,level,flow_run_id,task_run_id,message\r\n2020-01-01 00:00:00+00:00,20,{world["red"]},,Alles gut\r\n"
            + $"2020-01-01 00:00:00.500000+00:00,10,{world["red"]},,\"two\nlines\"\r\n"
            + $"2020-01-02 00:00:00+00:00,40,{world["red"]},{world["load"]},\"kaputt, \"\"leider\"\"\"\r\n",
            await answer.Content.ReadAsStringAsync(TestHost.Cancellation));
        Assert.Equal(404, (await host.GetAsync($"flow_runs/{Guid.NewGuid()}/logs/download")).Status);
    }
}
