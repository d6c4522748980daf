using System.Text.Json;
using Reeve.Protocol;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.FlowRuns;

public sealed class FlowRunResumptionTests
{
    private const string Keyset = """{"schema":"wait-schema","response":"wait-response","description":"wait-description"}""";
    private const string Schema = """{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}},"required":["name"]}""";

    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_run_that_waits_for_input_is_resumed_by_input_that_fits(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var run = await WaitingAsync(host, Schema);

        Assert.Equal((200, "REJECT", "PAUSED"), await ResumeAsync(host, run, """{"run_input":{"age":3}}"""));
        Assert.Equal((200, "REJECT", "PAUSED"), await ResumeAsync(host, run, "{}"));
        Assert.Equal((201, "ACCEPT", "RUNNING"), await ResumeAsync(host, run, """{"run_input":{"name":"Ada","age":36}}"""));

        Assert.Equal("""{"name":"Ada","age":36}""", (await host.GetAsync($"flow_runs/{run}/input/wait-response")).Body.ToString());
        Assert.Equal(["Running", "Paused", "Running"], await host.HistoryAsync(run));
        var (status, body) = await host.PostAsync($"flow_runs/{run}/resume", """{"run_input":{"name":"Eve"}}""");
        Assert.Equal((200, "ABORT", JsonValueKind.Null), (status, body.Text("status"), body.GetProperty("state").ValueKind));
        Assert.Equal("""{"name":"Ada","age":36}""", (await host.GetAsync($"flow_runs/{run}/input/wait-response")).Body.ToString());
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Of_many_that_resume_at_once_one_is_heard(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var run = await WaitingAsync(host, Schema);

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => ResumeAsync(host, run, $$"""{"run_input":{"name":"n{{i}}"} }""")));

        Assert.Single(answers, answer => answer.Verdict == "ACCEPT");
        Assert.Equal(5, answers.Count(answer => answer.Verdict == "ABORT"));
        Assert.Equal(["Running", "Paused", "Running"], await host.HistoryAsync(run));
    }

    [Theory]
    [InlineData(null, """{"run_input":{"name":"Ada"}}""", "Run input schema not found.")]
    [InlineData("{broken", """{"run_input":{"name":"Ada"}}""", "Run input schema is not valid JSON.")]
    [InlineData(Schema, """{"run_input":{"name":{"__prefect_kind":"workspace_variable","variable_name":"nobody"}}}""", "Error hydrating run input: Variable 'nobody' not found in workspace.")]
    [InlineData(Schema, """{"run_input":{"name":{"__prefect_kind":"json","value":"{"}}}""", "Error hydrating run input: Invalid JSON")]
    [InlineData(Schema, """{"run_input":{"name":{"__prefect_kind":"jinja"}}}""", "Error hydrating run input: Missing 'template'")]
    [InlineData(Schema, """{"run_input":{"name":{"__prefect_kind":"jinja","template":"{{ a"}}}""", "Error hydrating run input: Invalid jinja: line 1: a part")]
    [InlineData(Schema, """{"run_input":{"name":{"__prefect_kind":"jinja","template":"{{ 1 / 0 }}"}}}""", "Error hydrating run input: Invalid jinja: a number is divided by zero")]
    public async Task Input_that_cannot_be_judged_leaves_the_run_paused(string? schema, string body, string reason)
    {
        await using var host = await TestHost.StartAsync();
        var run = await WaitingAsync(host, schema);

        var (status, answer) = await host.PostAsync($"flow_runs/{run}/resume", body);

        Assert.Equal((200, "REJECT"), (status, answer.Text("status")));
        Assert.StartsWith(reason, answer.GetProperty("details").Text("reason"), StringComparison.Ordinal);
        Assert.Equal("PAUSED", (await host.GetAsync($"flow_runs/{run}")).Body.Text("state_type"));
    }

    [Theory]
    [InlineData("""{"name":{"__prefect_kind":"json","value":"\"Ada\""}}""", """{"name":"Ada"}""")]
    [InlineData("""{"name":"Ada","age":{"__prefect_kind":"json"}}""", """{"name":"Ada"}""")]
    [InlineData("""{"name":"Ada","age":{"__prefect_kind":"workspace_variable"}}""", """{"name":"Ada"}""")]
    [InlineData("""{"name":{"__prefect_kind":"workspace_variable","variable_name":"who"}}""", """{"name":"Grace"}""")]
    [InlineData("""{"name":{"__prefect_kind":"json","value":{"__prefect_kind":"jinja","template":"\"Ada\""}}}""", """{"name":"Ada"}""")]
    [InlineData("""{"name":{"__prefect_kind":"none","value":"Ada"},"list":[1,{"__prefect_kind":"json"},{"__prefect_kind":"none","value":[2]}]}""", """{"name":"Ada","list":[1,[2]]}""")]
    [InlineData("""{"name":{"__prefect_kind":"jinja","template":"{{ ['A', 'd', 'a']|join }}"}}""", """{"name":"Ada"}""")]
    [InlineData("""{"__prefect_kind":"json","value":"{\"name\":\"Ada\"}"}""", """{"name":"Ada"}""")]
    [InlineData("""{"name":{"__prefect_kind":"unheard","value":"Ada"}}""", """{"name":"Ada"}""")]
    public async Task Placeholders_are_filled_in(string input, string stored)
    {
        await using var host = await TestHost.StartAsync();
        await host.PostAsync("variables/", new { name = "who", value = "Grace" });
        var run = await WaitingAsync(host, Schema);

        Assert.Equal((201, "ACCEPT", "RUNNING"), await ResumeAsync(host, run, $$"""{"run_input":{{input}} }"""));

        Assert.Equal(stored, (await host.GetAsync($"flow_runs/{run}/input/wait-response")).Body.ToString());
    }

    [Fact]
    public async Task A_suspended_run_comes_back_through_its_schedule_and_is_not_counted_again()
    {
        await using var host = await TestHost.StartAsync();
        var flow = await host.FlowAsync();
        var deployment = (await host.PostAsync("deployments/", new { name = "d", flow_id = flow })).Body.Text("id");
        var run = (await host.PostAsync("flow_runs/", new { flow_id = flow, deployment_id = deployment, state = new { type = "SCHEDULED" } })).Body.Text("id");
        await host.SetStateAsync(run, "PENDING");
        await host.SetStateAsync(run, "RUNNING");
        await host.SetStateAsync(run, "PAUSED", """{"name":"Suspended","state_details":{"pause_reschedule":true,"pause_key":"k"}}""");

        Assert.Equal((201, "ACCEPT", "SCHEDULED"), await ResumeAsync(host, run, "{}"));
        await host.SetStateAsync(run, "PENDING");
        await host.SetStateAsync(run, "RUNNING");

        var read = (await host.GetAsync($"flow_runs/{run}")).Body;
        Assert.Equal(["Scheduled", "Pending", "Running", "Suspended", "Resuming", "Pending", "Running"], await host.HistoryAsync(run));
        Assert.Equal(("1", "False"), (read.Text("run_count"), read.GetProperty("empirical_policy").Text("resuming")));
        Assert.Equal(("REJECT", "Running"), (await host.SetStateAsync(run, "PAUSED", """{"state_details":{"pause_key":"k"}}""")) is var again ? (again.Verdict, again.Body.GetProperty("state").Text("name")) : default);
    }

    [Fact]
    public async Task A_resume_of_nothing_and_of_a_run_that_runs()
    {
        await using var host = await TestHost.StartAsync();
        Assert.Equal(404, (await host.PostAsync($"flow_runs/{Guid.NewGuid()}/resume", "{}")).Status);
        Assert.Equal(422, (await host.PostAsync($"flow_runs/{Guid.NewGuid()}/resume", """{"run_input":[1]}""")).Status);
    }

    private static async Task<string> WaitingAsync(TestHost host, string? schema)
    {
        var run = (await host.FlowRunAsync("""{"state":{"type":"RUNNING"}}""")).Text("id");
        if (schema is not null)
            await host.PostAsync($"flow_runs/{run}/input", new { key = "wait-schema", value = schema });
        var paused = await host.SetStateAsync(run, "PAUSED", $$"""{"state_details":{"pause_key":"wait","run_input_keyset":{{Keyset}} } }""");
        Assert.Equal("ACCEPT", paused.Verdict);
        return run;
    }

    private static async Task<(int Status, string? Verdict, string? State)> ResumeAsync(TestHost host, string run, string body)
    {
        var (status, answer) = await host.PostAsync($"flow_runs/{run}/resume", body);
        return (status, answer.Text("status"), answer.GetProperty("state") is { ValueKind: JsonValueKind.Object } state ? state.Text("type") : null);
    }
}
