namespace Reeve.Deployments.Steps;

/// <summary>A step that failed: one message for the user, without secrets.</summary>
public sealed class StepException(string message, Exception? inner = null) : Exception(message, inner);
