using System.Text.Json;

namespace Reeve.Server.Tests.Blocks;

/// <summary>
/// The kinds of blocks of a fresh 2.20 server, held against what was read off one, where those readings are: a folder with server-block-types.json, server-block-schemas.json and
/// collection_blocks_data.json, named by REEVE_BLOCK_REFERENCE or lying in shared/reference beside the repository. Without it the tests are skipped.
/// </summary>
public sealed class BuiltInBlocksFactsTests
{
    private static JsonElement Read(string name)
    {
        var folder = Environment.GetEnvironmentVariable("REEVE_BLOCK_REFERENCE") ?? Path.Combine(Repository(), "..", "shared", "reference");
        Assert.SkipWhen(!File.Exists(Path.Combine(folder, name)), "neither REEVE_BLOCK_REFERENCE nor ../shared/reference is a folder with the readings of a 2.20 server");
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, name)));
        return document.RootElement.Clone();
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Reeve.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? "";
    }

    [Fact]
    public async Task Each_kind_and_schema_of_a_2_20_server_is_there_with_its_fields()
    {
        var (types, schemas) = (Read("server-block-types.json"), Read("server-block-schemas.json"));
        await using var host = await TestHost.StartAsync();

        var ours = (await host.PostAsync("block_types/filter", "{}")).Body.EnumerateArray().ToDictionary(type => Text(type, "slug"));
        Assert.Empty(types.EnumerateArray().Select(type => Text(type, "slug")).Except(ours.Keys));
        Assert.All(types.EnumerateArray(), type => Assert.Equal((Text(type, "name"), type.GetProperty("is_protected").GetBoolean()), (Text(ours[Text(type, "slug")], "name"), ours[Text(type, "slug")].GetProperty("is_protected").GetBoolean())));
        foreach (var schema in schemas.EnumerateArray())
        {
            var (status, found) = await host.GetAsync($"block_schemas/checksum/{Text(schema, "checksum")}");
            var slug = Text(schema.GetProperty("block_type"), "slug");
            Assert.True(status == 200, $"{slug}: {Text(schema, "checksum")} is not known");
            Assert.Equal(slug, Text(found.GetProperty("block_type"), "slug"));
            Assert.Equal(Texts(schema, "capabilities"), Texts(found, "capabilities"));
            var (wanted, got) = (schema.GetProperty("fields"), found.GetProperty("fields"));
            foreach (var list in (string[])["required", "secret_fields"])
                Assert.Equal(Texts(wanted, list), Texts(got, list));
            Assert.Equal(References(wanted), References(got));
            Assert.Equal(Fields(wanted), Fields(got));
        }
    }

    [Fact]
    public void Each_kind_of_a_collection_belongs_to_its_package()
    {
        var collections = Read("collection_blocks_data.json").GetProperty("collections");
        var ours = Server.Blocks.BuiltInBlocks.OfCollections();

        foreach (var collection in collections.EnumerateObject())
            foreach (var type in collection.Value.GetProperty("block_types").EnumerateObject())
                Assert.True(ours[collection.Name]?["block_types"]?[type.Name] is not null, $"{collection.Name}: {type.Name}");
    }

    // Name, type, format, choices and default of each field; the texts about them are our own.
    private static IEnumerable<string> Fields(JsonElement fields) => fields.GetProperty("properties").EnumerateObject().Select(field =>
        $"{field.Name} {Part(field.Value, "type")} {Part(field.Value, "format")} {Part(field.Value, "enum")} {Part(field.Value, "default")}");

    private static string Part(JsonElement value, string name) => value.TryGetProperty(name, out var part) ? part.GetRawText().Replace(" ", "", StringComparison.Ordinal).ReplaceLineEndings("") : "-";

    private static string References(JsonElement fields) => Part(fields, "block_schema_references");

    private static string Text(JsonElement value, string name) => value.GetProperty(name).GetString()!;

    private static IEnumerable<string?> Texts(JsonElement value, string name) => value.TryGetProperty(name, out var list) ? list.EnumerateArray().Select(each => each.GetString()).Order(StringComparer.Ordinal) : [];
}
