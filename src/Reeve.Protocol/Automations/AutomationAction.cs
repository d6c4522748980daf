using System.Text.Json;
using System.Text.Json.Serialization;
using Reeve.Protocol.Json;
using Reeve.Protocol.Runs;

namespace Reeve.Protocol.Automations;

/// <summary>What an automation does. On the wire "type" says which kind it is; one without a known type cannot be used.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(DoNothing), "do-nothing")]
[JsonDerivedType(typeof(RunDeployment), "run-deployment")]
[JsonDerivedType(typeof(PauseDeployment), "pause-deployment")]
[JsonDerivedType(typeof(ResumeDeployment), "resume-deployment")]
[JsonDerivedType(typeof(CancelFlowRun), "cancel-flow-run")]
[JsonDerivedType(typeof(ChangeFlowRunState), "change-flow-run-state")]
[JsonDerivedType(typeof(PauseWorkQueue), "pause-work-queue")]
[JsonDerivedType(typeof(ResumeWorkQueue), "resume-work-queue")]
[JsonDerivedType(typeof(SendNotification), "send-notification")]
[JsonDerivedType(typeof(CallWebhook), "call-webhook")]
[JsonDerivedType(typeof(PauseAutomation), "pause-automation")]
[JsonDerivedType(typeof(ResumeAutomation), "resume-automation")]
[JsonDerivedType(typeof(SuspendFlowRun), "suspend-flow-run")]
[JsonDerivedType(typeof(ResumeFlowRun), "resume-flow-run")]
[JsonDerivedType(typeof(DeleteFlowRun), "delete-flow-run")]
[JsonDerivedType(typeof(PauseWorkPool), "pause-work-pool")]
[JsonDerivedType(typeof(ResumeWorkPool), "resume-work-pool")]
public record AutomationAction;

/// <summary>Does nothing; the automation's own events are all there is.</summary>
public sealed record DoNothing : AutomationAction;

/// <summary>An action on something that is named ("selected") or found in the triggering event ("inferred").</summary>
public abstract record TargetedAction : AutomationAction
{
    /// <summary>"selected" or "inferred".</summary>
    public string Source { get; set; } = "selected";
}

/// <summary>Runs a deployment.</summary>
public sealed record RunDeployment : TargetedAction
{
    /// <summary>The selected deployment.</summary>
    public Guid? DeploymentId { get; init; }

    /// <summary>The run's parameters; texts in them may be templates.</summary>
    public JsonElement? Parameters { get; init; }

    /// <summary>The run's job variables.</summary>
    public JsonElement? JobVariables { get; init; }

    /// <summary>The run starts so many seconds later.</summary>
    [JsonConverter(typeof(DurationConverter))]
    public double? ScheduleAfter { get; set; } = 0;
}

/// <summary>Pauses a deployment.</summary>
public sealed record PauseDeployment : TargetedAction
{
    /// <summary>The selected deployment.</summary>
    public Guid? DeploymentId { get; init; }
}

/// <summary>Resumes a deployment.</summary>
public sealed record ResumeDeployment : TargetedAction
{
    /// <summary>The selected deployment.</summary>
    public Guid? DeploymentId { get; init; }
}

/// <summary>Pauses a work queue.</summary>
public sealed record PauseWorkQueue : TargetedAction
{
    /// <summary>The selected queue.</summary>
    public Guid? WorkQueueId { get; init; }
}

/// <summary>Resumes a work queue.</summary>
public sealed record ResumeWorkQueue : TargetedAction
{
    /// <summary>The selected queue.</summary>
    public Guid? WorkQueueId { get; init; }
}

/// <summary>Pauses a work pool.</summary>
public sealed record PauseWorkPool : TargetedAction
{
    /// <summary>The selected pool.</summary>
    public Guid? WorkPoolId { get; init; }
}

/// <summary>Resumes a work pool.</summary>
public sealed record ResumeWorkPool : TargetedAction
{
    /// <summary>The selected pool.</summary>
    public Guid? WorkPoolId { get; init; }
}

/// <summary>Pauses an automation.</summary>
public sealed record PauseAutomation : TargetedAction
{
    /// <summary>The selected automation.</summary>
    public Guid? AutomationId { get; init; }
}

/// <summary>Resumes an automation.</summary>
public sealed record ResumeAutomation : TargetedAction
{
    /// <summary>The selected automation.</summary>
    public Guid? AutomationId { get; init; }
}

/// <summary>Cancels the flow run of the triggering event.</summary>
public sealed record CancelFlowRun : AutomationAction;

/// <summary>Suspends the flow run of the triggering event.</summary>
public sealed record SuspendFlowRun : AutomationAction;

/// <summary>Resumes the flow run of the triggering event.</summary>
public sealed record ResumeFlowRun : AutomationAction;

/// <summary>Deletes the flow run of the triggering event.</summary>
public sealed record DeleteFlowRun : AutomationAction;

/// <summary>Sets the state of the flow run of the triggering event.</summary>
public sealed record ChangeFlowRunState : AutomationAction
{
    /// <summary>The state's name; null: the type's.</summary>
    public string? Name { get; init; }

    /// <summary>The state's type.</summary>
    public required StateType State { get; init; }

    /// <summary>The state's message.</summary>
    public string? Message { get; init; }

    /// <summary>True: the rules of states are passed over.</summary>
    public bool Force { get; init; }
}

/// <summary>Sends a text by a notification block.</summary>
public sealed record SendNotification : AutomationAction
{
    /// <summary>What stands for a subject that is not given; the name is a default of the wire.</summary>
    public const string UsualSubject = "Prefect automated notification";

    /// <summary>The notification block.</summary>
    public required Guid BlockDocumentId { get; init; }

    /// <summary>The subject, a template.</summary>
    public string Subject { get; set; } = UsualSubject;

    /// <summary>The text, a template.</summary>
    public required string Body { get; init; }
}

/// <summary>Calls a webhook block.</summary>
public sealed record CallWebhook : AutomationAction
{
    /// <summary>The webhook block.</summary>
    public required Guid BlockDocumentId { get; init; }

    /// <summary>The body, a template; an object is taken as the text of its JSON.</summary>
    [JsonConverter(typeof(TextOrJsonConverter))]
    public string Payload { get; set; } = "";
}
