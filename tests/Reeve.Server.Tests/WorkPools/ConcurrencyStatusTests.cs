using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.WorkPools;

public sealed class ConcurrencyStatusTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_pool_and_its_queue_name_the_runs_that_hold_their_slots(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = await PoolOfRuns.MakeAsync(host, pool: """{"concurrency_limit": 2}""");
        await host.PostAsync("work_pools/local/queues/", new { name = "other" });
        foreach (var due in (int[])[0, 1, 2])
            await pool.RunAsync(due);
        var held = (await pool.ClaimAsync(prefetch: 60)).ConvertAll(PoolOfRuns.RunOf);
        Assert.Equal(2, held.Count); // of three, within the pool's limit

        var status = (await host.PostAsync("work_pools/local/concurrency_status", new { flow_run_limit = 1 })).Body;

        Assert.Equal(("2", "2", "2", "1"), (status.Text("active_slots"), status.Text("concurrency_limit"), status.Text("count"), status.Text("pages")));
        var queue = status.GetProperty("queues").EnumerateArray().Single(one => one.Text("queue_name") == "default");
        Assert.Equal(("2", "2", 1), (queue.Text("active_slots"), queue.Text("flow_run_count"), queue.GetProperty("flow_runs").GetArrayLength()));
        var second = (await host.PostAsync($"work_queues/{queue.Text("queue_id")}/concurrency_status", new { page = 2, limit = 1 })).Body;
        Assert.Equal(("2", "2", "2"), (second.Text("active_slots"), second.Text("count"), second.Text("pages")));
        var told = Assert.Single(second.GetProperty("flow_runs").EnumerateArray());
        Assert.Contains(told.Text("id"), held);
        Assert.NotEqual(queue.GetProperty("flow_runs")[0].Text("id"), told.Text("id"));
        Assert.Equal("PENDING", told.Text("state_type"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Pools_and_queues_tell_their_taken_slots_where_they_have_a_limit(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = await PoolOfRuns.MakeAsync(host);
        foreach (var due in (int[])[0, 1])
            await pool.RunAsync(due);
        await pool.ClaimAsync(prefetch: 60);
        Assert.Equal((null, null), await TakenAsync(host));

        await host.SendAsync(HttpMethod.Patch, "work_pools/local", new { concurrency_limit = 5 });
        await host.SendAsync(HttpMethod.Patch, "work_pools/local/queues/default", new { concurrency_limit = 3 });

        Assert.Equal((2, 2), await TakenAsync(host));
        var listed = (await host.PostAsync("work_pools/filter", new { work_pools = new { name = new { any_ = new[] { "local" } } } })).Body;
        Assert.Equal(2, listed[0].GetProperty("active_slots").GetInt32());
    }

    private static async Task<(int? Pool, int? Queue)> TakenAsync(TestHost host)
    {
        var (pool, queue) = ((await host.GetAsync("work_pools/local")).Body, (await host.GetAsync("work_pools/local/queues/default")).Body);
        return (Taken(pool), Taken(queue));

        static int? Taken(System.Text.Json.JsonElement of) => of.GetProperty("active_slots") is { ValueKind: System.Text.Json.JsonValueKind.Number } number ? number.GetInt32() : null;
    }

    [Fact]
    public async Task What_is_not_there_is_not_found_and_a_page_out_of_bounds_is_refused()
    {
        await using var host = await TestHost.StartAsync();

        Assert.Equal(404, (await host.PostAsync("work_pools/none/concurrency_status", "{}")).Status);
        Assert.Equal(404, (await host.PostAsync($"work_queues/{Guid.NewGuid()}/concurrency_status", "{}")).Status);
        Assert.Equal(3, (await host.PostAsync("work_pools/none/concurrency_status", new { page = 0, limit = 201, flow_run_limit = -1 })).Body.GetProperty("exception_detail").GetArrayLength());
    }
}
