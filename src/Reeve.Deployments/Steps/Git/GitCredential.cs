using System.Text;
using System.Text.Json.Nodes;

namespace Reeve.Deployments.Steps.Git;

/// <summary>User and password for basic authentication, by each provider's rule of how a token is presented.</summary>
internal sealed record GitCredential(string User, string Password)
{
    /// <summary>The value of an Authorization header.</summary>
    public string Header => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"));

    public static GitCredential FromPair(string pair)
    {
        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? new GitCredential(pair, "") : new GitCredential(pair[..colon], pair[(colon + 1)..]);
    }

    /// <summary>A bare access token, as each kind of host wants it.</summary>
    /// <exception cref="StepException">This host needs a user name beside the token.</exception>
    public static GitCredential FromToken(string token, string host)
    {
        var hasUser = token.Contains(':', StringComparison.Ordinal);
        if (host.Contains("bitbucketserver", StringComparison.OrdinalIgnoreCase))
            return hasUser ? FromPair(token) : throw new StepException("git_clone: Bitbucket Server wants the access token as 'user:token'");
        if (host.Contains("bitbucket", StringComparison.OrdinalIgnoreCase) && !hasUser)
            return new GitCredential("x-token-auth", token);
        if (host.Contains("gitlab", StringComparison.OrdinalIgnoreCase) && !token.StartsWith("oauth2:", StringComparison.Ordinal))
            return hasUser ? FromPair(token) : new GitCredential("oauth2", token);
        return FromPair(token);
    }

    /// <summary>A block of credentials: a token or password, and perhaps a user name.</summary>
    /// <exception cref="StepException">It has neither a token nor a password.</exception>
    public static GitCredential FromBlock(JsonObject block, string host)
    {
        var secret = Field(block, "token") ?? Field(block, "password")
            ?? throw new StepException("git_clone: the credentials have neither a 'token' nor a 'password'");
        return Field(block, "username") is { } user && !secret.Contains(':', StringComparison.Ordinal)
            ? new GitCredential(user, secret)
            : FromToken(secret, host);
    }

    // A credentials block may hold its token as the value of a nested Secret block.
    private static string? Field(JsonObject block, string name) => block[name] switch
    {
        JsonValue value when value.ToString() is { Length: > 0 } text => text,
        JsonObject nested when nested["value"]?.ToString() is { Length: > 0 } text => text,
        _ => null,
    };
}
