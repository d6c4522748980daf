using System.Security.Cryptography;
using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Blocks;
using Reeve.Server.Storage;

namespace Reeve.Server.Blocks;

/// <summary>
/// The kinds of blocks that a server brings along: those of the 2.20 line, and what is known of the 3.8 line. A client looks its kinds up by a checksum over its own
/// schema, which covers every text in it but the names of secret fields. Our schemas have the same fields and our own texts, so their checksums are given beside them as facts.
/// </summary>
internal sealed class BuiltInBlocks(TimeProvider clock)
{
    internal const string InstalledKey = "built_in_blocks";
    private const string Resource = "Reeve.Server.Blocks.built-in.json";

    /// <summary>Installs what is missing. At a start that is done once for each edition of the list: what a user deletes stays away until asked for.</summary>
    internal async ValueTask InstallAsync(Session session, bool onlyOnce)
    {
        var utf8 = Read();
        var edition = JsonSerializer.SerializeToElement(Convert.ToHexStringLower(SHA256.HashData(utf8)), WireJson.TypeInfo<string>());
        var installed = await session.QueryFirstAsync("select value from configuration where key = @key", static row => row.Element(0).GetString(), ("key", InstalledKey)).ConfigureAwait(false);
        if (onlyOnce && installed == edition.GetString())
            return;
        var known = (await session.QueryAsync("select slug, id from block_type", static row => (Slug: row.Text(0), Id: row.Id(1))).ConfigureAwait(false)).ToDictionary(t => t.Slug, t => t.Id);
        var now = clock.Now();
        foreach (var block in JsonSerializer.Deserialize(utf8, WireJson.TypeInfo<JsonElement>()).EnumerateArray())
        {
            var id = known.TryGetValue(block.GetProperty("slug").GetString()!, out var present) ? present : await AddAsync(session, block, now).ConfigureAwait(false);
            foreach (var schema in block.GetProperty("schemas").EnumerateArray())
                await AddAsync(session, id, schema, now).ConfigureAwait(false);
        }
        await session.ExecuteAsync(
            "insert into configuration (key, value) values (@key, @value) on conflict (key) do update set value = excluded.value", ("key", InstalledKey), ("value", edition)).ConfigureAwait(false);
    }

    private static async ValueTask<Guid> AddAsync(Session session, JsonElement block, DateTimeOffset now)
    {
        var (id, type) = (Ids.New(now), block.Deserialize(WireJson.TypeInfo<BlockTypeCreate>())!);
        await session.ExecuteAsync(
            """
            insert into block_type (id, created, updated, name, slug, logo_url, documentation_url, description, code_example, is_protected, only_for_two)
            values (@id, @now, @now, @name, @slug, @logo, @documentation, @description, @example, @protected, @only_for_two)
            """,
            ("id", id), ("now", now), ("name", type.Name), ("slug", type.Slug), ("logo", type.LogoUrl), ("documentation", type.DocumentationUrl), ("description", type.Description),
            ("example", type.CodeExample), ("protected", block.GetProperty("protected").GetBoolean()), ("only_for_two", block.TryGetProperty("only_for_two", out _))).ConfigureAwait(false);
        return id;
    }

    private static async ValueTask AddAsync(Session session, Guid type, JsonElement schema, DateTimeOffset now) => await session.ExecuteAsync(
        """
        insert into block_schema (id, created, updated, checksum, fields, block_type_id, capabilities, version)
        values (@id, @now, @now, @checksum, @fields, @type, @capabilities, @version) on conflict (checksum, version) do nothing
        """,
        ("id", Ids.New(now)), ("now", now), ("checksum", schema.GetProperty("checksum").GetString()), ("fields", schema.GetProperty("fields")), ("type", type),
        ("capabilities", schema.GetProperty("capabilities")), ("version", schema.GetProperty("version").GetString())).ConfigureAwait(false);

    private static byte[] Read()
    {
        using var stream = typeof(BuiltInBlocks).Assembly.GetManifestResourceStream(Resource)!;
        var utf8 = new byte[stream.Length];
        stream.ReadExactly(utf8);
        return utf8;
    }
}
