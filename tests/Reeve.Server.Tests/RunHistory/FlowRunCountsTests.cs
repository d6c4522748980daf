using System.Globalization;
using Reeve.Server.RunHistory;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.RunHistory;

public sealed class FlowRunCountsTests
{
    private static readonly DateTimeOffset Day = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // a criterion that holds for all runs makes the server count them one by one
    private const string Everyone = ",\"id\":{\"not_any_\":[]}";

    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task Kept_sums_and_the_runs_themselves_count_alike_by_expected_start(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var flow = (await host.PostAsync("flows/", new { name = "f" })).Body.Text("id");
        foreach (var (expected, state) in ((double?, string)[])[
            (0, "COMPLETED"), (4.99, "FAILED"), (5, "COMPLETED"), (7, "RUNNING"), (30, "CRASHED"), (59.9, "COMPLETED"), (61, "PENDING"), (90, "CANCELLED"), (null, "COMPLETED"), (600, "COMPLETED")])
        {
            var id = (await host.PostAsync("flow_runs/", new { flow_id = flow, state = new { type = "PENDING" } })).Body.Text("id");
            if (state != "PENDING")
                await host.SetStateAsync(id, state);
            await host.Database.WriteAsync(
                async session => await session.ExecuteAsync(
                    "update flow_run set expected_start_time = @expected where id = @id",
                    ("expected", expected is { } minutes ? Day.AddMinutes(minutes) : (DateTimeOffset?)null), ("id", Guid.Parse(id))),
                TestHost.Cancellation);
        }
        await host.Service<RunSumFolder>().RunOnceAsync(TestHost.Cancellation);
        foreach (var (from, to, all) in ((double, double?, int)[])[(0, 120, 8), (4.99, 59.9, 5), (5, 60, 4), (6, 6.5, 0), (7, 7, 1), (0.1, null, 8), (120, 0, 0), (-60, 1000, 9)])
        {
            var range = $"\"expected_start_time\":{{\"after_\":\"{At(from)}\"{(to is { } end ? $",\"before_\":\"{At(end)}\"" : "")}}}";
            Assert.Equal(all, await CountAsync(host, range));
            foreach (var state in (string[])["", ",\"state\":{\"type\":{\"any_\":[\"COMPLETED\",\"RUNNING\"]}}", ",\"state\":{\"name\":{\"not_any_\":[\"Failed\"]}}"])
                Assert.True(await CountAsync(host, range + state) == await CountAsync(host, range + state + Everyone), range + state);
        }
        Assert.Equal(3, await CountAsync(host, $"\"operator\":\"or_\",\"expected_start_time\":{{\"after_\":\"{At(90)}\"}},\"state\":{{\"type\":{{\"any_\":[\"FAILED\"]}}}}"));
        Assert.Equal(0, await CountAsync(host, "\"expected_start_time\":{\"after_\":\"2000-01-01T00:00:00Z\",\"before_\":\"0001-01-01T00:00:00Z\"}"));
    }

    private static async Task<int> CountAsync(TestHost host, string criteria)
    {
        var (status, count) = await host.PostAsync("flow_runs/count", $"{{\"flow_runs\":{{{criteria}}}}}");
        Assert.True(status == 200, $"{criteria}: {count}");
        return count.GetInt32();
    }

    private static string At(double minutes) => Day.AddMinutes(minutes).ToString("O", CultureInfo.InvariantCulture);
}
