using System.Text.Json;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.Automations;

public sealed class AutomationsApiTests
{
    private const string OnOrder = """{"type": "event", "match": {"prefect.resource.id": "demo.shop.*"}, "expect": ["demo.order.placed", "demo.order.placed"], "posture": "Reactive", "within": 0.0}""";

    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    private static string Body(string trigger, string actions = """[{"type": "do-nothing"}]""", string more = "") => $$"""{"name": "on order", "trigger": {{trigger}}, "actions": {{actions}}{{more}}}""";

    private static async Task<JsonElement> MakeAsync(TestHost host, string body)
    {
        var made = await host.PostAsync("automations/", body);
        Assert.True(made.Status == 201, made.Body.ToString());
        return made.Body;
    }

    private static async Task<List<string>> FaultsAsync(TestHost host, string body)
    {
        var refused = await host.PostAsync("automations/", body);
        Assert.True(refused.Status == 422, $"{refused.Status} {refused.Body}");
        return [.. refused.Body.GetProperty("exception_detail").EnumerateArray().Select(f => string.Join('.', f.GetProperty("loc").EnumerateArray().Select(l => l.GetString()).Skip(1)))];
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task What_is_left_out_is_filled_in(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var deployment = Guid.NewGuid();

        var made = await MakeAsync(host, Body(OnOrder, $$"""[{"type": "run-deployment", "deployment_id": "{{deployment}}", "parameters": {"n": 5} }]"""));

        var read = (await host.GetAsync($"automations/{made.GetProperty("id").GetString()}")).Body;
        Assert.Equal(made.GetRawText(), read.GetRawText());
        Assert.Equal(("", true), (read.GetProperty("description").GetString(), read.GetProperty("enabled").GetBoolean()));
        Assert.All((string[])["tags", "actions_on_trigger", "actions_on_resolve"], list => Assert.Equal(0, read.GetProperty(list).GetArrayLength()));
        var trigger = read.GetProperty("trigger");
        Assert.True(trigger.GetProperty("id").TryGetGuid(out _));
        Assert.Equal(("event", 1, 0, 1), (trigger.GetProperty("type").GetString(), trigger.GetProperty("threshold").GetInt32(), trigger.GetProperty("within").GetDouble(), trigger.GetProperty("expect").GetArrayLength()));
        Assert.Equal("{}", trigger.GetProperty("match_related").GetRawText());
        var action = read.GetProperty("actions")[0];
        Assert.Equal(("selected", 0, JsonValueKind.Null), (action.GetProperty("source").GetString(), action.GetProperty("schedule_after").GetDouble(), action.GetProperty("job_variables").ValueKind));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task An_automation_is_replaced_switched_found_and_deleted(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var path = $"automations/{(await MakeAsync(host, Body(OnOrder, more: """, "tags": ["shop", "prod"]"""))).GetProperty("id").GetString()}";
        await MakeAsync(host, Body(OnOrder).Replace("on order", "another", StringComparison.Ordinal));

        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, path, """{"enabled": false}""")).Status);
        Assert.False((await host.GetAsync(path)).Body.GetProperty("enabled").GetBoolean());
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Put, path, Body(OnOrder, """[{"type": "cancel-flow-run"}]""").Replace("on order", "renamed", StringComparison.Ordinal))).Status);
        var read = (await host.GetAsync(path)).Body;
        Assert.Equal(("renamed", true, "cancel-flow-run"), (read.GetProperty("name").GetString(), read.GetProperty("enabled").GetBoolean(), read.GetProperty("actions")[0].GetProperty("type").GetString()));
        Assert.Equal(["another", "renamed"], await NamesAsync("""{"automations": null, "sort": null, "limit": null, "offset": 0}"""));
        Assert.Equal(["renamed"], await NamesAsync("""{"automations": {"name": {"any_": ["renamed"]}}}"""));
        Assert.Equal(["renamed", "another"], await NamesAsync("""{"sort": "NAME_DESC"}"""));
        Assert.Empty(await NamesAsync("""{"automations": {"tags": {"all_": ["shop"]}}}"""));
        Assert.Empty(await NamesAsync("""{"automations": {"created": {"before_": "2001-01-01T00:00:00Z"}}}"""));
        Assert.Equal(2, (await host.SendAsync(HttpMethod.Post, "automations/count")).Body.GetInt32());
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, path)).Status);
        Assert.Equal(404, (await host.GetAsync(path)).Status);
        Assert.Equal(404, (await host.SendAsync(HttpMethod.Put, path, Body(OnOrder))).Status);
        Assert.Equal(404, (await host.SendAsync(HttpMethod.Patch, path, """{"enabled": true}""")).Status);
        Assert.Equal(404, (await host.SendAsync(HttpMethod.Delete, path)).Status);

        async Task<List<string?>> NamesAsync(string query) => [.. (await host.PostAsync("automations/filter", query)).Body.EnumerateArray().Select(a => a.GetProperty("name").GetString())];
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Automations_are_related_to_their_owner_and_to_what_they_run(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var (owner, target, other) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        string Runs(Guid id) => $$"""[{"type": "run-deployment", "deployment_id": "{{id}}"}, {"type": "do-nothing"}]""";
        var made = await MakeAsync(host, Body(OnOrder, Runs(target), $$""", "owner_resource": "prefect.deployment.{{owner}}" """));

        Assert.Equal((1, 1, 0), (await RelatedAsync(owner), await RelatedAsync(target), await RelatedAsync(other)));
        await host.SendAsync(HttpMethod.Put, $"automations/{made.GetProperty("id").GetString()}", Body(OnOrder, Runs(other)));
        Assert.Equal((1, 0, 1), (await RelatedAsync(owner), await RelatedAsync(target), await RelatedAsync(other)));
        Assert.Equal(202, (await host.SendAsync(HttpMethod.Delete, $"automations/owned-by/prefect.deployment.{target}")).Status);
        Assert.Equal(1, await RelatedAsync(owner));
        Assert.Equal(202, (await host.SendAsync(HttpMethod.Delete, $"automations/owned-by/prefect.deployment.{owner}")).Status);
        Assert.Equal((0, 0), (await RelatedAsync(owner), await RelatedAsync(other)));

        async Task<int> RelatedAsync(Guid id) => (await host.GetAsync($"automations/related-to/prefect.deployment.{id}")).Body.GetArrayLength();
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Triggers_within_triggers_are_kept_whole_and_get_ids_of_the_server(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        const string Given = "00000000-0000-0000-0000-000000000001";
        const string Trigger = $$$"""
            {"require": "all", "within": "PT10M", "type": "compound", "id": "{{{Given}}}", "triggers": [
                {"type": "sequence", "within": null, "triggers": [{"posture": "Proactive"}, {"type": "event", "posture": "Reactive", "match_related": [{"prefect.resource.role": "flow"}, {"a": ["b", "c"]}]}]},
                {"type": "metric", "metric": {"name": "duration", "threshold": 5, "operator": ">="}}]}
            """;

        var trigger = (await MakeAsync(host, Body(Trigger))).GetProperty("trigger");

        Assert.Equal(("compound", 600, "all"), (trigger.GetProperty("type").GetString(), trigger.GetProperty("within").GetDouble(), trigger.GetProperty("require").GetString()));
        var sequence = trigger.GetProperty("triggers")[0];
        Assert.Equal(JsonValueKind.Null, sequence.GetProperty("within").ValueKind);
        var proactive = sequence.GetProperty("triggers")[0];
        Assert.Equal(("event", 10), (proactive.GetProperty("type").GetString(), proactive.GetProperty("within").GetDouble()));
        Assert.Equal(2, sequence.GetProperty("triggers")[1].GetProperty("match_related").GetArrayLength());
        Assert.Equal(("Metric", 300), (trigger.GetProperty("triggers")[1].GetProperty("posture").GetString(), trigger.GetProperty("triggers")[1].GetProperty("metric").GetProperty("range").GetDouble()));
        Assert.DoesNotContain(Given, trigger.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_kind_of_action_is_kept()
    {
        await using var host = await TestHost.StartAsync();
        var id = Guid.NewGuid();
        var targeted = new[] { ("deployment", "deployment_id"), ("work-queue", "work_queue_id"), ("work-pool", "work_pool_id"), ("automation", "automation_id") }
            .SelectMany(t => new[] { $$"""{"type": "pause-{{t.Item1}}", "{{t.Item2}}": "{{id}}"}""", $$"""{"type": "resume-{{t.Item1}}", "source": "inferred"}""" });
        var plain = new[] { "do-nothing", "cancel-flow-run", "suspend-flow-run", "resume-flow-run", "delete-flow-run" }.Select(t => $$"""{"type": "{{t}}"}""");
        string[] others =
        [
            $$$"""{"type": "run-deployment", "deployment_id": "{{{id}}}", "schedule_after": "PT1H", "parameters": {"who": "{{ event.id }}"} }""",
            """{"type": "change-flow-run-state", "state": "FAILED", "message": "too late", "force": true}""",
            $$"""{"type": "send-notification", "block_document_id": "{{id}}", "body": "{% if flow_run %}x{% endif %}"}""",
            $$"""{"type": "call-webhook", "block_document_id": "{{id}}", "payload": {"a": 1} }""",
        ];
        var actions = targeted.Concat(plain).Concat(others).ToList();

        var kept = (await MakeAsync(host, Body(OnOrder, $"[{string.Join(", ", actions)}]"))).GetProperty("actions");

        Assert.Equal(17, kept.GetArrayLength());
        Assert.Equal(actions.Select(a => JsonDocument.Parse(a).RootElement.GetProperty("type").GetString()), kept.EnumerateArray().Select(a => a.GetProperty("type").GetString()));
        Assert.Equal(3600, Of("run-deployment").GetProperty("schedule_after").GetDouble());
        Assert.Equal("Prefect automated notification", Of("send-notification").GetProperty("subject").GetString());
        Assert.Equal("""{"a":1}""", Of("call-webhook").GetProperty("payload").GetString());
        Assert.True(Of("change-flow-run-state").GetProperty("force").GetBoolean());

        JsonElement Of(string type) => kept.EnumerateArray().Single(a => a.GetProperty("type").GetString() == type);
    }

    [Theory]
    [InlineData("""{"type": "event", "posture": "Proactive", "within": 5}""", "trigger.within")]
    [InlineData("""{"type": "event", "posture": "Reactive", "within": -1}""", "trigger.within")]
    [InlineData("""{"type": "event", "posture": "Reactive", "within": null}""", "trigger.within")]
    [InlineData("""{"type": "event", "posture": "Reactive", "within": "soon"}""", "trigger.within")]
    [InlineData("""{"type": "event", "posture": "Metric"}""", "trigger.posture")]
    [InlineData("""{"type": "event"}""", "trigger.posture")]
    [InlineData("""{"type": "event", "posture": "Reactive", "match": {"a": 1}}""", "trigger.match")]
    [InlineData("""{"type": "event", "posture": "Reactive", "match_related": [1]}""", "trigger.match_related")]
    [InlineData("""{"type": "event", "posture": "Reactive", "threshold": 99999999999}""", "trigger.threshold")]
    [InlineData("""{"type": "comet"}""", "trigger.type")]
    [InlineData("""{}""", "trigger.type")]
    [InlineData("""5""", "trigger")]
    [InlineData("""{"type": "compound", "require": 2, "within": 1, "triggers": [{"type": "event", "posture": "Reactive"}]}""", "trigger.require")]
    [InlineData("""{"type": "compound", "require": "most", "within": 1, "triggers": []}""", "trigger.require")]
    [InlineData("""{"type": "compound", "require": "any", "within": -1, "triggers": []}""", "trigger.within")]
    [InlineData("""{"type": "sequence", "within": 1, "triggers": [{"type": "event", "posture": "Reactive"}, {"type": "sequence"}]}""", "trigger.triggers.1.triggers")]
    [InlineData("""{"type": "metric", "metric": {"name": "duration", "threshold": 5, "operator": "=", "range": 10}}""", "trigger.metric.operator trigger.metric.range")]
    public async Task A_wrong_trigger_is_told_at_its_place(string trigger, string places)
    {
        await using var host = await TestHost.StartAsync();

        Assert.Equal(places, string.Join(' ', await FaultsAsync(host, Body(trigger))));
        Assert.Equal(0, (await host.SendAsync(HttpMethod.Post, "automations/count")).Body.GetInt32());
    }

    [Theory]
    [InlineData("""{"type": "run-deployment"}""", "deployment_id")]
    [InlineData("""{"type": "run-deployment", "source": "inferred", "deployment_id": "00000000-0000-0000-0000-000000000001"}""", "deployment_id")]
    [InlineData("""{"type": "pause-work-pool", "source": "guessed"}""", "source")]
    [InlineData("""{"type": "run-deployment", "source": "inferred", "parameters": 1, "schedule_after": -1}""", "parameters actions.0.schedule_after")]
    [InlineData("""{"type": "run-deployment", "source": "inferred", "parameters": {"a": ["{{ oops"]}}""", "parameters.a.0")]
    [InlineData("""{"type": "send-notification", "block_document_id": "00000000-0000-0000-0000-000000000001", "subject": "{% for %}", "body": "{{ a | nothing }}"}""", "subject actions.0.body")]
    [InlineData("""{"type": "send-notification"}""", "block_document_id actions.0.body")]
    [InlineData("""{"type": "change-flow-run-state", "state": "BETTER"}""", "state")]
    [InlineData("""{"type": "sing"}""", "type")]
    [InlineData("""{"payload": 1}""", "type")]
    [InlineData("""{"type": "call-webhook", "block_document_id": "x", "payload": 7}""", "block_document_id actions.0.payload")]
    public async Task A_wrong_action_is_told_at_its_place(string action, string places)
    {
        await using var host = await TestHost.StartAsync();

        var faults = await FaultsAsync(host, Body(OnOrder, $"[{action}]"));

        Assert.Equal(("actions.0." + places).Split(' ').Order(StringComparer.Ordinal), faults.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("prefect.flow-run.*", "{}", "selected", true)]
    [InlineData("prefect.flow-run.Running", """{"prefect.resource.id": "prefect.flow-run.*"}""", "selected", true)]
    [InlineData("prefect.flow-run.Running", """{"prefect.resource.id": "prefect.flow-run.*", "a": "b"}""", "inferred", true)]
    [InlineData("prefect.flow-run.Running", """{"prefect.resource.id": "prefect.flow-run.*", "a": "b"}""", "selected", false)]
    [InlineData("prefect.flow-run.Failed", "{}", "inferred", false)]
    [InlineData("other.*", "{}", "inferred", false)]
    public async Task An_automation_that_would_trigger_itself_is_refused_while_it_is_on(string expect, string match, string source, bool isLoop)
    {
        await using var host = await TestHost.StartAsync();
        var target = source == "selected" ? $", \"deployment_id\": \"{Guid.NewGuid()}\"" : "";
        string Make(bool enabled) => Body(
            $$"""{"type": "event", "posture": "Reactive", "expect": ["{{expect}}"], "match": {{match}} }""", $$"""[{"type": "run-deployment", "source": "{{source}}"{{target}}}]""", $", \"enabled\": {(enabled ? "true" : "false")}");

        Assert.Equal(isLoop ? 422 : 201, (await host.PostAsync("automations/", Make(true))).Status);
        var off = await MakeAsync(host, Make(false));
        Assert.Equal(isLoop ? 422 : 204, (await host.SendAsync(HttpMethod.Patch, $"automations/{off.GetProperty("id").GetString()}", """{"enabled": true}""")).Status);
    }
}
