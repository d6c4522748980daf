namespace Reeve.Deployments.Docker;

/// <summary>What the Docker engine, a registry or the settings for them did not allow: one message for the user.</summary>
internal sealed class DockerException(string message, Exception? inner = null) : Exception(message, inner);
