using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.Projects;

public sealed class ProjectsApiTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task An_apply_makes_changes_and_prunes_in_one_go_and_the_state_tells_of_it(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        await host.PostAsync("work_pools/", """{"name": "local", "type": "process"}""");
        var first = await ApplyAsync(host, "dev", [Wanted("nightly"), Wanted("hourly", """{"concurrency_limit": 2, "schedules": [{"schedule": {"cron": "0 * * * *"}, "slug": "h"}]}""")]);
        Assert.Equal(200, first.Status);
        Assert.Equal(["nightly", "hourly"], first.Body.GetProperty("deployments").EnumerateArray().Select(one => Text(one, "name")));

        var state = await StateAsync(host, "dev");
        var hourly = state.GetProperty("deployments")[0];
        Assert.Equal(("etl", "shop", "dev", "hourly"), (Text(hourly, "flow_name"), Text(hourly, "project"), Text(hourly, "environment"), Text(hourly.GetProperty("deployment"), "name")));
        Assert.Equal("x", Text(hourly.GetProperty("applied"), "mark"));
        Assert.Equal(2, hourly.GetProperty("deployment").GetProperty("concurrency_limit").GetInt32());
        Assert.Equal("c0ffee", Text(state.GetProperty("record"), "commit"));
        Assert.Equal("dev", Assert.Single(state.GetProperty("environments").EnumerateArray()).GetString());

        var prune = Text(hourly.GetProperty("deployment"), "id");
        Assert.Equal(200, (await ApplyAsync(host, "dev", [Wanted("nightly", """{"tags": ["new"]}""")], prune: [prune])).Status);
        var left = Assert.Single((await StateAsync(host, "dev")).GetProperty("deployments").EnumerateArray()).GetProperty("deployment");
        Assert.Equal(("nightly", "new"), (Text(left, "name"), left.GetProperty("tags")[0].GetString()));
        Assert.Equal(404, (await host.GetAsync($"deployments/{prune}")).Status);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task One_fault_and_nothing_is_done_and_every_fault_is_told(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        await host.PostAsync("work_pools/", """{"name": "local", "type": "process"}""");

        var bodies = await ApplyAsync(host, "dev", [Wanted("good"), Wanted("a/b"), Wanted("late", """{"schedules": [{"schedule": {"cron": "99 * * * *"}}]}""")]);
        var stored = await ApplyAsync(host, "dev", [Wanted("good"), Wanted("lost", """{"work_pool_name": "nowhere"}"""), Wanted("astray", """{"work_pool_name": "elsewhere"}""")]);

        Assert.Equal((422, 422), (bodies.Status, stored.Status));
        Assert.Equal(2, bodies.Body.GetProperty("exception_detail").GetArrayLength());
        Assert.Equal(["1", "2"], stored.Body.GetProperty("exception_detail").EnumerateArray().Select(fault => fault.GetProperty("loc")[2].GetString()));
        Assert.Equal(0, (await host.PostAsync("deployments/count", "{}")).Body.GetInt32());
        Assert.Equal(0, (await host.PostAsync("flows/count", "{}")).Body.GetInt32());
        Assert.Empty((await StateAsync(host, "dev")).GetProperty("environments").EnumerateArray());
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_plan_of_an_older_state_is_refused(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        await host.PostAsync("work_pools/", """{"name": "local", "type": "process"}""");
        await ApplyAsync(host, "dev", [Wanted("nightly", """{"schedules": [{"schedule": {"cron": "0 * * * *"}}]}""")]);
        var state = await StateAsync(host, "dev");
        var deployment = state.GetProperty("deployments")[0].GetProperty("deployment");

        foreach (var change in (Func<Task<(int, JsonElement)>>[])
        [
            () => host.PostAsync($"deployments/{Text(deployment, "id")}/pause_deployment", "{}"),
            () => host.SendAsync(HttpMethod.Patch, $"deployments/{Text(deployment, "id")}/schedules/{Text(deployment.GetProperty("schedules")[0], "id")}", """{"active": false}"""),
            () => ApplyAsync(host, "dev", [Wanted("nightly", """{"tags": ["other"]}""")]),
        ])
        {
            var before = Text(await StateAsync(host, "dev"), "fingerprint");
            Assert.Equal(before, Text(await StateAsync(host, "dev"), "fingerprint"));
            Assert.InRange((await change()).Item1, 200, 204);
            var refused = await ApplyAsync(host, "dev", [Wanted("nightly", """{"tags": ["mine"]}""")], fingerprint: before);
            Assert.Equal(409, refused.Status);
            Assert.Contains("Plan again", Text(refused.Body, "detail"), StringComparison.Ordinal);
        }
        Assert.Equal("other", (await StateAsync(host, "dev")).GetProperty("deployments")[0].GetProperty("deployment").GetProperty("tags")[0].GetString());
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Of_two_applies_at_once_one_is_refused(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        await host.PostAsync("work_pools/", """{"name": "local", "type": "process"}""");
        var fingerprint = Text(await StateAsync(host, "dev"), "fingerprint");

        var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(number => ApplyAsync(host, "dev", [Wanted("nightly", $$"""{"tags": ["{{number}}"]}""")], fingerprint: fingerprint)));

        Assert.Equal([200, 409], both.Select(one => one.Status).Order());
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task The_same_apply_again_is_answered_and_not_done_again(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        await host.PostAsync("work_pools/", """{"name": "local", "type": "process"}""");
        var id = Guid.NewGuid();
        var fingerprint = Text(await StateAsync(host, "dev"), "fingerprint");

        var first = await ApplyAsync(host, "dev", [Wanted("nightly")], fingerprint: fingerprint, id: id);
        var again = await ApplyAsync(host, "dev", [Wanted("nightly")], fingerprint: fingerprint, id: id);

        Assert.Equal((200, 200), (first.Status, again.Status));
        Assert.True(JsonElement.DeepEquals(first.Body, again.Body));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task What_another_project_or_environment_owns_is_refused_and_what_nobody_owns_is_adopted(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        await host.PostAsync("work_pools/", """{"name": "local", "type": "process"}""");
        var flow = Text((await host.PostAsync("flows/", """{"name": "etl"}""")).Body, "id");
        var free = Text((await host.PostAsync("deployments/", $$"""{"name": "nightly", "flow_id": "{{flow}}"}""")).Body, "id");

        Assert.Equal(free, Text((await ApplyAsync(host, "dev", [Wanted("nightly")])).Body.GetProperty("deployments")[0], "id"));
        var refused = await ApplyAsync(host, "prod", [Wanted("nightly")]);

        Assert.Equal(422, refused.Status);
        Assert.Contains("belongs to the project 'shop', environment 'dev'", refused.Body.ToString(), StringComparison.Ordinal);
        Assert.Equal(409, (await ApplyAsync(host, "prod", [], prune: [free])).Status);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Triggers_become_automations_that_the_deployment_owns(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        await host.PostAsync("work_pools/", """{"name": "local", "type": "process"}""");
        const string Automation = """
            {"name": "nightly__automation_1", "trigger": {"type": "event", "posture": "Reactive", "expect": ["shop.closed"], "within": 0},
             "actions": [{"type": "run-deployment", "source": "selected", "parameters": {"a": 1} }]}
            """;
        var wanted = Wanted("nightly");
        wanted["automations"] = new JsonArray(JsonNode.Parse(Automation));

        var made = await ApplyAsync(host, "dev", [wanted]);
        await ApplyAsync(host, "dev", [Wanted("nightly")]); // says nothing of them: they stay
        var id = Text(made.Body.GetProperty("deployments")[0], "id");
        var owned = Assert.Single((await StateAsync(host, "dev")).GetProperty("deployments")[0].GetProperty("automations").EnumerateArray());

        Assert.Equal(id, Text(owned.GetProperty("actions")[0], "deployment_id"));
        Assert.Single((await host.GetAsync($"automations/related-to/prefect.deployment.{id}")).Body.EnumerateArray());
        await ApplyAsync(host, "dev", [], prune: [id]);
        Assert.Equal(0, (await host.PostAsync("automations/count", "{}")).Body.GetInt32());
    }

    private static string Text(JsonElement body, string name) => body.GetProperty(name).GetString()!;

    private static JsonObject Wanted(string name, string fields = "{}")
    {
        var deployment = JsonNode.Parse(fields)!.AsObject();
        deployment["name"] = name;
        deployment["work_pool_name"] ??= "local";
        return new JsonObject { ["flow_name"] = "etl", ["deployment"] = deployment, ["applied"] = new JsonObject { ["mark"] = "x" } };
    }

    private static async Task<JsonElement> StateAsync(TestHost host, string environment) => (await host.PostAsync("projects/shop/state", Query(environment).ToJsonString())).Body;

    private static JsonObject Query(string environment) => new() { ["environment"] = environment, ["names"] = Names() };

    private static JsonArray Names() => ["etl/nightly", "etl/hourly", "etl/good", "etl/lost", "etl/astray"];

    private static async Task<(int Status, JsonElement Body)> ApplyAsync(
        TestHost host, string environment, JsonObject[] wanted, string[]? prune = null, string? fingerprint = null, Guid? id = null)
    {
        var body = Query(environment);
        body["id"] = (id ?? Guid.NewGuid()).ToString();
        body["fingerprint"] = fingerprint ?? Text(await StateAsync(host, environment), "fingerprint");
        body["deployments"] = new JsonArray([.. wanted.Select(one => one.DeepClone())]);
        body["prune"] = new JsonArray([.. (prune ?? []).Select(one => JsonValue.Create(one))]);
        body["record"] = new JsonObject { ["commit"] = "c0ffee" };
        return await host.PostAsync("projects/shop/apply", body.ToJsonString());
    }
}
