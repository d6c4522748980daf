using System.ComponentModel;

namespace Reeve.Tests.Blocks;

public sealed class BlockKindTests
{
    [Fact]
    public void Schema_has_types_titles_defaults_secrets_definitions_and_references()
    {
        var fields = BlockKind.Of(typeof(Warehouse)).Fields(type => $"sha256:{type.Name}");

        Assert.Equal(
            """
            {"title":"Warehouse","type":"object","description":"Where goods are","properties":{"host":{"type":"string","title":"Host","description":"Its name"},"tags":{"type":"array","items":{"type":"string"},"title":"Tags"},"area":{"$ref":"#/definitions/Area"},"key":{"$ref":"#/definitions/AccessKey"},"max_rows":{"type":"integer","title":"Max Rows","default":100},"mode":{"enum":["Fast","Safe"],"type":"string","title":"Mode","default":"Safe"},"token":{"anyOf":[{"type":"string","writeOnly":true,"format":"password"},{"type":"null"}],"title":"Token"}},"required":["host","tags","area","key"],"block_type_slug":"warehouse","secret_fields":["token","key.value"],"block_schema_references":{"key":{"block_type_slug":"access-key","block_schema_checksum":"sha256:AccessKey"}},"definitions":{"Area":{"title":"Area","type":"object","properties":{"width":{"type":"number","title":"Width"}},"required":["width"]},"AccessKey":{"title":"AccessKey","type":"object","properties":{"value":{"type":"string","writeOnly":true,"format":"password","title":"Value"}},"required":["value"],"block_type_slug":"access-key","secret_fields":["value"],"block_schema_references":{}}}}
            """,
            fields.ToJsonString());
    }

    [Fact]
    public void Data_of_a_block_that_is_kept_is_a_reference_and_of_others_stands_inside()
    {
        var (kept, other) = (new AccessKey("geheim"), new AccessKey("offen"));
        var id = Guid.Parse("11111111-2222-3333-4444-555555555555");
        BlockIdentity.Set(kept, id);

        Assert.Equal($$"""{"block_document_id":"{{id}}"}""", BlockKind.Of(typeof(Warehouse)).Write(Made(kept))["key"]!["$ref"]!.ToJsonString());
        Assert.Equal("""{"value":"offen"}""", BlockKind.Of(typeof(Warehouse)).Write(Made(other))["key"]!.ToJsonString());
        Assert.False(BlockKind.Of(typeof(Warehouse)).Write(Made(other)).ContainsKey("token"));
    }

    [Fact]
    public void Kind_that_is_none_or_misnamed_or_holds_blocks_in_a_list_is_told_so()
    {
        Assert.Equal("String is no block type. Mark it [Block(\"a-name-of-its-kind\")].", Assert.Throws<InvalidOperationException>(() => BlockKind.Of(typeof(string))).Message);
        Assert.Contains("lower-case letters, digits and dashes", Assert.Throws<InvalidOperationException>(() => BlockKind.Of(typeof(Misnamed))).Message, StringComparison.Ordinal);
        Assert.Contains("holds a AccessKey in 'keys'", Assert.Throws<InvalidOperationException>(() => BlockKind.Of(typeof(Ring)).Fields(_ => "")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Name_for_people_is_the_types_in_words() => Assert.Equal("Access Key", BlockKind.Of(typeof(AccessKey)).Name);

    private static Warehouse Made(AccessKey key) => new("h", ["a"], new Area(1.5), key);

    private enum Mode
    {
        Fast,
        Safe,
    }

    [Block("access-key")]
    private sealed record AccessKey(Secret<string> Value);

    private sealed record Area(double Width);

    [Block("warehouse")]
    [Description("Where goods are")]
    private sealed record Warehouse(
        [property: Description("Its name")] string Host, IReadOnlyList<string> Tags, Area Area, AccessKey Key, int MaxRows = 100, Mode Mode = Mode.Safe, Secret<string>? Token = null);

    [Block("Wrong Name")]
    private sealed record Misnamed(string Value);

    [Block("ring")]
    private sealed record Ring(IReadOnlyList<AccessKey> Keys);
}
