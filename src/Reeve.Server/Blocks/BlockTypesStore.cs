using Reeve.Protocol;
using Reeve.Protocol.Blocks;
using Reeve.Protocol.Filters;
using Reeve.Server.Events;
using Reeve.Server.Filters;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.Blocks;

/// <summary>The SQL of the kinds of blocks.</summary>
internal sealed class BlockTypesStore(TimeProvider clock)
{
    internal const int ColumnCount = 10;

    /// <summary>What <see cref="Read"/> reads of the table under the alias <c>t</c>.</summary>
    internal const string Columns = "t.id, t.created, t.updated, t.name, t.slug, t.logo_url, t.documentation_url, t.description, t.code_example, t.is_protected";

    internal static readonly Refusal NotFound = Refusal.NotFound("Block type not found");

    /// <summary>Adds a kind of block. A client of the 3.x line may take the slug of a built-in kind that its line does not have.</summary>
    internal async ValueTask<Outcome<BlockType>> CreateAsync(Session session, BlockTypeCreate type, bool isThree)
    {
        var now = clock.Now();
        var added = await session.ExecuteAsync(
            $"""
            insert into block_type (id, created, updated, name, slug, logo_url, documentation_url, description, code_example)
            values (@id, @now, @now, @name, @slug, @logo, @documentation, @description, @example) on conflict (slug) {(isThree ? TakeOver : "do nothing")}
            """,
            ("id", Ids.New(now)), ("now", now), ("name", type.Name), ("slug", type.Slug), ("logo", type.LogoUrl), ("documentation", type.DocumentationUrl),
            ("description", type.Description), ("example", type.CodeExample)).ConfigureAwait(false);
        if (added == 0)
            return Refusal.Conflict($"Block type with name \"{type.Name}\" already exists");
        var made = (await ReadAsync(session, type.Slug).ConfigureAwait(false))!;
        Tell(session, ObjectEvents.Created, made);
        return made;
    }

    private const string TakeOver = """
        do update set updated = excluded.updated, name = excluded.name, logo_url = excluded.logo_url, documentation_url = excluded.documentation_url,
            description = excluded.description, code_example = excluded.code_example, is_protected = excluded.is_protected, only_for_two = excluded.only_for_two
        where block_type.only_for_two
        """;

    internal static ValueTask<BlockType?> ReadAsync(Session session, Guid id) =>
        session.QueryFirstAsync($"select {Columns} from block_type t where t.id = @id", static row => Read(row, 0), ("id", id));

    internal static ValueTask<BlockType?> ReadAsync(Session session, string slug, bool isThree = false) =>
        session.QueryFirstAsync($"select {Columns} from block_type t where t.slug = @slug {(isThree ? "and not t.only_for_two" : "")}", static row => Read(row, 0), ("slug", slug));

    internal static ValueTask<List<BlockType>> FilterAsync(Session session, Query query, bool isThree)
    {
        var on = new Conditions(session.Dialect);
        var capabilities = Criteria.Of(on, "s.capabilities", query.BlockSchemas?.BlockCapabilities);
        var where = Conditions.Where(
            isThree ? "not t.only_for_two" : null,
            Of(on, query.BlockTypes),
            capabilities is null ? null : $"exists (select 1 from block_schema s where s.block_type_id = t.id and {capabilities})");
        return session.QueryAsync($"select {Columns} from block_type t {where} order by t.name, t.id {Page.Sql(query)}", static row => Read(row, 0), on.Parameters);
    }

    internal static string? Of(Conditions on, BlockTypeFilter? filter) => filter is null ? null : Conditions.Join(
        filter.Operator, Criteria.Of(on, "t.name", filter.Name), Criteria.Of(on, "t.slug", filter.Slug), Criteria.Of(on, "t.id", filter.Id));

    /// <summary>Changes what people see of a type. A protected type's can be changed, too: clients bring newer texts, each time they register, so what is said again is no change.</summary>
    internal async ValueTask<bool> UpdateAsync(Session session, Guid id, BlockTypeTexts texts)
    {
        if (await ReadAsync(session, id).ConfigureAwait(false) is not { } known)
            return false;
        var wanted = known with
        {
            LogoUrl = texts.LogoUrl ?? known.LogoUrl,
            DocumentationUrl = texts.DocumentationUrl ?? known.DocumentationUrl,
            Description = texts.Description ?? known.Description,
            CodeExample = texts.CodeExample ?? known.CodeExample,
        };
        if (wanted == known)
            return true;
        await session.ExecuteAsync(
            "update block_type set updated = @now, logo_url = @logo, documentation_url = @documentation, description = @description, code_example = @example where id = @id",
            ("now", clock.Now()), ("logo", wanted.LogoUrl), ("documentation", wanted.DocumentationUrl), ("description", wanted.Description), ("example", wanted.CodeExample),
            ("id", id)).ConfigureAwait(false);
        Tell(session, ObjectEvents.Updated, wanted);
        return true;
    }

    internal async ValueTask<Refusal?> DeleteAsync(Session session, Guid id)
    {
        if (await ReadAsync(session, id).ConfigureAwait(false) is not { } type)
            return NotFound;
        if (type.IsProtected)
            return Refusal.Forbidden("protected block types cannot be deleted.");
        await session.ExecuteAsync("delete from block_type where id = @id", ("id", id)).ConfigureAwait(false);
        Tell(session, ObjectEvents.Deleted, type);
        return null;
    }

    private void Tell(Session session, string action, BlockType type) => ObjectEvents.Tell(session, clock.Now(), new("block-type", action, type.Id, type.Name)
    {
        Payload = new()
        {
            ["name"] = type.Name,
            ["slug"] = type.Slug,
            ["logo_url"] = type.LogoUrl,
            ["documentation_url"] = type.DocumentationUrl,
            ["description"] = type.Description,
            ["code_example"] = type.CodeExample,
            ["is_protected"] = type.IsProtected,
        },
    });

    internal static BlockType Read(Row row, int at) => new()
    {
        Id = row.Id(at),
        Created = row.Time(at + 1),
        Updated = row.Time(at + 2),
        Name = row.Text(at + 3),
        Slug = row.Text(at + 4),
        LogoUrl = row.TextOrNull(at + 5),
        DocumentationUrl = row.TextOrNull(at + 6),
        Description = row.TextOrNull(at + 7),
        CodeExample = row.TextOrNull(at + 8),
        IsProtected = row.Flag(at + 9),
    };
}

/// <summary>The body of <c>PATCH /block_types/{id}</c>.</summary>
internal sealed record BlockTypeTexts(string? LogoUrl, string? DocumentationUrl, string? Description, string? CodeExample);
