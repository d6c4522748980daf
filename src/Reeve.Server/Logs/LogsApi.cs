using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Logs;
using Reeve.Server.Filters;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.Logs;

/// <summary><c>/logs</c></summary>
internal sealed class LogsApi(Database database, LogsStore logs)
{
    private const int MostInOneWrite = 500;
    private const int LongestSearch = 200;

    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/logs", CreateAsync).Says("Stores log lines.").Takes<List<LogCreate>>().Answers<JsonElement>(201);
        api.MapPost("/logs/filter", FilterAsync).Says("Log lines that meet a filter, a page at a time.").Takes<Query>(required: false).Answers<List<Log>>();
    }

    private async Task CreateAsync(HttpContext http)
    {
        var lines = await http.Request.ReadWireAsync<List<LogCreate>>(http.RequestAborted).ConfigureAwait(false);
        // long batches give way to others in between
        foreach (var part in lines.Chunk(MostInOneWrite))
            await database.WriteAsync(session => logs.AddAsync(session, part), http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync<string?>(null, StatusCodes.Status201Created).ConfigureAwait(false);
    }

    private async Task FilterAsync(HttpContext http)
    {
        var query = await http.ReadPageAsync().ConfigureAwait(false);
        if (query.Logs?.Text?.Query is { Length: > LongestSearch })
            throw new InvalidRequestException("body.logs.text.query", $"String should have at most {LongestSearch} characters", "string_too_long");
        await http.AnswerAsync(await database.ReadAsync(session => logs.FilterAsync(session, query), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }
}
