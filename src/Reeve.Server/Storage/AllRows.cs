namespace Reeve.Server.Storage;

/// <summary>Empties every table but those that say what the database itself is.</summary>
internal static class AllRows
{
    // which migrations ran, which key seals the blocks, and the followers' places, which are the beginning again
    private const string Followers = "event_follower";
    private static readonly string[] Kept = ["schema_version", "configuration", Followers];

    internal static async ValueTask DeleteAsync(Session session)
    {
        var tables = await TablesAsync(session).ConfigureAwait(false);
        if (session.Dialect == Dialect.PostgreSql)
            await session.ExecuteAsync($"truncate table {string.Join(", ", tables.Select(Quoted))}").ConfigureAwait(false);
        else
            foreach (var table in await ChildrenFirstAsync(session, tables).ConfigureAwait(false))
                await session.ExecuteAsync($"delete from {Quoted(table)}").ConfigureAwait(false);
        await session.ExecuteAsync($"""update {Followers} set tx = -1, "offset" = 0""").ConfigureAwait(false);
    }

    internal static async ValueTask<List<string>> TablesAsync(Session session)
    {
        var all = session.Dialect == Dialect.PostgreSql
            ? await session.QueryAsync("select table_name::text from information_schema.tables where table_schema = current_schema() and table_type = 'BASE TABLE' order by 1", static row => row.Text(0)).ConfigureAwait(false)
            : await session.QueryAsync("select name from sqlite_master where type = 'table' and name not like 'sqlite~_%' escape '~' order by name", static row => row.Text(0)).ConfigureAwait(false);
        return [.. all.Except(Kept, StringComparer.Ordinal)];
    }

    // a row goes before the row it refers to
    private static async ValueTask<List<string>> ChildrenFirstAsync(Session session, List<string> tables)
    {
        var references = await session.QueryAsync(
            """select m.name, f."table" from sqlite_master m join pragma_foreign_key_list(m.name) f where m.type = 'table' and m.name <> f."table" """,
            static row => (Child: row.Text(0), Parent: row.Text(1))).ConfigureAwait(false);
        List<string> order = [];
        while (order.Count < tables.Count)
        {
            var free = tables.Except(order, StringComparer.Ordinal).Where(table => references.All(r => r.Parent != table || order.Contains(r.Child, StringComparer.Ordinal))).ToList();
            if (free.Count == 0)
                throw new StorageException("Tables refer to each other in a circle: " + string.Join(", ", tables.Except(order, StringComparer.Ordinal)));
            order.AddRange(free);
        }
        return order;
    }

    private static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
