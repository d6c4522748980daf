using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol;
using Reeve.Protocol.Automations;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Json;
using Reeve.Protocol.Projects;
using Reeve.Protocol.Runs;
using Reeve.Server.Automations;
using Reeve.Server.Deployments;
using Reeve.Server.Flows;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.Projects;

/// <summary><c>/projects</c>: what project files have applied, and applying them whole. Reeve's own.</summary>
internal sealed class ProjectsApi(
    Database database, ProjectsStore projects, DeploymentsStore deployments, DeploymentDrafts drafts, DeploymentChecks checks, DeploymentChanges changes,
    FlowsStore flows, AutomationsStore automations)
{
    // Stands for the deployment itself until its id is known.
    private static readonly Guid Itself = new("11111111-1111-1111-1111-111111111111");

    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/projects/{name}/state", StateAsync).Says("Tells everything that a plan of a project file is made from.").Takes<ProjectQuery>(required: false).Answers<ProjectState>();
        api.MapPost("/projects/{name}/apply", ApplyAsync).Says("Makes, changes and deletes a project's deployments, all of them or none.").Takes<ProjectApply>().Answers<ProjectApplied>().Answers(409);
    }

    private async Task StateAsync(HttpContext http)
    {
        var name = Name(http);
        var query = await http.Request.ReadWireAsync<ProjectQuery>(http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(await database.ReadAsync(session => projects.StateAsync(session, name, query), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task ApplyAsync(HttpContext http)
    {
        var name = Name(http);
        var body = await http.Request.ReadWireAsync<ProjectApply>(http.RequestAborted, echo: false).ConfigureAwait(false);
        if (body.Environment.Length > 0 && Naming.Fault(body.Environment, "environment") is { } unnamed)
            throw new InvalidRequestException([unnamed]);
        var requests = Read(http, body);
        await http.AnswerAsync(await database.WriteAsync(session => ApplyAsync(session, name, body, requests), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async ValueTask<Outcome<ProjectApplied>> ApplyAsync(Session session, string name, ProjectApply body, List<DeploymentRequest> requests)
    {
        session.LockText($"project {name}");
        if (await projects.FindAsync(session, name, body.Environment).ConfigureAwait(false) is { } known && known.LastApply == body.Id)
            return known.Answer.Deserialize(WireJson.TypeInfo<ProjectApplied>())!;
        var state = await projects.StateAsync(session, name, new ProjectQuery { Environment = body.Environment, Names = body.Names }, keep: true).ConfigureAwait(false);
        if (state.Fingerprint != body.Fingerprint)
            return Refusal.Conflict("The project's deployments have changed since this plan was made, by another apply or by hand. Plan again.");
        var owned = state.Deployments.Where(one => one.Project == name && one.Environment == body.Environment).ToDictionary(one => one.Deployment.Id, one => one.Deployment);
        if (body.Prune.FirstOrDefault(id => !owned.ContainsKey(id)) is var stranger && stranger != default)
            return Refusal.Conflict($"The deployment {stranger} is not the project's, so it cannot be pruned.");

        var writes = await DraftAsync(session, name, body, requests, state).ConfigureAwait(false);
        var project = await projects.SaveAsync(session, name, body).ConfigureAwait(false);
        foreach (var id in body.Prune)
        {
            await automations.DeleteOwnedByAsync(session, ProjectsStore.Resource(id)).ConfigureAwait(false);
            await changes.DeleteAsync(session, owned[id]).ConfigureAwait(false);
        }
        List<ProjectDeploymentResult> results = [];
        foreach (var (index, (request, draft)) in writes.Index())
        {
            await StoreAsync(session, request, draft, body.Deployments[index], index).ConfigureAwait(false);
            ProjectsStore.Own(session, project, draft.Id, body.Deployments[index].Applied);
            results.Add(new(draft.Id, body.Deployments[index].FlowName, draft.Name));
        }
        var answer = new ProjectApplied { Deployments = results, Pruned = body.Prune };
        ProjectsStore.Post(session, project, answer);
        return answer;
    }

    /// <summary>Every deployment as it is to be, or a refusal of them all with what is wrong with each. What was written until then goes with the exception.</summary>
    private async ValueTask<List<(DeploymentRequest Request, Deployment Draft)>> DraftAsync(
        Session session, string project, ProjectApply body, List<DeploymentRequest> requests, ProjectState state)
    {
        List<Fault> faults = [];
        List<(DeploymentRequest, Deployment)> writes = [];
        Dictionary<string, Guid> flowIds = new(StringComparer.Ordinal);
        var before = state.Deployments.ToDictionary(one => (one.FlowName, one.Deployment.Name));
        foreach (var (index, wanted) in body.Deployments.Index())
        {
            if (!flowIds.TryGetValue(wanted.FlowName, out var flow))
                flowIds[wanted.FlowName] = flow = (await flows.CreateAsync(session, new FlowCreate { Name = wanted.FlowName }).ConfigureAwait(false)).Flow.Id;
            var request = requests[index] with { Body = requests[index].Body with { FlowId = flow } };
            var known = before.GetValueOrDefault((wanted.FlowName, request.Body.Name));
            if (known is { Project: { } owner } && (owner, known.Environment) != (project, body.Environment))
                faults.Add(At(index, [], $"'{wanted.FlowName}/{request.Body.Name}' belongs to the project '{owner}'{(known.Environment is "" or null ? "" : $", environment '{known.Environment}'")}"));
            // not among the names that the state was asked with, so that the fingerprint does not cover it
            else if (known is null && await deployments.FindAsync(session, flow, request.Body.Name).ConfigureAwait(false) is not null)
                faults.Add(At(index, [], $"'{wanted.FlowName}/{request.Body.Name}' is there already and not among the names of this apply"));
            var draft = drafts.Of(request, known?.Deployment);
            if (await checks.OfStoredAsync(session, draft, isChange: false).ConfigureAwait(false) is { } refusal)
                faults.Add(At(index, [], $"{wanted.FlowName}/{draft.Name}: {refusal.Detail}"));
            writes.Add((request, draft));
        }
        var twice = writes.GroupBy(one => (one.Item2.FlowId, one.Item2.Name)).Where(same => same.Skip(1).Any());
        faults.AddRange(twice.Select(same => new Fault(["body", "deployments"], $"the deployment '{same.Key.Name}' of one flow stands here twice", "value_error")));
        return faults.Count == 0 ? writes : throw new InvalidRequestException(faults);
    }

    private async ValueTask StoreAsync(Session session, DeploymentRequest request, Deployment draft, ProjectDeploymentApply wanted, int index)
    {
        Optional<int?> limit = request.Says("concurrency_limit") ? new(request.Body.ConcurrencyLimit) : default;
        var stored = await changes.StoreAsync(session, draft, request.Schedules, limit, globalLimit: default).ConfigureAwait(false);
        if (stored.Refusal is { } refusal)
            throw new InvalidRequestException([At(index, [], refusal.Detail)]);
        if (wanted.Automations is null)
            return;
        var owner = ProjectsStore.Resource(draft.Id);
        await automations.DeleteOwnedByAsync(session, owner).ConfigureAwait(false);
        foreach (var automation in wanted.Automations)
            await automations.CreateAsync(session, (AutomationCreate)AutomationCheck.Completed(Aimed(automation, draft.Id)) with { OwnerResource = owner }).ConfigureAwait(false);
    }

    /// <summary>What the bodies alone show to be wrong, of all of them at once.</summary>
    private static List<DeploymentRequest> Read(HttpContext http, ProjectApply body)
    {
        List<Fault> faults = [];
        List<DeploymentRequest> requests = [];
        foreach (var (index, wanted) in body.Deployments.Index())
        {
            if (Naming.Fault(wanted.FlowName, "flow_name") is { } unnamed)
                faults.Add(At(index, unnamed.Loc.Skip(1), unnamed.Msg));
            foreach (var (number, automation) in (wanted.Automations ?? []).Index())
                faults.AddRange(AutomationCheck.Faults(Aimed(automation, Itself)).Select(fault =>
                    new Fault(["body", "deployments", Text(index), "automations", Text(number), .. fault.Loc.Skip(1)], fault.Msg, fault.Type)));
            try
            {
                requests.Add(Read(http, wanted.Deployment));
            }
            catch (InvalidRequestException fault)
            {
                faults.AddRange(fault.Faults.Select(one => At(index, one.Loc.Skip(1), one.Msg)));
            }
        }
        return faults.Count == 0 ? requests : throw new InvalidRequestException(faults);
    }

    private static DeploymentRequest Read(HttpContext http, JsonElement given)
    {
        if (given.ValueKind is not JsonValueKind.Object)
            throw new InvalidRequestException("body", "Input should be a valid dictionary", "dict_type");
        var whole = JsonObject.Create(given)!;
        whole["flow_id"] = Guid.Empty.ToString();
        var body = WireRequests.Read<DeploymentCreate>(WireJson.Parse(whole.ToJsonString()));
        DeploymentChecks.OfBody(body);
        ParameterSize.Check(http, body.Parameters);
        HashSet<string> names = [.. given.EnumerateObject().Select(member => member.Name)];
        return new DeploymentRequest(body, names, IsTwo: false, ScheduleBodies.Of(body.Schedules, body.Schedule));
    }

    private static AutomationCreate Aimed(AutomationCreate automation, Guid deployment) => automation with
    {
        Actions = [.. automation.Actions.Select(action => Aimed(action, deployment))],
        ActionsOnTrigger = [.. automation.ActionsOnTrigger.Select(action => Aimed(action, deployment))],
        ActionsOnResolve = [.. automation.ActionsOnResolve.Select(action => Aimed(action, deployment))],
    };

    private static AutomationAction Aimed(AutomationAction action, Guid deployment) => action switch
    {
        RunDeployment { Source: "selected", DeploymentId: null } run => run with { DeploymentId = deployment },
        PauseDeployment { Source: "selected", DeploymentId: null } pause => pause with { DeploymentId = deployment },
        ResumeDeployment { Source: "selected", DeploymentId: null } resume => resume with { DeploymentId = deployment },
        _ => action,
    };

    private static string Name(HttpContext http) => http.Route("name") is var name && Naming.Fault(name) is { } fault
        ? throw new InvalidRequestException([fault with { Loc = ["path", "name"] }])
        : name;

    private static Fault At(int index, IEnumerable<string> place, string message) => new(["body", "deployments", Text(index), "deployment", .. place], message, "value_error");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
