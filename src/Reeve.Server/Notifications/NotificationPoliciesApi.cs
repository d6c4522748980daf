using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Notifications;
using Reeve.Server.Filters;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.Notifications;

/// <summary><c>/flow_run_notification_policies</c>, of the 2.x line.</summary>
internal sealed partial class NotificationPoliciesApi(Database database, NotificationPoliciesStore policies)
{
    private static readonly string[] Places =
    [
        "flow_run_notification_policy_id", "flow_id", "flow_name", "flow_run_url", "flow_run_id", "flow_run_name", "flow_run_parameters",
        "flow_run_state_type", "flow_run_state_name", "flow_run_state_timestamp", "flow_run_state_message",
    ];

    internal void Map(IEndpointRouteBuilder api)
    {
        const string Root = "/flow_run_notification_policies";
        api.MapPost(Root, CreateAsync).Says("Keeps a notification policy.").Takes<FlowRunNotificationPolicyCreate>().Answers<FlowRunNotificationPolicy>(201).Answers(409);
        api.MapPost(Root + "/filter", FilterAsync).Says("Finds notification policies.").Takes<Query>(required: false).Answers<List<FlowRunNotificationPolicy>>();
        api.MapGet(Root + "/{id}", ReadAsync).Says("Reads a notification policy.").Answers<FlowRunNotificationPolicy>().Answers(404);
        api.MapPatch(Root + "/{id}", UpdateAsync).Says("Changes a notification policy.").Takes<FlowRunNotificationPolicyUpdate>().Answers(204, 404, 409);
        api.MapDelete(Root + "/{id}", DeleteAsync).Says("Deletes a notification policy.").Answers(204, 404);
    }

    private async Task CreateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<FlowRunNotificationPolicyCreate>(http.RequestAborted).ConfigureAwait(false);
        Check(body.MessageTemplate);
        await http.AnswerAsync(await database.WriteAsync(session => policies.CreateAsync(session, body), http.RequestAborted).ConfigureAwait(false), StatusCodes.Status201Created).ConfigureAwait(false);
    }

    private async Task FilterAsync(HttpContext http)
    {
        var query = await http.ReadPageAsync().ConfigureAwait(false);
        await http.AnswerAsync(await database.ReadAsync(session => NotificationPoliciesStore.FilterAsync(session, query), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task ReadAsync(HttpContext http)
    {
        var id = http.Id();
        var policy = await database.ReadAsync(session => NotificationPoliciesStore.ReadAsync(session, id), http.RequestAborted).ConfigureAwait(false);
        await (policy is null ? http.DoneAsync(NotificationPoliciesStore.NotFound) : http.AnswerAsync(policy)).ConfigureAwait(false);
    }

    private async Task UpdateAsync(HttpContext http)
    {
        var id = http.Id();
        var body = await http.Request.ReadWireAsync<FlowRunNotificationPolicyUpdate>(http.RequestAborted).ConfigureAwait(false);
        Check(body.MessageTemplate.Value);
        await http.DoneAsync(await database.WriteAsync(session => policies.UpdateAsync(session, id, body), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var id = http.Id();
        await http.DoneAsync(await database.WriteAsync(session => NotificationPoliciesStore.DeleteAsync(session, id), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    // doubled braces stand for braces
    private static void Check(string? template)
    {
        var unknown = template is null ? null : Place().Matches(template.Replace("{{", "", StringComparison.Ordinal).Replace("}}", "", StringComparison.Ordinal))
            .Select(m => m.Groups[1].Value).FirstOrDefault(name => !Places.Contains(name));
        if (unknown is not null)
            throw new InvalidRequestException("body.message_template", $"'{unknown}' is no place of a message; known are {string.Join(", ", Places)}");
    }

    [GeneratedRegex(@"\{([^{}]*)\}")]
    private static partial Regex Place();
}
