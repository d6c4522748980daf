using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol;
using Reeve.Protocol.Blocks;
using Reeve.Protocol.Filters;
using Reeve.Server.Filters;
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
        api.MapPost("/variables", CreateAsync).Says("Keeps a variable.").Takes<VariableCreate>().Answers<Variable>(201).Answers(409);
        api.MapPost("/variables/filter", FilterAsync).Says("Finds variables.").Takes<Query>(required: false).Answers<List<Variable>>();
        api.MapPost("/variables/count", CountAsync).Says("Counts variables.").Takes<Query>(required: false).Answers<long>();
        foreach (var one in (string[])["/variables/{id}", "/variables/name/{name}"])
        {
            api.MapGet(one, ReadAsync).Says("Reads a variable.").Answers<Variable>().Answers(404);
            api.MapPatch(one, UpdateAsync).Says("Changes a variable.").Takes<VariableUpdate>().Answers(204, 404, 409);
            api.MapDelete(one, DeleteAsync).Says("Deletes a variable.").Answers(204, 404);
        }
    }

    private async Task CreateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<VariableCreate>(http.RequestAborted).ConfigureAwait(false);
        Check(http, body.Name, body.Value ?? Null);
        var outcome = await database.WriteAsync(session => variables.CreateAsync(session, body), http.RequestAborted).ConfigureAwait(false);
        await (outcome.Refusal is { } refusal
            ? http.DoneAsync(refusal)
            : http.AnswerAsync(AsRead(http, outcome.Value!), StatusCodes.Status201Created)).ConfigureAwait(false);
    }

    private async Task ReadAsync(HttpContext http)
    {
        var variable = await database.ReadAsync(session => FindAsync(session, http), http.RequestAborted).ConfigureAwait(false);
        await (variable is null ? http.DoneAsync(VariablesStore.NotFound) : http.AnswerAsync(AsRead(http, variable))).ConfigureAwait(false);
    }

    private async Task FilterAsync(HttpContext http)
    {
        var query = await http.ReadPageAsync().ConfigureAwait(false);
        var found = await database.ReadAsync(session => variables.FilterAsync(session, query), http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(found.ConvertAll(variable => AsRead(http, variable))).ConfigureAwait(false);
    }

    private async Task CountAsync(HttpContext http)
    {
        var query = await http.Request.ReadWireAsync<Query>(http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(await database.ReadAsync(session => variables.CountAsync(session, query), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task UpdateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<VariableUpdate>(http.RequestAborted).ConfigureAwait(false);
        Check(http, body.Name.Value, body.Value is { IsGiven: true, Value: var given } ? given ?? Null : null);
        var refusal = await database.WriteAsync(
            async session => await variables.UpdateAsync(session, await FindAsync(session, http).ConfigureAwait(false), body).ConfigureAwait(false), http.RequestAborted).ConfigureAwait(false);
        await http.DoneAsync(refusal).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var refusal = await database.WriteAsync(
            async session => await variables.DeleteAsync(session, await FindAsync(session, http).ConfigureAwait(false)).ConfigureAwait(false), http.RequestAborted).ConfigureAwait(false);
        await http.DoneAsync(refusal).ConfigureAwait(false);
    }

    private ValueTask<Variable?> FindAsync(Session session, HttpContext http) =>
        http.Request.RouteValues.ContainsKey("id") ? variables.ReadAsync(session, http.Id()) : variables.ReadAsync(session, http.Route("name"));

    // variables of the 2.x line are texts: another value is read there as its JSON
    private static Variable AsRead(HttpContext http, Variable variable) =>
        ClientLine.IsTwo(http.Request) && variable.Value is { ValueKind: not JsonValueKind.String } value
            ? variable with { Value = JsonSerializer.SerializeToElement(value.GetRawText(), WireJson.TypeInfo<string>()) }
            : variable;

    private static void Check(HttpContext http, string? name, JsonElement? value)
    {
        List<Fault> faults = [];
        var isTwo = ClientLine.IsTwo(http.Request);
        // clients look for these words
        if (name is { Length: > LongestName })
            faults.Add(new(["body", "name"], $"Value should have at most {LongestName} characters", "value_error"));
        else if (name is not null && !(isTwo ? AllowedByTwo() : Allowed()).IsMatch(name))
            faults.Add(new(["body", "name"], $"Variable name must only contain lowercase letters, numbers, and {(isTwo ? "underscores" : "dashes or underscores")}.", "value_error"));
        if (isTwo && value is { ValueKind: not JsonValueKind.String })
            faults.Add(new(["body", "value"], "str type expected", "type_error.str"));
        else if (value is { ValueKind: not JsonValueKind.Undefined } given && Length(given, isTwo) > LongestValue)
            faults.Add(new(["body", "value"], $"Variable value must be less than {LongestValue} characters", "value_error"));
        if (faults.Count > 0)
            throw new InvalidRequestException(faults);
    }

    // the 2.x line counts the text, newer ones count its JSON
    private static int Length(JsonElement value, bool isTwo) => isTwo ? value.GetString()!.Length : value.GetRawText().Length;

    private static readonly JsonElement Null = WireJson.Parse("null");

    [GeneratedRegex("^[a-z0-9_-]+$")]
    private static partial Regex Allowed();

    [GeneratedRegex("^[a-z0-9_]+$")]
    private static partial Regex AllowedByTwo();
}
