using System.Text;

namespace Reeve.Server.Tests.Hosting;

public sealed class HostingTests
{
    [Theory]
    [InlineData("prefect/2.20.25 (API 0.8.4)", "2.20.25")]
    [InlineData("prefect/3.8.3 (API 0.8.4)", "3.8.3")]
    [InlineData("python-httpx/0.28.1", "3.8.3")]
    public async Task The_version_is_one_of_the_callers_line(string agent, string version)
    {
        await using var host = await TestHost.StartAsync();

        var (status, body) = await host.SendAsync(HttpMethod.Get, "admin/version", null, ("User-Agent", agent));

        Assert.Equal((200, version), (status, body.GetString()));
    }

    [Theory]
    [InlineData("health", 200, "true")]
    [InlineData("ready", 200, "true")]
    [InlineData("csrf-token?client=x", 422, """{"detail":"CSRF protection is disabled."}""")]
    [InlineData("admin/storage", 200, """{"default_result_storage_block_id":null}""")]
    [InlineData("accounts/a/workspaces/w/health", 200, "true")]
    [InlineData("no/such/route", 404, """{"detail":"Not Found"}""")]
    [InlineData("logs/filter", 405, """{"detail":"Method Not Allowed"}""")]
    public async Task Plain_questions_are_answered_as_the_wire_has_them(string path, int status, string body)
    {
        await using var host = await TestHost.StartAsync();

        var answer = await host.GetAsync(path);

        Assert.Equal((status, body), (answer.Status, answer.Body.GetRawText()));
    }

    [Fact]
    public async Task Every_fault_of_a_body_is_listed()
    {
        await using var host = await TestHost.StartAsync();

        var (status, body) = await host.PostAsync("flow_runs/", """{"name": 5, "tags": "x", "state": {"type": "SLEEPING", "state_details": {"scheduled_time": "soon"}}, "unknown": 1}""");

        Assert.Equal(422, status);
        Assert.Equal("Invalid request received.", body.GetProperty("exception_message").GetString());
        Assert.Equal(5, body.GetProperty("request_body").GetProperty("name").GetInt32());
        var faults = body.GetProperty("exception_detail").EnumerateArray()
            .Select(fault => $"{string.Join('.', fault.GetProperty("loc").EnumerateArray().Select(part => part.ToString()))} {fault.GetProperty("type").GetString()}").Order();
        Assert.Equal(["body.flow_id missing", "body.name string_type", "body.state.state_details.scheduled_time datetime_parsing", "body.state.type enum", "body.tags list_type"], faults);
    }

    [Fact]
    public async Task A_state_is_needed_to_propose_one()
    {
        await using var host = await TestHost.StartAsync();

        var (status, body) = await host.PostAsync($"flow_runs/{Guid.NewGuid()}/set_state", "{}");

        Assert.Equal((422, "missing"), (status, body.GetProperty("exception_detail")[0].Text("type")));
    }

    [Theory]
    [InlineData("{\"name\": ")]
    [InlineData("nonsense")]
    public async Task A_body_that_is_not_JSON_is_refused_as_such(string body)
    {
        await using var host = await TestHost.StartAsync();

        var answer = await host.PostAsync("flows/", body);

        Assert.Equal(422, answer.Status);
        Assert.Equal("json_invalid", answer.Body.GetProperty("exception_detail")[0].GetProperty("type").GetString());
    }

    [Fact]
    public async Task With_a_secret_set_only_who_knows_it_is_answered()
    {
        await using var host = await TestHost.StartAsync(change: options => options with { ApiAuthentication = "admin:pässword" });
        var right = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("admin:pässword"));
        var wrong = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("admin:password"));

        Assert.Equal(401, (await host.GetAsync("admin/version")).Status);
        Assert.Equal(401, (await host.SendAsync(HttpMethod.Get, "admin/version", null, ("Authorization", wrong))).Status);
        Assert.Equal(200, (await host.SendAsync(HttpMethod.Get, "admin/version", null, ("Authorization", right))).Status);
        Assert.Equal(200, (await host.GetAsync("health")).Status);
    }
}
