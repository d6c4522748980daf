using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Core.Pipeline;
using Reeve.Deployments.Clouds;
using Reeve.Deployments.Clouds.Azure;

namespace Reeve.Deployments.Secrets;

/// <summary>Azure Key Vault. A name is <c>db-password</c>, with a version <c>db-password/VERSION</c> or <c>db-password@VERSION</c>.</summary>
internal sealed class AzureKeyVault : ISecretProvider
{
    public static SecretProviderKind Kind { get; } = new("azure-key-vault", "a key vault of Azure, asked as a managed identity, a service principal or whoever the machine is",
    [
        new("vault_url", "the vault's address: https://mysecretkeyvault.vault.azure.net"), new("vault_name", "or only its name"),
        new("identity", "default, managed-identity, service-principal, workload-identity or cli"), new("tenant_id", "of a service principal"),
        new("client_id", "of a service principal or of a user-assigned managed identity"), new("client_secret", "of a service principal", IsSecret: true),
        new("client_certificate_path", "instead of the secret"), new("authority", "login.microsoftonline.us in other clouds"), new("scope", "what the token is asked for, if it is not the vault's own cloud"),
        new("credential_kwargs", "as azure-container-instance-credentials has them"),
    ], settings => new AzureKeyVault(settings));

    private readonly CloudHttp _http;
    private readonly AzureIdentity _identity;
    private readonly Uri _vault;
    private readonly string _scope;

    internal AzureKeyVault(SecretSettings settings, HttpPipelineTransport? transport = null)
    {
        _http = settings.Http;
        _vault = Address(settings);
        _identity = AzureIdentity.Read(settings.Data, settings.Http.Time, transport);
        // vault.azure.net, vault.azure.cn, vault.usgovcloudapi.net: each cloud's tokens are for its own
        var dot = _vault.Host.IndexOf(".vault", StringComparison.Ordinal);
        _scope = settings.Text("scope") ?? $"https://{(dot < 0 ? "vault.azure.net" : _vault.Host[(dot + 1)..])}/.default";
    }

    public string Description => $"the key vault {_vault.GetLeftPart(UriPartial.Authority)}";

    public async Task<JsonNode?> ReadAsync(string name, CancellationToken ct)
    {
        var reference = SecretReference.Parse(name.Replace('@', '/'));
        var answer = await GetAsync($"secrets/{string.Join('/', reference.Name.Split('/').Select(Uri.EscapeDataString))}", ct);
        if (answer.IsSuccess && Parsed(answer)?["value"]?.GetValue<string>() is { } value)
            return reference.Pick(value, Description);
        throw Fault(answer, reference.Name);
    }

    public async Task CheckAsync(CancellationToken ct)
    {
        // Who may read secrets need not be allowed to list them: an answer that knows us is enough.
        var answer = await GetAsync("secrets?maxresults=1", ct);
        if (!answer.IsSuccess && answer.Status is not HttpStatusCode.Forbidden)
            throw Fault(answer, null);
    }

    private async Task<CloudAnswer> GetAsync(string path, CancellationToken ct)
    {
        var token = await _identity.GetTokenAsync(_scope, ct);
        return await _http.SendAsync(_ =>
        {
            var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_vault, $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}api-version=7.4"));
            request.Headers.Authorization = new("Bearer", token);
            return ValueTask.FromResult(request);
        }, ct);
    }

    private SecretException Fault(CloudAnswer answer, string? name)
    {
        var error = Parsed(answer)?["error"] as JsonObject;
        var code = (error?["innererror"] as JsonObject)?["code"]?.ToString() ?? error?["code"]?.ToString() ?? "";
        var said = error?["message"]?.ToString().Split('\n', '\r')[0];
        return (answer.Status, code) switch
        {
            (HttpStatusCode.NotFound, _) when name is null => new($"{Description} does not answer as a key vault", "is vault_url that of the vault?"),
            (HttpStatusCode.NotFound, _) => new($"{Description} has no secret '{name}'", "names and versions are those of 'az keyvault secret list'"),
            (HttpStatusCode.Forbidden, "SecretDisabled") => new($"the secret '{name}' of {Description} is disabled"),
            (HttpStatusCode.Forbidden, "ForbiddenByFirewall") => new($"the firewall of {Description} does not let this machine in", "allow its network, or use a private endpoint"),
            (HttpStatusCode.Forbidden, _) => new($"{_identity.Description} may not read '{name}' of {Description}", "give it the role 'Key Vault Secrets User' on the vault, or an access policy with 'get'"),
            (HttpStatusCode.Unauthorized, _) => new($"{Description} did not accept the token of {_identity.Description}{(said is null ? "" : $": {said}")}", "is it of the tenant that the vault belongs to?"),
            (HttpStatusCode.TooManyRequests, _) => new($"{Description} has too many requests, and still had after several tries"),
            _ => new($"{Description} answered {(int)answer.Status}{(said is null ? "" : $": {said}")}"),
        };
    }

    private static JsonObject? Parsed(CloudAnswer answer)
    {
        try
        {
            return JsonNode.Parse(answer.Body) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Uri Address(SecretSettings settings)
    {
        var text = settings.Text("vault_url") ?? (settings.Text("vault_name") is { } name ? $"https://{name}.vault.azure.net" : settings.Required("vault_url", "https://mysecretkeyvault.vault.azure.net"));
        if (!text.Contains("://", StringComparison.Ordinal))
            text = text.Contains('.', StringComparison.Ordinal) ? $"https://{text}" : $"https://{text}.vault.azure.net";
        if (!Uri.TryCreate(text.TrimEnd('/') + '/', UriKind.Absolute, out var address) || (address.Scheme != Uri.UriSchemeHttps && !address.IsLoopback))
            throw new SecretException($"vault_url '{text}' is not an address with https", "for example https://mysecretkeyvault.vault.azure.net");
        return address;
    }
}
