using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol;
using Reeve.Protocol.Events;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.Events;

/// <summary><c>/events</c> over HTTP.</summary>
internal sealed class EventsApi(Database database, EventsStore events, EventCounts counts)
{
    private const int LargestPage = 50;
    private const int MostInOneWrite = 200;

    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/events", ReceiveAsync).Says("Records events, each id once.").Takes<List<Event>>().Answers(204);
        api.MapPost("/events/filter", FilterAsync).Says("Events that meet a filter, a page at a time, with the address of the next page.").Takes<EventQuery>(required: false).Answers<EventPage>();
        api.MapGet("/events/filter/next", NextAsync).Says("The page that an earlier answer named as its next.").Key<string>("page-token", required: true).Answers<EventPage>().Answers(403);
        api.MapPost("/events/count-by/{countable}", CountAsync).Says("Counts events by day, span of time, name or resource.").Takes<EventCountQuery>().Answers<List<EventCount>>();
    }

    private async Task ReceiveAsync(HttpContext http)
    {
        var received = await http.Request.ReadWireAsync<List<Event>>(http.RequestAborted).ConfigureAwait(false);
        List<Fault> faults = [];
        for (var i = 0; i < received.Count; i++)
            faults.AddRange(EventChecks.Faults(received[i], "body", i.ToString(CultureInfo.InvariantCulture)));
        if (faults.Count > 0)
            throw new InvalidRequestException(faults);
        foreach (var part in received.Chunk(MostInOneWrite))
            await database.WriteAsync(session => events.ReceiveAsync(session, part), http.RequestAborted).ConfigureAwait(false);
        await http.NoContentAsync().ConfigureAwait(false);
    }

    private async Task FilterAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<EventQuery>(http.RequestAborted).ConfigureAwait(false);
        if (body.Limit is < 0 or > LargestPage)
            throw new InvalidRequestException("body.limit", string.Create(CultureInfo.InvariantCulture, $"Input should be between 0 and {LargestPage}"), "less_than_equal");
        await AnswerAsync(http, Checked(body.Filter ?? new()), 0, body.Limit ?? LargestPage).ConfigureAwait(false);
    }

    private async Task NextAsync(HttpContext http)
    {
        if (!http.Request.Query.ContainsKey("page-token"))
            throw new InvalidRequestException("query.page-token", "Field required", "missing");
        if (TokenOf(http.Request.Query["page-token"].ToString()) is { } token)
            await AnswerAsync(http, token.Filter, token.Skip, token.Limit).ConfigureAwait(false);
        else
            await http.ProblemAsync(StatusCodes.Status403Forbidden, "This page token was not made by this server. Use the next_page address of an earlier answer.").ConfigureAwait(false);
    }

    private async Task CountAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<EventCountQuery>(http.RequestAborted).ConfigureAwait(false);
        Checked(body.Filter);
        var countable = http.Route("countable");
        await http.AnswerAsync(await database.ReadAsync(session => counts.CountAsync(session, countable, body), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task AnswerAsync(HttpContext http, EventFilter filter, int skip, int limit)
    {
        var (page, total) = await database.ReadAsync(session => events.FilterAsync(session, filter, skip, limit), http.RequestAborted).ConfigureAwait(false);
        var token = limit > 0 && total - skip > limit ? JsonSerializer.SerializeToUtf8Bytes(new EventPageToken(filter, skip + limit, limit), ServerJson.Default.EventPageToken) : null;
        var next = token is null ? null : UriHelper.BuildAbsolute(http.Request.Scheme, http.Request.Host, http.Request.PathBase, "/api/events/filter/next",
            QueryString.Create("page-token", Convert.ToBase64String(token).Replace('+', '-').Replace('/', '_')));
        await http.AnswerAsync(new EventPage(page, total, next)).ConfigureAwait(false);
    }

    private static EventFilter Checked(EventFilter filter) => filter.Text is not { Query.Length: > 200 }
        ? filter
        : throw new InvalidRequestException("body.filter.text.query", "String should have at most 200 characters", "string_too_long");

    private static EventPageToken? TokenOf(string text)
    {
        try
        {
            var utf8 = Convert.FromBase64String(text.Replace('-', '+').Replace('_', '/'));
            var token = WireRequests.Read<EventPageToken>(WireJson.Parse(Encoding.UTF8.GetString(utf8)));
            return token is { Skip: >= 0, Limit: > 0 and <= LargestPage } ? token with { Filter = Checked(token.Filter) } : null;
        }
        catch (Exception fault) when (fault is FormatException or JsonException or InvalidRequestException)
        {
            return null;
        }
    }
}

/// <summary>The body of <c>POST /events/filter</c>.</summary>
internal sealed record EventQuery(EventFilter? Filter = null, int? Limit = null);

/// <summary>One page of events.</summary>
internal sealed record EventPage(IReadOnlyList<Event> Events, int Total, string? NextPage);

/// <summary>What the address of the next page carries.</summary>
internal sealed record EventPageToken(EventFilter Filter, int Skip, int Limit);
