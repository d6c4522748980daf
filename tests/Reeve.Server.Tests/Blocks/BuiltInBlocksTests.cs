using System.Text.Json;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.Blocks;

public sealed class BuiltInBlocksTests
{
    private const string Three = "prefect/3.8.3 (API 0.8.4)";

    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    private static async Task<List<JsonElement>> TypesAsync(TestHost host, params (string, string)[] headers) =>
        [.. (await host.PostAsync("block_types/filter", "{}", headers)).Body.EnumerateArray()];

    private static async Task<(int Status, JsonElement Body)> AsThreeAsync(TestHost host, HttpMethod method, string path, string? body = null) =>
        await host.SendAsync(method, path, body, ("User-Agent", Three));

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_new_server_has_the_kinds_of_its_line(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);

        var types = await TypesAsync(host, ("User-Agent", "prefect/2.20.25 (API 0.8.4)"));

        Assert.Equal(70, types.Count);
        Assert.Equal(
            ["date-time", "json", "local-file-system", "process", "secret", "webhook"],
            types.Where(t => t.GetProperty("is_protected").GetBoolean()).Select(t => t.GetProperty("slug").GetString()).Order(StringComparer.Ordinal));
        Assert.Equal(55, (await TypesAsync(host, ("User-Agent", Three))).Count);
        Assert.Equal(82, (await host.PostAsync("block_schemas/filter", "{}")).Body.GetArrayLength());
        Assert.Equal(
            ["docker-login", "get-directory", "notify", "put-directory", "read-path", "run-infrastructure", "write-path"],
            (await host.GetAsync("block_capabilities/")).Body.EnumerateArray().Select(c => c.GetString()));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_client_of_the_3_line_may_take_a_name_that_only_the_2_line_has(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var known = (await host.GetAsync("block_types/slug/string")).Body.GetProperty("id").GetString();

        Assert.Equal(404, (await AsThreeAsync(host, HttpMethod.Get, "block_types/slug/string")).Status);
        var made = await AsThreeAsync(host, HttpMethod.Post, "block_types/", """{"name": "String", "slug": "string", "description": "mine"}""");
        Assert.Equal((201, "mine", known), (made.Status, made.Body.GetProperty("description").GetString(), made.Body.GetProperty("id").GetString()));
        Assert.Equal(200, (await AsThreeAsync(host, HttpMethod.Get, "block_types/slug/string")).Status);
        Assert.Equal(409, (await AsThreeAsync(host, HttpMethod.Post, "block_types/", """{"name": "String", "slug": "string"}""")).Status);
        // what both lines have is nobody's to take
        Assert.Equal(409, (await AsThreeAsync(host, HttpMethod.Post, "block_types/", """{"name": "Secret", "slug": "secret"}""")).Status);
        Assert.Equal(409, (await host.PostAsync("block_types/", """{"name": "Process", "slug": "process"}""")).Status);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task What_was_deleted_comes_back_when_asked_for(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var id = (await host.GetAsync("block_types/slug/slack-webhook")).Body.GetProperty("id").GetString();
        var others = (await TypesAsync(host)).Select(t => t.GetProperty("id").GetString()).Where(i => i != id).ToHashSet();

        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, $"block_types/{id}")).Status);
        Assert.Equal(404, (await host.GetAsync("block_types/slug/slack-webhook")).Status);
        Assert.Equal(200, (await host.SendAsync(HttpMethod.Post, "block_types/install_system_block_types")).Status);
        Assert.Equal(200, (await host.SendAsync(HttpMethod.Post, "block_types/install_system_block_types")).Status);

        var type = (await host.GetAsync("block_types/slug/slack-webhook")).Body.GetProperty("id").GetString();
        Assert.Single((await host.PostAsync("block_schemas/filter", $$$"""{"block_schemas": {"block_type_id": {"any_": ["{{{type}}}"]} } }""")).Body.EnumerateArray());
        Assert.Superset(others, (await TypesAsync(host)).Select(t => t.GetProperty("id").GetString()).ToHashSet());
        Assert.Equal(70, (await TypesAsync(host)).Count);
    }

    [Fact]
    public async Task A_deleted_kind_stays_away_over_a_restart()
    {
        var folder = Directory.CreateTempSubdirectory("reeve-test-").FullName;
        try
        {
            Func<ServerOptions, ServerOptions> there = options => options with { Database = Path.Combine(folder, "own.db"), EncryptionKeyFile = Path.Combine(folder, "encryption.key") };
            await using (var first = await TestHost.StartAsync(change: there))
                Assert.Equal(204, (await first.SendAsync(HttpMethod.Delete, "block_types/" + (await first.GetAsync("block_types/slug/smb")).Body.GetProperty("id").GetString())).Status);
            await using var second = await TestHost.StartAsync(change: there);

            Assert.Equal(69, (await TypesAsync(second)).Count);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Secrets_of_built_in_kinds_are_hidden_in_maps_and_nested_blocks(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var webhook = await SaveAsync(host, "webhook", """{"url": "https://example.invalid/token", "method": "POST", "headers": {"Authorization": "Bearer 1", "X": "2"}}""");
        var bucket = await SaveAsync(host, "s3-bucket", """{"bucket_name": "b", "credentials": {"aws_secret_access_key": "s3cr3t", "region_name": "r", "block_type_slug": "aws-credentials"}}""");

        var hook = (await host.GetAsync($"block_documents/{webhook}")).Body.GetProperty("data");
        Assert.Equal(("********", "POST", "********", "********"), (Text(hook, "url"), Text(hook, "method"), Text(hook.GetProperty("headers"), "Authorization"), Text(hook.GetProperty("headers"), "X")));
        var credentials = (await host.GetAsync($"block_documents/{bucket}")).Body.GetProperty("data").GetProperty("credentials");
        Assert.Equal(("********", "r"), (Text(credentials, "aws_secret_access_key"), Text(credentials, "region_name")));
        Assert.Equal("Bearer 1", Text((await host.GetAsync($"block_documents/{webhook}?include_secrets=true")).Body.GetProperty("data").GetProperty("headers"), "Authorization"));

        static string? Text(JsonElement body, string name) => body.GetProperty(name).GetString();
    }

    [Fact]
    public async Task Reserved_and_odd_names_are_refused()
    {
        await using var host = await TestHost.StartAsync();

        Assert.Equal(403, (await host.PostAsync("block_types/", """{"name": "PrefectThing", "slug": "thing"}""")).Status);
        Assert.Equal(422, (await host.PostAsync("block_types/", """{"name": "a/b", "slug": "Thing"}""")).Status);
        var type = (await host.PostAsync("block_types/", """{"name": "Thing", "slug": "thing"}""")).Body.GetProperty("id").GetString();
        const string Fields = """{"title": "Thing", "type": "object", "properties": {}, "block_schema_references": {"a": [{"block_type_slug": "nowhere", "block_schema_checksum": "sha256:00"}]}}""";
        Assert.Equal(409, (await host.PostAsync("block_schemas/", $$"""{"fields": {{Fields}}, "block_type_id": "{{type}}"}""")).Status);
        Assert.Equal(201, (await host.PostAsync("block_schemas/", $$"""{"fields": {{Fields.Replace("nowhere", "secret", StringComparison.Ordinal)}}, "block_type_id": "{{type}}"}""")).Status);
    }

    private static async Task<string> SaveAsync(TestHost host, string slug, string data)
    {
        var type = (await host.GetAsync($"block_types/slug/{slug}")).Body.GetProperty("id").GetString();
        var schema = (await host.PostAsync("block_schemas/filter", $$$"""{"block_schemas": {"block_type_id": {"any_": ["{{{type}}}"]} } }""")).Body[0].GetProperty("id").GetString();
        var made = await host.PostAsync("block_documents/", $$"""{"name": "one", "data": {{data}}, "block_schema_id": "{{schema}}", "block_type_id": "{{type}}"}""");
        Assert.Equal(201, made.Status);
        return made.Body.GetProperty("id").GetString()!;
    }
}
