using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.Hosting;

public sealed class AdminTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task Clear_leaves_a_server_as_after_its_first_start(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var types = (await host.PostAsync("block_types/filter", "{}")).Body.GetArrayLength();
        var flow = (await host.PostAsync("flows/", new { name = "f" })).Body.Text("id");
        await host.PostAsync("flow_runs/", $$$"""{"flow_id":"{{{flow}}}","state":{"type":"RUNNING"} }""");
        await host.SendAsync(HttpMethod.Delete, "work_pools/default-agent-pool");

        Assert.Equal(204, (await host.PostAsync("admin/database/clear", new { confirm = true })).Status);

        Assert.Equal(("0", "0"), ((await host.PostAsync("flows/count", "{}")).Body.GetRawText(), (await host.PostAsync("flow_runs/count", "{}")).Body.GetRawText()));
        Assert.Equal(types, (await host.PostAsync("block_types/filter", "{}")).Body.GetArrayLength());
        Assert.Equal(200, (await host.GetAsync("work_pools/default-agent-pool")).Status);
        Assert.Equal(201, (await host.PostAsync("flows/", new { name = "f" })).Status);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Drop_leaves_nothing_and_create_brings_back_what_is_built_in(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);

        Assert.Equal(204, (await host.PostAsync("admin/database/drop", new { confirm = true })).Status);
        Assert.Equal(0, (await host.PostAsync("block_types/filter", "{}")).Body.GetArrayLength());
        Assert.Equal(204, (await host.PostAsync("admin/database/create", new { confirm = true })).Status);

        Assert.InRange((await host.PostAsync("block_types/filter", "{}")).Body.GetArrayLength(), 5, 1000);
    }

    [Theory]
    [InlineData("clear")]
    [InlineData("drop")]
    [InlineData("create")]
    public async Task Nothing_happens_to_the_database_unless_it_is_confirmed(string what)
    {
        await using var host = await TestHost.StartAsync();
        await host.PostAsync("flows/", new { name = "f" });

        Assert.Equal(400, (await host.PostAsync("admin/database/" + what, "{}")).Status);
        Assert.Equal(400, (await host.PostAsync("admin/database/" + what, new { confirm = false })).Status);

        Assert.Equal("1", (await host.PostAsync("flows/count", "{}")).Body.GetRawText());
    }

    [Fact]
    public async Task The_settings_hold_no_secret()
    {
        await using var host = await TestHost.StartAsync(change: options => options with { ApiAuthentication = "admin:hunter2" });
        var basic = "Basic " + Convert.ToBase64String("admin:hunter2"u8);

        var (status, settings) = await host.SendAsync(HttpMethod.Get, "admin/settings", null, ("Authorization", basic));

        Assert.Equal(200, status);
        Assert.Equal("**********", settings.GetProperty("server").GetProperty("api").Text("auth_string"));
        Assert.DoesNotContain("hunter2", settings.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_settings_are_in_the_words_of_clients()
    {
        await using var host = await TestHost.StartAsync(change: options => options with { LogLevel = Microsoft.Extensions.Logging.LogLevel.Information, CsrfTokenLife = TimeSpan.FromMinutes(90) });

        var server = (await host.GetAsync("admin/settings")).Body.GetProperty("server");

        Assert.Equal(("INFO", "PT1H30M"), (server.Text("logging_level"), server.GetProperty("api").Text("csrf_token_expiration")));
    }

    [Fact]
    public async Task Results_are_stored_only_by_a_block_that_can_store()
    {
        await using var host = await TestHost.StartAsync();
        var type = (await host.PostAsync("block_types/", new { name = "Store", slug = "store" })).Body.Text("id");
        var plain = await DocumentAsync(host, type, "plain");
        var store = await DocumentAsync(host, type, "store", "read-path", "write-path");

        Assert.Equal(404, await StoreAsync(host, Guid.NewGuid().ToString()));
        Assert.Equal(422, await StoreAsync(host, plain));
        Assert.Equal(200, await StoreAsync(host, store));
        Assert.Equal(store, (await host.GetAsync("admin/storage")).Body.Text("default_result_storage_block_id"));
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, "admin/storage")).Status);
        Assert.Equal("{\"default_result_storage_block_id\":null}", (await host.GetAsync("admin/storage")).Body.GetRawText());
    }

    private static async Task<int> StoreAsync(TestHost host, string id) => (await host.SendAsync(HttpMethod.Put, "admin/storage", new { default_result_storage_block_id = id })).Status;

    private static async Task<string> DocumentAsync(TestHost host, string type, string name, params string[] capabilities)
    {
        var schema = (await host.PostAsync("block_schemas/", new { fields = new { title = name, type = "object", properties = new { path = new { type = "string" } } }, block_type_id = type, capabilities })).Body.Text("id");
        return (await host.PostAsync("block_documents/", new { name, data = new { path = "/x" }, block_schema_id = schema, block_type_id = type })).Body.Text("id");
    }
}
