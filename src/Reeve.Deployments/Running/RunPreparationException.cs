namespace Reeve.Deployments.Running;

/// <summary>A run that cannot start because of its code: one message for people, which becomes the message of its Failed state.</summary>
public sealed class RunPreparationException(string message, Exception? inner = null) : Exception(message, inner);
