using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol;
using Reeve.Protocol.Automations;
using Reeve.Protocol.Filters;
using Reeve.Server.Filters;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.Automations;

/// <summary><c>/automations</c></summary>
internal sealed class AutomationsApi(Database database, AutomationsStore automations)
{
    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/automations", CreateAsync).Says("Keeps an automation. Its triggers get ids of the server.").Takes<AutomationCreate>().Answers<Automation>(201);
        api.MapPost("/automations/filter", FilterAsync).Says("Finds automations.").Takes<Query>(required: false).Answers<List<Automation>>();
        api.MapPost("/automations/count", CountAsync).Says("Counts automations.").Answers<long>();
        api.MapGet("/automations/related-to/{resource_id}", RelatedToAsync).Says("Lists the automations that belong to a resource or act on it.").Answers<List<Automation>>();
        api.MapDelete("/automations/owned-by/{resource_id}", DeleteOwnedByAsync).Says("Deletes the automations that belong to a resource.").Answers(202);
        api.MapGet("/automations/{id}", ReadAsync).Says("Reads an automation.").Answers<Automation>().Answers(404);
        api.MapPut("/automations/{id}", UpdateAsync).Says("Replaces an automation.").Takes<AutomationUpdate>().Answers(204, 404);
        api.MapPatch("/automations/{id}", PatchAsync).Says("Turns an automation on or off.").Takes<AutomationPartialUpdate>().Answers(204, 404);
        api.MapDelete("/automations/{id}", DeleteAsync).Says("Deletes an automation.").Answers(204, 404);
    }

    private async Task CreateAsync(HttpContext http)
    {
        var body = await ReadAsync<AutomationCreate>(http).ConfigureAwait(false);
        var made = await database.WriteAsync(session => automations.CreateAsync(session, body), http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(made, StatusCodes.Status201Created).ConfigureAwait(false);
    }

    private async Task UpdateAsync(HttpContext http)
    {
        var id = http.Id();
        var body = await ReadAsync<AutomationUpdate>(http).ConfigureAwait(false);
        var found = await database.WriteAsync(session => automations.UpdateAsync(session, id, body), http.RequestAborted).ConfigureAwait(false);
        await http.DoneAsync(found ? null : AutomationsStore.NotFound).ConfigureAwait(false);
    }

    private async Task PatchAsync(HttpContext http)
    {
        var id = http.Id();
        var raw = await http.Request.ReadWireAsync<JsonElement>(http.RequestAborted).ConfigureAwait(false);
        RefuseId(http, raw);
        var body = WireRequests.Read<AutomationPartialUpdate>(raw);
        var refusal = await database.WriteAsync(
            async session =>
            {
                if (await AutomationsStore.ReadAsync(session, id).ConfigureAwait(false) is not { } known)
                    return AutomationsStore.NotFound;
                // one that was kept while it was off may be a loop
                if (body.Enabled && AutomationCheck.Loop(known.Trigger, known.Actions) is { } loop)
                    throw new InvalidRequestException([new Fault([], loop, "value_error")]);
                await automations.EnableAsync(session, id, body.Enabled).ConfigureAwait(false);
                return null;
            },
            http.RequestAborted).ConfigureAwait(false);
        await http.DoneAsync(refusal).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var id = http.Id();
        await http.DoneAsync(await database.WriteAsync(session => automations.DeleteAsync(session, id), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task ReadAsync(HttpContext http)
    {
        var id = http.Id();
        var automation = await database.ReadAsync(session => AutomationsStore.ReadAsync(session, id), http.RequestAborted).ConfigureAwait(false);
        await (automation is null ? http.DoneAsync(AutomationsStore.NotFound) : http.AnswerAsync(automation)).ConfigureAwait(false);
    }

    private async Task FilterAsync(HttpContext http)
    {
        var query = await http.ReadPageAsync().ConfigureAwait(false);
        await http.AnswerAsync(await database.ReadAsync(session => AutomationsStore.FilterAsync(session, query), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task CountAsync(HttpContext http)
    {
        var query = await http.Request.ReadWireAsync<Query>(http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(await database.ReadAsync(session => AutomationsStore.CountAsync(session, query), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task RelatedToAsync(HttpContext http)
    {
        var resource = http.Route("resource_id");
        await http.AnswerAsync(await database.ReadAsync(session => AutomationsStore.RelatedToAsync(session, resource), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task DeleteOwnedByAsync(HttpContext http)
    {
        var resource = http.Route("resource_id");
        await database.WriteAsync(session => automations.DeleteOwnedByAsync(session, resource), http.RequestAborted).ConfigureAwait(false);
        http.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private static async Task<T> ReadAsync<T>(HttpContext http)
        where T : AutomationUpdate
    {
        var raw = await http.Request.ReadWireAsync<JsonElement>(http.RequestAborted).ConfigureAwait(false);
        RefuseId(http, raw);
        if (raw.ValueKind == JsonValueKind.Object && raw.TryGetProperty("trigger", out var trigger) && trigger.ValueKind == JsonValueKind.Object)
        {
            var body = JsonObject.Create(raw)!;
            NameUsualTriggers(body["trigger"]);
            raw = WireJson.Parse(body.ToJsonString());
        }
        var automation = WireRequests.Read<T>(raw);
        var faults = AutomationCheck.Faults(automation);
        return faults is [] ? (T)AutomationCheck.Completed(automation) : throw new InvalidRequestException(faults, Echo.Of(raw));
    }

    // unknown fields are tolerated, but who sends another id may believe that it is taken over
    private static void RefuseId(HttpContext http, JsonElement raw)
    {
        if (!HttpMethods.IsPost(http.Request.Method) && raw.ValueKind == JsonValueKind.Object && raw.TryGetProperty("id", out _))
            throw new InvalidRequestException([new Fault(["body", "id"], "An automation keeps its id: leave it out of the body", "extra_forbidden")], Echo.Of(raw));
    }

    // a trigger that does not say what it is, but has a posture, is one on events
    private static void NameUsualTriggers(JsonNode? node)
    {
        if (node is not JsonObject trigger)
            return;
        if (!trigger.ContainsKey("type") && trigger.ContainsKey("posture"))
            trigger["type"] = "event";
        if (trigger["triggers"] is JsonArray inner)
            foreach (var one in inner)
                NameUsualTriggers(one);
    }
}
