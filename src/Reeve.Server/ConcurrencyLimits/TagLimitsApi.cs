using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Protocol.Filters;
using Reeve.Server.Filters;
using Reeve.Server.Hosting;
using Reeve.Server.Orchestration;
using Reeve.Server.Storage;

namespace Reeve.Server.ConcurrencyLimits;

/// <summary><c>/concurrency_limits</c>: limits on task runs by tag, as older clients know them. They are the global limits "tag:…" under another name.</summary>
internal sealed class TagLimitsApi(Database database, ConcurrencyLimitsStore limits, SlotOptions slots, TimeProvider clock)
{
    private const string NotFound = "Concurrency limit not found";

    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/concurrency_limits", CreateAsync).Says("Limits a tag, or changes its limit.").Takes<TagLimitCreate>().Answers<TagLimit>(200, 201);
        api.MapPost("/concurrency_limits/filter", FilterAsync).Says("Lists the limits of tags.").Takes<Query>(required: false).Answers<List<TagLimit>>();
        api.MapGet("/concurrency_limits/tag/{tag}", http => ReadAsync(http, session => limits.ReadAsync(session, Name(http)))).Says("Reads the limit of a tag.").Answers<TagLimit>().Answers(404);
        api.MapGet("/concurrency_limits/{id}", http => ReadAsync(http, session => limits.ReadAsync(session, http.Id()))).Says("Reads a tag's limit by its id.").Answers<TagLimit>().Answers(404);
        api.MapDelete("/concurrency_limits/tag/{tag}", http => DeleteAsync(http, session => limits.ReadAsync(session, Name(http)))).Says("Deletes the limit of a tag.").Answers<JsonElement>().Answers(404);
        api.MapDelete("/concurrency_limits/{id}", http => DeleteAsync(http, session => limits.ReadAsync(session, http.Id()))).Says("Deletes a tag's limit by its id.").Answers<JsonElement>().Answers(404);
        api.MapPost("/concurrency_limits/tag/{tag}/reset", ResetAsync)
            .Says("Frees all slots of a tag, or says who holds them.").Takes<TagLimitReset>(required: false).Answers<JsonElement>().Answers(404);
        api.MapPost("/concurrency_limits/increment", TakeAsync)
            .Says("Takes a slot of each limited tag for a task run. Full limits answer 423 with Retry-After.").Takes<TagSlots>().Answers<List<TakenLimit>>().Answers(423);
        api.MapPost("/concurrency_limits/decrement", GiveBackAsync).Says("Gives back a task run's slots.").Takes<TagSlots>().Answers<List<TakenLimit>>();
    }

    private async Task CreateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<TagLimitCreate>(http.RequestAborted).ConfigureAwait(false);
        LimitChecks.Check(body);
        (TagLimit Limit, bool IsNew) made;
        try
        {
            made = await database.WriteAsync(session => SetAsync(session, body), http.RequestAborted).ConfigureAwait(false);
        }
        catch (StorageException fault) when (fault.IsUniqueViolation)
        {
            // somebody limited the tag at the same time: now it is known
            made = await database.WriteAsync(session => SetAsync(session, body), http.RequestAborted).ConfigureAwait(false);
        }
        await http.AnswerAsync(made.Limit, made.IsNew ? StatusCodes.Status201Created : StatusCodes.Status200OK).ConfigureAwait(false);
    }

    private async ValueTask<(TagLimit Limit, bool IsNew)> SetAsync(Session session, TagLimitCreate body)
    {
        var name = ConcurrencyLimitsStore.TagPrefix + body.Tag;
        var known = await limits.ReadAsync(session, name).ConfigureAwait(false);
        if (known is not null)
            await limits.SaveAsync(session, known with { Limit = body.ConcurrencyLimit }).ConfigureAwait(false);
        else
            await limits.AddAsync(session, new GlobalLimitCreate { Name = name, Limit = body.ConcurrencyLimit }).ConfigureAwait(false);
        return ((await ServedAsync(session, [(await limits.ReadAsync(session, name).ConfigureAwait(false))!]).ConfigureAwait(false))[0], known is null);
    }

    private async Task FilterAsync(HttpContext http)
    {
        var page = await http.ReadPageAsync().ConfigureAwait(false);
        await http.AnswerAsync(await database.ReadAsync(
            async session => await ServedAsync(session, await limits.FilterAsync(session, page, tagsOnly: true).ConfigureAwait(false)).ConfigureAwait(false),
            http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task ReadAsync(HttpContext http, Func<Session, ValueTask<GlobalLimit?>> find)
    {
        var found = await database.ReadAsync(
            async session => await find(session).ConfigureAwait(false) is { } limit && IsTag(limit) ? (await ServedAsync(session, [limit]).ConfigureAwait(false))[0] : null,
            http.RequestAborted).ConfigureAwait(false);
        await (found is null ? http.NotFoundAsync(NotFound) : http.AnswerAsync(found)).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext http, Func<Session, ValueTask<GlobalLimit?>> find)
    {
        var found = await database.WriteAsync(
            async session => await find(session).ConfigureAwait(false) is { } limit && IsTag(limit) && await limits.DeleteAsync(session, limit.Id).ConfigureAwait(false),
            http.RequestAborted).ConfigureAwait(false);
        await (found ? http.AnswerAsync<JsonElement?>(null) : http.NotFoundAsync(NotFound)).ConfigureAwait(false);
    }

    private async Task ResetAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<TagLimitReset>(http.RequestAborted).ConfigureAwait(false);
        var found = await database.WriteAsync(
            async session =>
            {
                var now = clock.Now();
                if (await ConcurrencySlots.LockAsync(session, [Name(http)], now).ConfigureAwait(false) is not [var limit])
                    return false;
                await ConcurrencySlots.SetUsedAsync(session, limit, 0, now).ConfigureAwait(false);
                foreach (var taskRun in (body.SlotOverride ?? []).Distinct())
                    await ConcurrencySlots.TakeAsync(session, [limit], 1, TaskRunSlots.Holder(taskRun), null, now).ConfigureAwait(false);
                return true;
            },
            http.RequestAborted).ConfigureAwait(false);
        await (found ? http.AnswerAsync<JsonElement?>(null) : http.NotFoundAsync(NotFound)).ConfigureAwait(false);
    }

    private async Task TakeAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<TagSlots>(http.RequestAborted).ConfigureAwait(false);
        var (found, full) = await database.WriteAsync<(List<TagSlot> Found, TagSlot? Full)>(
            async session =>
            {
                var now = clock.Now();
                var tagged = await TaskRunSlots.LockAsync(session, body.Names, body.TaskRunId, now).ConfigureAwait(false);
                if (tagged.Find(slot => slot.IsFull) is { } blocked)
                    return (tagged, blocked);
                await TaskRunSlots.TakeAsync(session, tagged, body.TaskRunId, now).ConfigureAwait(false);
                return (tagged, null);
            },
            http.RequestAborted).ConfigureAwait(false);
        await (full switch
        {
            null => http.AnswerAsync(found.ConvertAll(slot => new TakenLimit(slot.Limit.Id, slot.Tag, slot.Limit.Limit))),
            { Limit.Limit: 0 } => SlotsApi.LockedAsync(http, TaskRunSlots.Deadlock(full.Tag), null),
            _ => SlotsApi.LockedAsync(http, $"Concurrency limit for the {full.Tag} tag has been reached", slots.TagWait.TotalSeconds),
        }).ConfigureAwait(false);
    }

    private async Task GiveBackAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<TagSlots>(http.RequestAborted).ConfigureAwait(false);
        var found = await database.WriteAsync(
            async session =>
            {
                var now = clock.Now();
                var tagged = await TaskRunSlots.LockAsync(session, body.Names, body.TaskRunId, now).ConfigureAwait(false);
                foreach (var lease in tagged.SelectMany(slot => slot.Leases).Distinct())
                    await ConcurrencySlots.ReleaseAsync(session, lease, now).ConfigureAwait(false);
                return tagged;
            },
            http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(found.ConvertAll(slot => new TakenLimit(slot.Limit.Id, slot.Tag, slot.Limit.Limit))).ConfigureAwait(false);
    }

    private async ValueTask<List<TagLimit>> ServedAsync(Session session, List<GlobalLimit> found)
    {
        var holders = await limits.TaskRunsAsync(session, found.ConvertAll(limit => limit.Id)).ConfigureAwait(false);
        return found.ConvertAll(limit => new TagLimit
        {
            Id = limit.Id,
            Created = limit.Created,
            Updated = limit.Updated,
            Tag = limit.Name[ConcurrencyLimitsStore.TagPrefix.Length..],
            ConcurrencyLimit = limit.Limit,
            ActiveSlots = [.. holders[limit.Id]],
        });
    }

    private static string Name(HttpContext http) => ConcurrencyLimitsStore.TagPrefix + http.Route("tag");

    private static bool IsTag(GlobalLimit limit) => limit.Name.StartsWith(ConcurrencyLimitsStore.TagPrefix, StringComparison.Ordinal);
}
