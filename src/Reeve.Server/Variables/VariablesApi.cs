using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol;
using Reeve.Protocol.Blocks;
using Reeve.Protocol.Filters;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.Variables;

/// <summary><c>/variables</c></summary>
internal sealed partial class VariablesApi(Database database, VariablesStore variables)
{
    private const int LongestName = 255;
    private const int LongestValue = 5000;

    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/variables", CreateAsync);
        api.MapPost("/variables/filter", FilterAsync);
        api.MapPost("/variables/count", CountAsync);
        foreach (var one in (string[])["/variables/{id}", "/variables/name/{name}"])
        {
            api.MapGet(one, ReadAsync);
            api.MapPatch(one, UpdateAsync);
            api.MapDelete(one, DeleteAsync);
        }
    }

    private async Task CreateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<VariableCreate>(http.RequestAborted).ConfigureAwait(false);
        Check(body.Name, body.Value);
        var outcome = await database.WriteAsync(session => variables.CreateAsync(session, body), http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(outcome, StatusCodes.Status201Created).ConfigureAwait(false);
    }

    private async Task ReadAsync(HttpContext http)
    {
        var variable = await database.ReadAsync(session => FindAsync(session, http), http.RequestAborted).ConfigureAwait(false);
        await (variable is null ? http.DoneAsync(VariablesStore.NotFound) : http.AnswerAsync(variable)).ConfigureAwait(false);
    }

    private async Task FilterAsync(HttpContext http)
    {
        var query = await http.Request.ReadWireAsync<Query>(http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(await database.ReadAsync(session => variables.FilterAsync(session, query), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task CountAsync(HttpContext http)
    {
        var query = await http.Request.ReadWireAsync<Query>(http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(await database.ReadAsync(session => variables.CountAsync(session, query), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task UpdateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<VariableUpdate>(http.RequestAborted).ConfigureAwait(false);
        Check(body.Name.Value, body.Value.Value);
        var refusal = await database.WriteAsync(
            async session => await variables.UpdateAsync(session, await FindAsync(session, http).ConfigureAwait(false), body).ConfigureAwait(false), http.RequestAborted).ConfigureAwait(false);
        await http.DoneAsync(refusal).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var refusal = await database.WriteAsync(
            async session => await VariablesStore.DeleteAsync(session, await FindAsync(session, http).ConfigureAwait(false)).ConfigureAwait(false), http.RequestAborted).ConfigureAwait(false);
        await http.DoneAsync(refusal).ConfigureAwait(false);
    }

    private ValueTask<Variable?> FindAsync(Session session, HttpContext http) =>
        http.Request.RouteValues.ContainsKey("id") ? variables.ReadAsync(session, http.Id()) : variables.ReadAsync(session, http.Route("name"));

    private static void Check(string? name, JsonElement? value)
    {
        List<Fault> faults = [];
        if (name is not null && (name.Length > LongestName || !Allowed().IsMatch(name)))
            faults.Add(new(["body", "name"], $"A variable's name has only lower-case letters, digits, '_' and '-', and at most {LongestName} of them", "value_error"));
        if (value is { ValueKind: not JsonValueKind.Undefined } given && given.GetRawText().Length > LongestValue)
            faults.Add(new(["body", "value"], $"A variable's value has at most {LongestValue} characters", "value_error"));
        if (faults.Count > 0)
            throw new InvalidRequestException(faults);
    }

    [GeneratedRegex("^[a-z0-9]+([_-]+[a-z0-9]+)*$")]
    private static partial Regex Allowed();
}
