using System.Globalization;
using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Automations;
using Reeve.Server.Templates;

namespace Reeve.Server.Automations;

/// <summary>What types cannot say of actions: a selected thing needs its id, an inferred one has none, and texts that are filled in must be templates.</summary>
internal static class ActionCheck
{
    internal static void Check(IReadOnlyList<AutomationAction> actions, string list, List<Fault> faults)
    {
        for (var i = 0; i < actions.Count; i++)
            Check(actions[i], ["body", list, i.ToString(CultureInfo.InvariantCulture)], faults);
    }

    private static void Check(AutomationAction action, string[] at, List<Fault> faults)
    {
        switch (action)
        {
            case RunDeployment run:
                CheckTarget(run, "deployment_id", run.DeploymentId, at, faults);
                CheckRun(run, at, faults);
                break;
            case PauseDeployment pause:
                CheckTarget(pause, "deployment_id", pause.DeploymentId, at, faults);
                break;
            case ResumeDeployment resume:
                CheckTarget(resume, "deployment_id", resume.DeploymentId, at, faults);
                break;
            case PauseWorkQueue pause:
                CheckTarget(pause, "work_queue_id", pause.WorkQueueId, at, faults);
                break;
            case ResumeWorkQueue resume:
                CheckTarget(resume, "work_queue_id", resume.WorkQueueId, at, faults);
                break;
            case PauseWorkPool pause:
                CheckTarget(pause, "work_pool_id", pause.WorkPoolId, at, faults);
                break;
            case ResumeWorkPool resume:
                CheckTarget(resume, "work_pool_id", resume.WorkPoolId, at, faults);
                break;
            case PauseAutomation pause:
                CheckTarget(pause, "automation_id", pause.AutomationId, at, faults);
                break;
            case ResumeAutomation resume:
                CheckTarget(resume, "automation_id", resume.AutomationId, at, faults);
                break;
            case SendNotification send:
                CheckTemplate(send.Subject, [.. at, "subject"], faults);
                CheckTemplate(send.Body, [.. at, "body"], faults);
                break;
            case CallWebhook call:
                CheckTemplate(call.Payload, [.. at, "payload"], faults);
                break;
            case DoNothing or CancelFlowRun or SuspendFlowRun or ResumeFlowRun or DeleteFlowRun or ChangeFlowRunState:
                break;
            default:
                faults.Add(new([.. at, "type"], "Field required: the kind of action", "missing"));
                break;
        }
    }

    private static void CheckTarget(TargetedAction action, string field, Guid? id, string[] at, List<Fault> faults)
    {
        if (action.Source is not ("selected" or "inferred"))
            faults.Add(new([.. at, "source"], "Input should be 'selected' or 'inferred'", "literal_error"));
        else if (action.Source == "selected" && id is null)
            faults.Add(new([.. at, field], $"{field} is required when the source is 'selected'", "value_error"));
        else if (action.Source == "inferred" && id is not null)
            faults.Add(new([.. at, field], $"{field} is not allowed when the source is 'inferred'", "value_error"));
    }

    private static void CheckRun(RunDeployment run, string[] at, List<Fault> faults)
    {
        if (run.Parameters is { ValueKind: not (JsonValueKind.Object or JsonValueKind.Null) })
            faults.Add(new([.. at, "parameters"], "Input should be a valid dictionary", "dict_type"));
        else if (run.Parameters is { } parameters)
            CheckTemplates(parameters, [.. at, "parameters"], faults);
        if (run.JobVariables is { ValueKind: not (JsonValueKind.Object or JsonValueKind.Null) })
            faults.Add(new([.. at, "job_variables"], "Input should be a valid dictionary", "dict_type"));
        if (run.ScheduleAfter is not >= 0)
            faults.Add(new([.. at, "schedule_after"], "Input should be greater than or equal to 0", "greater_than_equal"));
    }

    private static void CheckTemplates(JsonElement value, string[] at, List<Fault> faults)
    {
        if (value.ValueKind == JsonValueKind.Object)
            foreach (var member in value.EnumerateObject())
                CheckTemplates(member.Value, [.. at, member.Name], faults);
        else if (value.ValueKind == JsonValueKind.Array)
            foreach (var (i, item) in value.EnumerateArray().Index())
                CheckTemplates(item, [.. at, i.ToString(CultureInfo.InvariantCulture)], faults);
        else if (value.ValueKind == JsonValueKind.String && TemplateSyntax.MayBe(value.GetString()!))
            CheckTemplate(value.GetString()!, at, faults);
    }

    private static void CheckTemplate(string text, string[] at, List<Fault> faults)
    {
        if (TemplateSyntax.Fault(text) is { } fault)
            faults.Add(new(at, string.Create(CultureInfo.InvariantCulture, $"not a valid template: line {fault.Line}: {fault.Message}"), "value_error"));
    }
}
