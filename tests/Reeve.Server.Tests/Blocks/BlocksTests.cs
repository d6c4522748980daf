using System.Text;
using System.Text.Json;
using Reeve.Protocol;
using Reeve.Server.Blocks;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.Blocks;

public sealed class BlocksTests
{
    private const string Secret = "correct-horse-battery-staple";

    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    private static string? Text(JsonElement body, string name) => body.GetProperty(name).GetString();

    private static async Task<(string Type, string Schema)> KindAsync(TestHost host, string slug)
    {
        var type = Text((await host.GetAsync($"block_types/slug/{slug}")).Body, "id")!;
        var schemas = await host.PostAsync("block_schemas/filter", $$"""{"block_schemas": {"block_type_id": {"any_": ["{{type}}"]} } }""");
        return (type, Text(schemas.Body[0], "id")!);
    }

    private static async Task<(int Status, JsonElement Body)> SaveAsync(TestHost host, string slug, string name, string data)
    {
        var (type, schema) = await KindAsync(host, slug);
        return await host.PostAsync("block_documents/", $$"""{"name": "{{name}}", "data": {{data}}, "block_schema_id": "{{schema}}", "block_type_id": "{{type}}"}""");
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_secret_is_hidden_unless_asked_for(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);

        var made = await SaveAsync(host, "secret", "bitcred", $$"""{"value": "{{Secret}}"}""");
        var path = $"block_documents/{Text(made.Body, "id")}";

        Assert.Equal((201, "********"), (made.Status, Text(made.Body.GetProperty("data"), "value")));
        Assert.Equal("********", Text((await host.GetAsync(path)).Body.GetProperty("data"), "value"));
        Assert.Equal(Secret, Text((await host.GetAsync(path + "?include_secrets=true")).Body.GetProperty("data"), "value"));
        Assert.Equal(422, (await host.GetAsync(path + "?include_secrets=perhaps")).Status);
        Assert.Equal(Secret, Text((await host.GetAsync("block_types/slug/secret/block_documents/name/bitcred?include_secrets=true")).Body.GetProperty("data"), "value"));
        Assert.Equal("********", Text((await host.PostAsync("block_documents/filter", "{}")).Body[0].GetProperty("data"), "value"));
        Assert.Equal(Secret, Text((await host.PostAsync("block_documents/filter", """{"include_secrets": true}""")).Body[0].GetProperty("data"), "value"));
        Assert.Equal("********", Text((await host.GetAsync("block_types/slug/secret/block_documents")).Body[0].GetProperty("data"), "value"));
        // what was read hidden and comes back so stays what it was
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, path, """{"data": {"value": "********"}}""")).Status);
        Assert.Equal(Secret, Text((await host.GetAsync(path + "?include_secrets=true")).Body.GetProperty("data"), "value"));
    }

    [Fact]
    public async Task The_secret_stands_in_clear_in_no_file_of_the_database()
    {
        var folder = Directory.CreateTempSubdirectory("reeve-test-").FullName;
        try
        {
            await using (var host = await TestHost.StartAsync(change: options => options with { Database = Path.Combine(folder, "own.db"), EncryptionKeyFile = Path.Combine(folder, "encryption.key") }))
            {
                await SaveAsync(host, "secret", "bitcred", $$"""{"value": "{{Secret}}"}""");
                await SaveAsync(host, "string", "open", """{"value": "open-sesame-open"}""");
                await host.SendAsync(HttpMethod.Patch, "block_documents/" + Text((await host.GetAsync("block_types/slug/secret/block_documents/name/bitcred")).Body, "id"), $$"""{"data": {"value": "{{Secret}}2"} }""");
                AssertAbsent();
            }
            AssertAbsent();
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "encryption.key")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        void AssertAbsent()
        {
            var files = Directory.GetFiles(folder, "own.db*");
            Assert.NotEmpty(files);
            // names of blocks are stored in clear: so the files are really searched
            Assert.Contains(files, file => Holds(file, "bitcred"));
            Assert.DoesNotContain(files, file => Holds(file, Secret));
            Assert.DoesNotContain(files, file => Holds(file, "open-sesame-open"));
        }

        static bool Holds(string file, string text)
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            return copy.ToArray().AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;
        }
    }

    [Fact]
    public async Task Another_key_or_none_is_told_at_the_start()
    {
        var folder = Directory.CreateTempSubdirectory("reeve-test-").FullName;
        try
        {
            var options = new ServerOptions { Home = folder, Port = 0, Logging = _ => { } };
            await using (var first = ServerHost.Build(options))
                await first.StartAsync(TestHost.Cancellation);
            var key = Path.Combine(folder, "encryption.key");
            var right = await File.ReadAllTextAsync(key, TestHost.Cancellation);

            File.Delete(key);
            Assert.Contains("missing", await FaultAsync(options), StringComparison.Ordinal);
            await File.WriteAllTextAsync(key, Convert.ToBase64String(new byte[32]), TestHost.Cancellation);
            Assert.Contains("not the one", await FaultAsync(options), StringComparison.Ordinal);
            await File.WriteAllTextAsync(key, "no key", TestHost.Cancellation);
            Assert.Contains("32 bytes", await FaultAsync(options), StringComparison.Ordinal);
            await File.WriteAllTextAsync(key, right, TestHost.Cancellation);
            await using var again = ServerHost.Build(options);
            await again.StartAsync(TestHost.Cancellation);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        static async Task<string> FaultAsync(ServerOptions options)
        {
            await using var server = ServerHost.Build(options);
            return (await Assert.ThrowsAsync<ServerStartException>(() => server.StartAsync(TestHost.Cancellation))).Message;
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Names_are_checked_and_taken_once(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);

        Assert.Equal(422, (await SaveAsync(host, "secret", "Bit Cred", $$"""{"value": "{{Secret}}"}""")).Status);
        var refused = await SaveAsync(host, "secret", "bit_cred", $$"""{"value": "{{Secret}}"}""");
        Assert.DoesNotContain(Secret, refused.Body.ToString(), StringComparison.Ordinal);
        Assert.Equal(201, (await SaveAsync(host, "secret", "same", """{"value": "a"}""")).Status);
        var twice = await SaveAsync(host, "secret", "same", """{"value": "b"}""");
        Assert.Equal((409, "Block already exists"), (twice.Status, Text(twice.Body, "detail")));
        Assert.Equal(201, (await SaveAsync(host, "string", "same", """{"value": "c"}""")).Status);
        Assert.Equal("Block document not found", Text((await host.GetAsync("block_types/slug/secret/block_documents/name/other")).Body, "detail"));
        Assert.Equal("Block type not found", Text((await host.GetAsync("block_types/slug/other")).Body, "detail"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_block_inside_a_block_is_read_whole_with_its_secrets_hidden(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        await SaveAsync(host, "secret", "inner", $$"""{"value": "{{Secret}}"}""");
        var inner = Text((await host.GetAsync("block_types/slug/secret/block_documents/name/inner")).Body, "id");

        var outer = await SaveAsync(host, "json", "outer", $$$"""{"value": 1, "creds": {"$ref": {"block_document_id": "{{{inner}}}"} } }""");

        Assert.Equal("********", Text(outer.Body.GetProperty("data").GetProperty("creds"), "value"));
        Assert.Equal("inner", Text(outer.Body.GetProperty("block_document_references").GetProperty("creds").GetProperty("block_document"), "name"));
        var path = $"block_documents/{Text(outer.Body, "id")}";
        Assert.Equal(Secret, Text((await host.GetAsync(path + "?include_secrets=true")).Body.GetProperty("data").GetProperty("creds"), "value"));
        // a given field replaces the reference; the others stay
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, path, """{"data": {"creds": {"inline": true}}}""")).Status);
        var read = (await host.GetAsync(path)).Body;
        Assert.Equal((1, true), (read.GetProperty("data").GetProperty("value").GetInt32(), read.GetProperty("data").GetProperty("creds").GetProperty("inline").GetBoolean()));
        Assert.Empty(read.GetProperty("block_document_references").EnumerateObject());
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, path, """{"data": {"other": 2}, "merge_existing_data": false}""")).Status);
        Assert.Equal("other", Assert.Single((await host.GetAsync(path)).Body.GetProperty("data").EnumerateObject()).Name);
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, path)).Status);
        Assert.Equal(404, (await host.SendAsync(HttpMethod.Delete, path)).Status);
        Assert.Equal(409, (await SaveAsync(host, "json", "lost", $$$"""{"a": {"$ref": {"block_document_id": "{{{Guid.NewGuid()}}}"} } }""")).Status);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Built_in_kinds_are_found_by_the_checksums_of_clients_and_cannot_be_deleted(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);

        var secret = (await host.GetAsync("block_types/slug/secret")).Body;
        var text = (await host.GetAsync("block_types/slug/string")).Body;

        Assert.Equal(200, (await host.GetAsync("block_schemas/checksum/sha256:e6b26e0a0240eb112e604608338f863e5ca2f137936e310014bfa2139d0a9b6c?version=2.20.25")).Status);
        Assert.Equal(404, (await host.GetAsync("block_schemas/checksum/sha256:00")).Status);
        Assert.Equal(403, (await host.SendAsync(HttpMethod.Delete, $"block_types/{Text(secret, "id")}")).Status);
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, $"block_types/{Text(text, "id")}")).Status);
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, $"block_types/{Text(secret, "id")}", """{"description": "newer"}""")).Status);
        Assert.Equal("newer", Text((await host.GetAsync("block_types/slug/secret")).Body, "description"));
        Assert.Contains("get-directory", (await host.GetAsync("block_capabilities/")).Body.EnumerateArray().Select(c => c.GetString()));
        Assert.Equal(
            ["Custom Webhook", "Discord Webhook", "Mattermost Webhook", "Microsoft Teams Webhook", "Opsgenie Webhook", "Pager Duty Webhook", "Sendgrid Email", "Slack Webhook", "Twilio SMS"],
            (await host.PostAsync("block_types/filter", """{"block_schemas": {"block_capabilities": {"all_": ["notify"]}}}""")).Body.EnumerateArray().Select(t => Text(t, "name")));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_schema_is_stored_once_under_its_checksum(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var type = Text((await host.PostAsync("block_types/", """{"name": "Demo", "slug": "demo"}""")).Body, "id");
        var body = $$"""{"fields": {"title": "Demo", "type": "object", "properties": {}, "block_type_slug": "demo"}, "block_type_id": "{{type}}"}""";

        var first = await host.PostAsync("block_schemas/", body);
        var second = await host.PostAsync("block_schemas/", body);

        Assert.Equal((201, 200), (first.Status, second.Status));
        Assert.Equal(Text(first.Body, "id"), Text((await host.GetAsync($"block_schemas/checksum/{Text(first.Body, "checksum")}")).Body, "id"));
        Assert.Equal(409, (await host.PostAsync("block_types/", """{"name": "Demo", "slug": "demo"}""")).Status);
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, $"block_schemas/{Text(first.Body, "id")}")).Status);
    }

    [Theory]
    [InlineData(
        """{"block_schema_references": {}, "block_type_slug": "string", "description": "A string.", "properties": {"value": {"title": "Value", "type": "string", "position": 0}}, "required": ["value"], "secret_fields": [], "title": "String", "type": "object"}""",
        "sha256:8bd1eb9ed26737ff83850b3d177b5c38638b9aad501ee0c8c61c8c7634878905")]
    [InlineData(
        """{"title": "é\n\"", "type": "object", "properties": {"a": {"secret_fields": ["x"], "enum": [{"secret_fields": 1.5}, null, true]}}, "definitions": {"B": {"block_type_slug": "b"}, "C": {"type": "string"}}}""",
        "sha256:86f8dae3131c1b65ed3f80d11aabe8e781305ea402e01a68de3fc2f886e4bcc1")]
    public void Checksums_are_those_that_clients_compute(string fields, string checksum) => Assert.Equal(checksum, BlockChecksum.Of(WireJson.Parse(fields)));
}
