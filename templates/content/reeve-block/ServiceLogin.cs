using Reeve;

namespace MyFlows;

/// <summary>Where a service is and how to log in to it. Kept on the server, edited in the console; the token is a secret field.</summary>
[Block("my-service-login", Description = "Address and token of a service")]
public sealed record ServiceLogin
{
    /// <summary>The service's address.</summary>
    public required string Address { get; init; }

    /// <summary>The token; shown as stars everywhere.</summary>
    public required Secret<string> Token { get; init; }
}
