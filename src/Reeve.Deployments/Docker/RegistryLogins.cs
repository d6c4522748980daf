using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Deployments.Running;
using Reeve.Deployments.Steps;
using Reeve.Deployments.Templating;

namespace Reeve.Deployments.Docker;

/// <summary>The logins that <c>docker login</c> has left on this machine: in its file, or with the credential programs the file names.</summary>
internal sealed class RegistryLogins(DockerConfig config, SecretRegistry secrets)
{
    private const string HubKey = "https://index.docker.io/v1/";

    /// <summary>The login for a registry, or null.</summary>
    /// <exception cref="DockerException">The credential program that is to know it fails.</exception>
    public async Task<RegistryLogin?> FindAsync(string host, CancellationToken ct)
    {
        foreach (var (server, program) in config.CredentialHelpers)
            if (ImageName.HostOf(server) == host && (string?)program is { } helper)
                return await AskAsync(helper, server, ct);
        var key = config.Auths.Select(auth => auth.Key).FirstOrDefault(server => ImageName.HostOf(server) == host);
        if (config.CredentialStore is { Length: > 0 } store)
            return await AskAsync(store, key ?? (host == ImageName.DockerHub ? HubKey : host), ct);
        return key is null ? null : Read(key, config.Auths[key] as JsonObject);
    }

    /// <summary>All that are known by name, in the form of the engine's build call: base images may come from any of them.</summary>
    public async Task<JsonObject> AllAsync(CancellationToken ct)
    {
        var all = new JsonObject();
        foreach (var server in config.Auths.Select(auth => auth.Key).Concat(config.CredentialHelpers.Select(helper => helper.Key)).Distinct())
        {
            try
            {
                if (await FindAsync(ImageName.HostOf(server), ct) is { } login)
                    all[server] = login.ToJson();
            }
            catch (DockerException)
            {
                continue; // one registry that this build may not even need; the pull says what is missing
            }
        }
        return all;
    }

    private RegistryLogin? Read(string server, JsonObject? entry)
    {
        if ((string?)entry?["identitytoken"] is { Length: > 0 } token)
            return Known(new RegistryLogin(server, null, null, token));
        if ((string?)entry?["auth"] is not { Length: > 0 } pair)
            return (string?)entry?["username"] is { } name ? Known(new RegistryLogin(server, name, (string?)entry["password"], null)) : null;
        try
        {
            var text = Encoding.UTF8.GetString(Convert.FromBase64String(pair));
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            return colon < 0 ? null : Known(new RegistryLogin(server, text[..colon], text[(colon + 1)..].TrimEnd('\0'), null));
        }
        catch (FormatException)
        {
            throw new DockerException($"the login for '{server}' in '{config.File}' cannot be read; run 'docker login {server}' again");
        }
    }

    // The name of the registry goes in by the standard input, the login comes out by the standard output.
    private async Task<RegistryLogin?> AskAsync(string helper, string server, CancellationToken ct)
    {
        var program = $"docker-credential-{helper}";
        CommandResult result;
        try
        {
            result = await new ChildCommand(program, ["get"]) { WorkingDirectory = Path.GetTempPath(), Input = server }.RunAsync(ct);
        }
        catch (StepException exception)
        {
            throw new DockerException($"'{config.File}' keeps the login for '{server}' in '{program}', which cannot be started: {exception.Message}", exception);
        }
        if (result.ExitCode != 0)
        {
            if ((result.StandardOutput + result.StandardError).Contains("credentials not found", StringComparison.OrdinalIgnoreCase))
                return null;
            throw new DockerException($"'{program} get' for '{server}' ended with exit code {result.ExitCode}: {secrets.Redact((result.StandardError + result.StandardOutput).Trim())}");
        }
        try
        {
            var answer = JsonNode.Parse(result.StandardOutput);
            var (name, secret) = ((string?)answer?["Username"], (string?)answer?["Secret"]);
            return Known(name == "<token>" ? new RegistryLogin(server, null, null, secret) : new RegistryLogin(server, name, secret, null));
        }
        catch (JsonException)
        {
            throw new DockerException($"'{program} get' for '{server}' did not answer with a login in JSON");
        }
    }

    private RegistryLogin Known(RegistryLogin login)
    {
        secrets.Add(login.Password);
        secrets.Add(login.IdentityToken);
        return login;
    }
}
