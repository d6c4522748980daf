using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.Notifications;

public sealed class NotificationPoliciesApiTests
{
    private const string Root = "flow_run_notification_policies/";

    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    private static async Task<string> BlockAsync(TestHost host)
    {
        var type = (await host.GetAsync("block_types/slug/slack-webhook")).Body.GetProperty("id").GetString();
        var schema = (await host.PostAsync("block_schemas/filter", $$$"""{"block_schemas": {"block_type_id": {"any_": ["{{{type}}}"]} } }""")).Body[0].GetProperty("id").GetString();
        var made = await host.PostAsync("block_documents/", $$$"""{"name": "hook", "data": {"url": "https://example.invalid/x"}, "block_schema_id": "{{{schema}}}", "block_type_id": "{{{type}}}"}""");
        return made.Body.GetProperty("id").GetString()!;
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_policy_is_made_found_changed_and_deleted(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var block = await BlockAsync(host);

        var made = await host.PostAsync(Root, $$$"""{"state_names": ["Failed"], "tags": ["prod"], "block_document_id": "{{{block}}}", "message_template": "{flow_run_name} is {flow_run_state_name} {{ok}}"}""");
        var id = made.Body.GetProperty("id").GetString();
        Assert.Equal((201, true), (made.Status, made.Body.GetProperty("is_active").GetBoolean()));
        Assert.Single((await host.PostAsync(Root + "filter", "{}")).Body.EnumerateArray());
        // a filter that says nothing of it asks for those that are off
        Assert.Empty((await host.PostAsync(Root + "filter", """{"flow_run_notification_policy_filter": {}}""")).Body.EnumerateArray());
        Assert.Single((await host.PostAsync(Root + "filter", """{"flow_run_notification_policy_filter": {"is_active": {"eq_": true}}}""")).Body.EnumerateArray());
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, Root + id, """{"is_active": false, "tags": []}""")).Status);
        var read = (await host.GetAsync(Root + id)).Body;
        Assert.Equal((false, 0, "Failed"), (read.GetProperty("is_active").GetBoolean(), read.GetProperty("tags").GetArrayLength(), read.GetProperty("state_names")[0].GetString()));
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, Root + id)).Status);
        Assert.Equal((404, 404, 404), ((await host.GetAsync(Root + id)).Status, (await host.SendAsync(HttpMethod.Delete, Root + id)).Status, (await host.SendAsync(HttpMethod.Patch, Root + id, "{}")).Status));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_policy_goes_with_its_block(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var block = await BlockAsync(host);
        var id = (await host.PostAsync(Root, $$"""{"state_names": [], "tags": [], "block_document_id": "{{block}}"}""")).Body.GetProperty("id").GetString();

        await host.SendAsync(HttpMethod.Delete, $"block_documents/{block}");

        Assert.Equal(404, (await host.GetAsync(Root + id)).Status);
    }

    [Fact]
    public async Task Unknown_places_and_blocks_are_refused()
    {
        await using var host = await TestHost.StartAsync();
        var block = await BlockAsync(host);

        var place = await host.PostAsync(Root, $$"""{"state_names": [], "tags": [], "block_document_id": "{{block}}", "message_template": "{colour}"}""");
        Assert.Equal(422, place.Status);
        Assert.Contains("colour", place.Body.ToString(), StringComparison.Ordinal);
        Assert.Equal(409, (await host.PostAsync(Root, $$"""{"state_names": [], "tags": [], "block_document_id": "{{Guid.NewGuid()}}"}""")).Status);
        Assert.Equal(422, (await host.PostAsync(Root, """{"tags": "x"}""")).Status);
    }
}
