using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol.Events;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.Events;

/// <summary><c>/events</c> over HTTP.</summary>
internal sealed class EventsApi(Database database, EventsStore events)
{
    private const int LargestPage = 50;
    private const int MostInOneWrite = 200;

    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/events", ReceiveAsync);
        api.MapPost("/events/filter", FilterAsync);
        api.MapGet("/events/filter/next", NextAsync);
    }

    private async Task ReceiveAsync(HttpContext http)
    {
        var received = await http.Request.ReadWireAsync<List<Event>>(http.RequestAborted).ConfigureAwait(false);
        for (var i = 0; i < received.Count; i++)
            if (!received[i].Resource.ContainsKey(EventMatcher.ResourceId))
                throw new InvalidRequestException($"body.{i}.resource", $"Resources must include the {EventMatcher.ResourceId} label");
        foreach (var part in received.Chunk(MostInOneWrite))
            await database.WriteAsync(session => events.ReceiveAsync(session, part), http.RequestAborted).ConfigureAwait(false);
        await http.NoContentAsync().ConfigureAwait(false);
    }

    private async Task FilterAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<EventQuery>(http.RequestAborted).ConfigureAwait(false);
        await AnswerAsync(http, body.Filter ?? new(), 0, Math.Clamp(body.Limit ?? LargestPage, 0, LargestPage)).ConfigureAwait(false);
    }

    private async Task NextAsync(HttpContext http)
    {
        EventPageToken token;
        try
        {
            var text = Convert.FromBase64String(http.Request.Query["page-token"].ToString().Replace('-', '+').Replace('_', '/'));
            token = JsonSerializer.Deserialize(text, ServerJson.Default.EventPageToken) ?? throw new JsonException("null");
        }
        catch (Exception fault) when (fault is FormatException or JsonException)
        {
            throw new InvalidRequestException("query.page-token", "Use the next_page address of an earlier answer");
        }
        await AnswerAsync(http, token.Filter, token.Skip, Math.Clamp(token.Limit, 1, LargestPage)).ConfigureAwait(false);
    }

    private async Task AnswerAsync(HttpContext http, EventFilter filter, int skip, int limit)
    {
        var (page, total) = await database.ReadAsync(session => events.FilterAsync(session, filter, skip, limit), http.RequestAborted).ConfigureAwait(false);
        var token = skip + limit < total && limit > 0 ? JsonSerializer.Serialize(new EventPageToken(filter, skip + limit, limit), ServerJson.Default.EventPageToken) : null;
        var next = token is null ? null : UriHelper.BuildAbsolute(http.Request.Scheme, http.Request.Host, http.Request.PathBase, "/api/events/filter/next",
            QueryString.Create("page-token", Convert.ToBase64String(Encoding.UTF8.GetBytes(token)).Replace('+', '-').Replace('/', '_')));
        await http.AnswerAsync(new EventPage(page, total, next)).ConfigureAwait(false);
    }
}

/// <summary>The body of <c>POST /events/filter</c>.</summary>
internal sealed record EventQuery(EventFilter? Filter = null, int? Limit = null);

/// <summary>One page of events.</summary>
internal sealed record EventPage(IReadOnlyList<Event> Events, int Total, string? NextPage);

/// <summary>What the address of the next page carries.</summary>
internal sealed record EventPageToken(EventFilter Filter, int Skip, int Limit);
