using System.Text.Json.Nodes;

namespace Reeve.Deployments.Steps;

/// <summary>A step of a build, push or pull section. New kinds of step are added here, each with its own file.</summary>
public interface IStep
{
    StepSignature Signature { get; }

    /// <summary>Runs it and gives its outputs. What goes wrong for the user is a <see cref="StepException"/>.</summary>
    Task<JsonObject> RunAsync(JsonObject inputs, StepContext context, CancellationToken ct);
}
