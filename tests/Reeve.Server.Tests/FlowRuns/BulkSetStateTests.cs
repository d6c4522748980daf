using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.FlowRuns;

public sealed class BulkSetStateTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task Each_run_found_gets_its_own_verdict(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var scheduled = (await host.FlowRunAsync("""{"tags":["many"],"state":{"type":"SCHEDULED"}}""")).Text("id");
        var running = (await host.FlowRunAsync("""{"tags":["many"],"state":{"type":"RUNNING"}}""")).Text("id");
        var ended = (await host.FlowRunAsync("""{"tags":["many"],"state":{"type":"COMPLETED"}}""")).Text("id");
        var other = (await host.FlowRunAsync("""{"state":{"type":"RUNNING"}}""")).Text("id");

        var (status, body) = await host.PostAsync("flow_runs/bulk_set_state", """{"flow_runs":{"tags":{"all_":["many"]}},"state":{"type":"CANCELLING"}}""");

        Assert.Equal(200, status);
        var results = body.GetProperty("results").EnumerateArray().ToDictionary(result => result.Text("flow_run_id"), result => (result.Text("status"), result.GetProperty("state").Text("type"), result.GetProperty("details").Text("type")));
        Assert.Equal(3, results.Count);
        Assert.Equal(("REJECT", "CANCELLED", "reject_details"), results[scheduled]);
        Assert.Equal(("ACCEPT", "CANCELLING", "accept_details"), results[running]);
        Assert.Equal(("ABORT", "COMPLETED", "abort_details"), results[ended]);
        Assert.Equal("RUNNING", (await host.GetAsync($"flow_runs/{other}")).Body.Text("state_type"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Force_and_limit_are_heard(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        for (var i = 0; i < 3; i++)
            await host.FlowRunAsync("""{"state":{"type":"COMPLETED"}}""");

        var (status, body) = await host.PostAsync("flow_runs/bulk_set_state", """{"state":{"type":"CRASHED"},"force":true,"limit":2}""");

        Assert.Equal((200, 2), (status, body.GetProperty("results").GetArrayLength()));
        Assert.Equal(2, (await host.PostAsync("flow_runs/count", """{"flow_runs":{"state":{"type":{"any_":["CRASHED"]}}}}""")).Body.GetInt32());
        Assert.Equal(0, (await host.PostAsync("flow_runs/bulk_set_state", """{"flow_runs":{"tags":{"all_":["none"]}},"state":{"type":"CRASHED"}}""")).Body.GetProperty("results").GetArrayLength());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"state":{}}""")]
    [InlineData("""{"state":{"type":"UNHEARD"}}""")]
    [InlineData("""{"state":{"type":"CRASHED"},"limit":0}""")]
    [InlineData("""{"state":{"type":"CRASHED"},"limit":51}""")]
    [InlineData("""{"state":{"type":"CRASHED"},"flow_runs":{"tags":7}}""")]
    [InlineData("""{"state":{"type":"CRASHED"},"force":[]}""")]
    public async Task What_cannot_be_asked_is_refused_and_no_run_changes(string body)
    {
        await using var host = await TestHost.StartAsync();
        var run = (await host.FlowRunAsync("""{"state":{"type":"RUNNING"}}""")).Text("id");

        Assert.Equal(422, (await host.PostAsync("flow_runs/bulk_set_state", body)).Status);
        Assert.Equal(["Running"], await host.HistoryAsync(run));
    }

    [Theory]
    [InlineData("flow_runs", """{"state":{"type":"UNHEARD"}}""")]
    [InlineData("flow_runs", """{"state":{"type":null}}""")]
    [InlineData("flow_runs", """{"force":true}""")]
    [InlineData("flow_runs", """{"state":{"type":"RUNNING","state_details":{"scheduled_time":"yesterday"}}}""")]
    [InlineData("flow_runs", """{"state":{"type":"RUNNING","state_details":{"transition_id":"no uuid"}}}""")]
    [InlineData("task_runs", """{"state":{"type":"UNHEARD"}}""")]
    [InlineData("task_runs", """{"state":"RUNNING"}""")]
    public async Task A_state_that_cannot_be_read_is_refused(string noun, string body)
    {
        await using var host = await TestHost.StartAsync();
        Assert.Equal(422, (await host.PostAsync($"{noun}/{Guid.NewGuid()}/set_state", body)).Status);
    }
}
