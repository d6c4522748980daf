using Reeve.Protocol;
using Reeve.Protocol.Filters;
using Reeve.Protocol.SavedSearches;
using Reeve.Server.Filters;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.SavedSearches;

/// <summary>The saved searches' SQL.</summary>
internal sealed class SavedSearchesStore(TimeProvider clock)
{
    internal static readonly Refusal NotFound = Refusal.NotFound("Saved search not found");

    private const string Columns = "s.id, s.created, s.updated, s.name, s.filters";

    /// <summary>Keeps a search under its name; a known name gets the new filters.</summary>
    internal async ValueTask<(SavedSearch Search, bool IsNew)> SaveAsync(Session session, SavedSearchCreate search)
    {
        var now = clock.Now();
        var (id, filters) = (Ids.New(now), SqlValue.Json(search.Filters));
        await session.ExecuteAsync(
            """
            insert into saved_search (id, created, updated, name, filters) values (@id, @now, @now, @name, @filters)
            on conflict (name) do update set updated = excluded.updated, filters = excluded.filters
            """,
            ("id", id), ("now", now), ("name", search.Name), ("filters", filters)).ConfigureAwait(false);
        var saved = (await session.QueryFirstAsync($"select {Columns} from saved_search s where s.name = @name", Read, ("name", search.Name)).ConfigureAwait(false))!;
        return (saved, saved.Id == id);
    }

    internal static ValueTask<SavedSearch?> ReadAsync(Session session, Guid id) =>
        session.QueryFirstAsync($"select {Columns} from saved_search s where s.id = @id", Read, ("id", id));

    internal static ValueTask<List<SavedSearch>> FilterAsync(Session session, Query query) =>
        session.QueryAsync($"select {Columns} from saved_search s order by s.name {Page.Sql(query)}", Read);

    internal static async ValueTask<Refusal?> DeleteAsync(Session session, Guid id) =>
        await session.ExecuteAsync("delete from saved_search where id = @id", ("id", id)).ConfigureAwait(false) == 1 ? null : NotFound;

    private static SavedSearch Read(Row row) => new()
    {
        Id = row.Id(0),
        Created = row.Time(1),
        Updated = row.Time(2),
        Name = row.Text(3),
        Filters = row.Json<IReadOnlyList<SavedSearchFilter>>(4),
    };
}
