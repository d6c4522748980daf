using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol;
using Reeve.Protocol.Runs;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.FlowRuns;

/// <summary><c>/flow_runs/{id}/input</c>: what is said to a run.</summary>
internal sealed class FlowRunInputsApi(Database database, FlowRunInputsStore inputs)
{
    private const int LongestKey = 255;
    private const int MostAtOnce = 1000;
    private static readonly JsonElement Null = WireJson.Parse("null");

    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/flow_runs/{id}/input", CreateAsync).Says("Says something to a flow run under a new key.").Takes<FlowRunInputCreate>().Answers(201, 404, 409);
        api.MapPost("/flow_runs/{id}/input/filter", FilterAsync).Says("Finds a flow run's inputs by the beginning of their keys, the oldest first.")
            .Takes<FlowRunInputFilter>().Answers<List<FlowRunInput>>();
        api.MapGet("/flow_runs/{id}/input/{key}", ReadAsync).Says("Reads the value of an input as it was written.").AnswersText().Answers(404);
        api.MapDelete("/flow_runs/{id}/input/{key}", DeleteAsync).Says("Deletes an input.").Answers(204, 404);
    }

    private async Task CreateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<FlowRunInputCreate>(http.RequestAborted).ConfigureAwait(false);
        if (body.Key.Length is 0 or > LongestKey || !body.Key.All(sign => char.IsAsciiLetterOrDigit(sign) || sign == '-'))
            throw new InvalidRequestException("body.key", $"A key has 1 to {LongestKey} letters, digits and dashes");
        try
        {
            var refusal = await database.WriteAsync(session => inputs.CreateAsync(session, http.Id(), body), http.RequestAborted).ConfigureAwait(false);
            await (refusal is not null ? http.ProblemAsync(refusal.Status, refusal.Detail) : http.AnswerAsync(Null, StatusCodes.Status201Created)).ConfigureAwait(false);
        }
        catch (StorageException fault) when (fault.IsForeignKeyViolation)
        {
            await http.NotFoundAsync("Flow run not found").ConfigureAwait(false);
        }
    }

    private async Task FilterAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<FlowRunInputFilter>(http.RequestAborted).ConfigureAwait(false);
        if (body.Limit is < 0 or > MostAtOnce)
            throw new InvalidRequestException([new Fault(["body", "limit"], string.Create(CultureInfo.InvariantCulture, $"Input should be between 0 and {MostAtOnce}"), "value_error")]);
        await http.AnswerAsync(await database.ReadAsync(session => inputs.FilterAsync(session, http.Id(), body), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    // the value is a text; that it often is JSON is between those who write and read it
    private async Task ReadAsync(HttpContext http)
    {
        var input = await database.ReadAsync(session => inputs.ReadAsync(session, http.Id(), http.Route("key")), http.RequestAborted).ConfigureAwait(false);
        if (input is null)
        {
            await http.ProblemAsync(FlowRunInputsStore.NotFound.Status, FlowRunInputsStore.NotFound.Detail).ConfigureAwait(false);
            return;
        }
        http.Response.ContentType = "text/plain; charset=utf-8";
        await http.Response.WriteAsync(input.Value, http.RequestAborted).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext http) =>
        await http.DoneAsync(await database.WriteAsync(session => inputs.DeleteAsync(session, http.Id(), http.Route("key")), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
}
