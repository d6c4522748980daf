namespace Reeve.Server;

/// <summary>The server cannot start; the message is one sentence for the operator.</summary>
public sealed class ServerStartException(string message, Exception? inner = null) : Exception(message, inner);
