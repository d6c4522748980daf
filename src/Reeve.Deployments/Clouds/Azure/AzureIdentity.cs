using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;

namespace Reeve.Deployments.Clouds.Azure;

/// <summary>
/// Who a program is to Azure: a service principal (tenant, client id and secret or certificate), a managed identity of the machine, a workload
/// identity of a pod, whoever is signed in to the az command, or the first of these that there is.
/// </summary>
public sealed partial class AzureIdentity
{
    private readonly TokenCache _tokens;

    private AzureIdentity(TokenCredential credential, string description, TimeProvider time)
    {
        (Credential, Description) = (credential, description);
        _tokens = new TokenCache(time, FetchAsync);
    }

    public TokenCredential Credential { get; }

    /// <summary>How a message calls the identity, without a secret.</summary>
    public string Description { get; }

    /// <summary>
    /// Reads <c>tenant_id</c>, <c>client_id</c>, <c>client_secret</c> (or <c>client_certificate_path</c>), <c>authority</c> and <c>identity</c>
    /// (<c>default</c>, <c>service-principal</c>, <c>managed-identity</c>, <c>workload-identity</c>, <c>cli</c>) from a credentials block, a
    /// step's input or a provider's settings. A client id without a secret names a user-assigned managed identity.
    /// </summary>
    /// <exception cref="CloudIdentityException">Something of a service principal is missing, or the kind of identity is unknown.</exception>
    public static AzureIdentity Read(JsonObject? data, TimeProvider? time = null, HttpPipelineTransport? transport = null)
    {
        data ??= [];
        var options = data["credential_kwargs"] as JsonObject ?? [];
        var tenant = Text(data, "tenant_id") ?? Text(data, "azure_storage_tenant_id");
        var client = Text(data, "client_id") ?? Text(data, "service_principal_id") ?? Text(data, "azure_storage_client_id");
        var secret = Text(data, "client_secret") ?? Text(data, "service_principal_password") ?? Text(data, "azure_storage_client_secret");
        var certificate = Text(data, "client_certificate_path");
        var authority = Authority(Text(data, "authority") ?? Text(options, "authority"));
        var kind = Text(data, "identity") ?? (secret ?? certificate) switch
        {
            not null => "service-principal",
            null when client is not null => "managed-identity",
            _ => "default",
        };
        var (credential, description) = kind switch
        {
            "service-principal" => (ServicePrincipal(tenant, client, secret, certificate, authority, transport), $"the service principal {client}"),
            "managed-identity" => (ManagedIdentity(client, transport), client is null ? "the managed identity of this machine" : $"the managed identity {client}"),
            "workload-identity" => (new WorkloadIdentityCredential(With(new WorkloadIdentityCredentialOptions { ClientId = client, TenantId = tenant }, authority, transport)), "the workload identity of this pod"),
            "cli" => (new AzureCliCredential(new AzureCliCredentialOptions { TenantId = tenant }), "whoever is signed in to the az command"),
            "default" => (Default(tenant, options, authority, transport), "the Azure identity of this machine"),
            _ => throw new CloudIdentityException($"there is no Azure identity '{kind}'; write default, service-principal, managed-identity, workload-identity or cli"),
        };
        return new AzureIdentity(credential, description, time ?? TimeProvider.System);
    }

    /// <summary>A token for the scope ("https://vault.azure.net/.default"), kept until shortly before it ends.</summary>
    /// <exception cref="CloudIdentityException">There is no such identity here, or Azure does not accept it.</exception>
    public Task<string> GetTokenAsync(string scope, CancellationToken ct) => _tokens.GetAsync(scope, ct);

    private async Task<CloudToken> FetchAsync(string scope, CancellationToken ct)
    {
        try
        {
            var token = await Credential.GetTokenAsync(new TokenRequestContext([scope]), ct);
            return new CloudToken(token.Token, token.ExpiresOn);
        }
        catch (AuthenticationFailedException exception)
        {
            throw new CloudIdentityException($"{Description} got no token from Azure: {Reason(exception)}", exception);
        }
    }

    private static TokenCredential ServicePrincipal(string? tenant, string? client, string? secret, string? certificate, Uri? authority, HttpPipelineTransport? transport)
    {
        List<string> missing = [];
        if (tenant is null)
            missing.Add("tenant_id");
        if (client is null)
            missing.Add("client_id");
        if (secret is null && certificate is null)
            missing.Add("client_secret");
        if (missing.Count > 0)
            throw new CloudIdentityException($"a service principal needs tenant_id, client_id and client_secret; missing: {string.Join(", ", missing)}");
        // Only Microsoft's own authorities can be asked whether an authority is one.
        var isOwn = authority is not null && !authority.Host.StartsWith("login.", StringComparison.Ordinal);
        return secret is not null
            ? new ClientSecretCredential(tenant, client, secret, With(new ClientSecretCredentialOptions { DisableInstanceDiscovery = isOwn }, authority, transport))
            : new ClientCertificateCredential(tenant, client, certificate, With(new ClientCertificateCredentialOptions { DisableInstanceDiscovery = isOwn }, authority, transport));
    }

    private static ManagedIdentityCredential ManagedIdentity(string? client, HttpPipelineTransport? transport)
    {
        // A user-assigned identity has a client id, or is named by its whole resource id.
        var id = client is null ? ManagedIdentityId.SystemAssigned
            : client.StartsWith('/') ? ManagedIdentityId.FromUserAssignedResourceId(new ResourceIdentifier(client)) : ManagedIdentityId.FromUserAssignedClientId(client);
        return new ManagedIdentityCredential(With(new ManagedIdentityCredentialOptions(id), null, transport));
    }

    /// <summary>The chain: environment, workload identity, managed identity, developer tools. The names are those of the Python library's arguments.</summary>
    private static DefaultAzureCredential Default(string? tenant, JsonObject options, Uri? authority, HttpPipelineTransport? transport)
    {
        var chain = With(new DefaultAzureCredentialOptions
        {
            ExcludeEnvironmentCredential = IsTrue(options, "exclude_environment_credential"),
            ExcludeWorkloadIdentityCredential = IsTrue(options, "exclude_workload_identity_credential"),
            ExcludeManagedIdentityCredential = IsTrue(options, "exclude_managed_identity_credential"),
            ExcludeAzureCliCredential = IsTrue(options, "exclude_cli_credential"),
            ExcludeAzurePowerShellCredential = IsTrue(options, "exclude_powershell_credential"),
            ExcludeAzureDeveloperCliCredential = IsTrue(options, "exclude_developer_cli_credential"),
            ExcludeVisualStudioCredential = true,
            ExcludeVisualStudioCodeCredential = true,
        }, authority, transport);
        if (tenant is not null)
            chain.TenantId = tenant;
        if (Text(options, "managed_identity_client_id") is { } managed)
            chain.ManagedIdentityClientId = managed;
        if (Text(options, "workload_identity_client_id") is { } workload)
            chain.WorkloadIdentityClientId = workload;
        return new DefaultAzureCredential(chain);
    }

    private static T With<T>(T options, Uri? authority, HttpPipelineTransport? transport) where T : TokenCredentialOptions
    {
        if (authority is not null)
            options.AuthorityHost = authority;
        if (transport is not null)
            options.Transport = transport;
        return options;
    }

    private static Uri? Authority(string? text)
    {
        if (text is null)
            return null;
        var whole = text.Contains("://", StringComparison.Ordinal) ? text : $"https://{text}";
        return Uri.TryCreate(whole, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps ? address
            : throw new CloudIdentityException($"the authority '{text}' is not an address with https");
    }

    /// <summary>What the authority said, which stands deep in what the SDK says of it.</summary>
    private static string Reason(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
            if (AuthorityCode().Match(cause.Message) is { Success: true } said)
                return said.Value;
        var lines = exception.Message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return lines is [var first, ..] ? first : "no reason was given";
    }

    [GeneratedRegex(@"AADSTS\d+: [^\r\n]+")]
    private static partial Regex AuthorityCode();

    private static string? Text(JsonObject data, string name) =>
        data[name] is JsonValue value && value.TryGetValue<string>(out var text) && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;

    private static bool IsTrue(JsonObject data, string name) => data[name] is JsonValue value && value.TryGetValue<bool>(out var truth) && truth;
}
