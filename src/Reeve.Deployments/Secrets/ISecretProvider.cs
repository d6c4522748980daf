using System.Text.Json.Nodes;

namespace Reeve.Deployments.Secrets;

/// <summary>
/// A place that keeps secrets: a key vault, a folder, the environment. One is opened for each run that asks for its secrets. New kinds of
/// provider are added to <see cref="SecretProviderKinds"/>, each with its own file.
/// </summary>
public interface ISecretProvider
{
    /// <summary>How a message calls it, without a secret: "the key vault https://kv.vault.azure.net".</summary>
    string Description { get; }

    /// <summary>The value of a secret; a text unless a key of JSON was asked for.</summary>
    /// <param name="name">As it stands behind the provider in an expression: <c>db-password</c>, <c>app/db#password</c>.</param>
    /// <exception cref="SecretException">There is none of the name, it is denied, or the place cannot be reached.</exception>
    Task<JsonNode?> ReadAsync(string name, CancellationToken ct);

    /// <summary>Proves that the place can be reached and knows who asks, as far as that goes without reading a secret.</summary>
    /// <exception cref="SecretException">It cannot, or does not.</exception>
    Task CheckAsync(CancellationToken ct);
}

/// <summary>A secret could not be read. The message says of which place and which name, and holds no secret.</summary>
public sealed class SecretException(string message, string? hint = null, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>What to do about it.</summary>
    public string? Hint { get; } = hint;
}
