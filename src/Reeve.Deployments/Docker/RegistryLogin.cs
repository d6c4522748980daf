using System.Text;
using System.Text.Json.Nodes;

namespace Reeve.Deployments.Docker;

/// <summary>Who pushes to or pulls from a registry. It travels in headers and on the standard input of programs only.</summary>
internal sealed record RegistryLogin(string Server, string? UserName, string? Password, string? IdentityToken)
{
    public string Host => ImageName.HostOf(Server);

    public JsonObject ToJson() => IdentityToken is { } token
        ? new JsonObject { ["identitytoken"] = token, ["serveraddress"] = Server }
        : new JsonObject { ["username"] = UserName, ["password"] = Password, ["serveraddress"] = Server };

    /// <summary>What the engine's headers for registries hold.</summary>
    public static string Header(JsonObject value) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(value.ToJsonString())).Replace('+', '-').Replace('/', '_');

    /// <summary>A text without the secrets, should a registry send them back.</summary>
    public string Hide(string text)
    {
        foreach (var secret in (ReadOnlySpan<string?>)[Password, IdentityToken])
            if (secret is { Length: > 0 })
                text = text.Replace(secret, "********", StringComparison.Ordinal);
        return text;
    }

    // A record would print them.
    public override string ToString() => $"{UserName} at {Server}";
}
