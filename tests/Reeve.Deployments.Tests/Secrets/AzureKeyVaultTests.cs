using System.Text.Json.Nodes;
using Azure.Core.Pipeline;
using Microsoft.AspNetCore.WebUtilities;
using Reeve.Deployments.Clouds;
using Reeve.Deployments.Secrets;
using Reeve.Deployments.Tests.Support;

namespace Reeve.Deployments.Tests.Secrets;

/// <summary>Key Vault, the token endpoint and the instance's metadata, as their REST references describe them.</summary>
public sealed class AzureKeyVaultTests : IAsyncLifetime
{
    private const string Tenant = "11111111-2222-3333-4444-555555555555";
    private readonly SecretBench _bench = new();
    private CloudFake _vault = null!;

    public async ValueTask InitializeAsync() => _vault = await CloudFake.StartAsync(Vault);

    public async ValueTask DisposeAsync()
    {
        _bench.Dispose();
        await _vault.DisposeAsync();
    }

    private static object? Vault(CloudRequest request)
    {
        if (request.Header("Authorization") is not "Bearer good-token")
            return (401, JsonNode.Parse("""{"error": {"code": "Unauthorized", "message": "AKV10032: Invalid issuer."}}""")!);
        if (request.Query("api-version") is not "7.4")
            return (400, JsonNode.Parse("""{"error": {"code": "BadParameter", "message": "no api-version"}}""")!);
        return request.Path switch
        {
            "/secrets/mysecret" or "/secrets/mysecret/" => JsonNode.Parse("""{"value": "the-newest-token", "id": "https://v/secrets/mysecret/2"}"""),
            "/secrets/mysecret/0123abcd" => JsonNode.Parse("""{"value": "an-older-token"}"""),
            "/secrets/db" => JsonNode.Parse("""{"value": "{\"user\": \"u\", \"port\": 5432}"}"""),
            "/secrets/private" => (403, JsonNode.Parse("""{"error": {"code": "Forbidden", "message": "Caller is not authorized to perform action on resource.\r\nCaller: appid=x", "innererror": {"code": "ForbiddenByRbac"}}}""")!),
            "/secrets/off" => (403, JsonNode.Parse("""{"error": {"code": "Forbidden", "message": "disabled", "innererror": {"code": "SecretDisabled"}}}""")!),
            "/secrets/walled" => (403, JsonNode.Parse("""{"error": {"code": "Forbidden", "message": "Client address is not authorized", "innererror": {"code": "ForbiddenByFirewall"}}}""")!),
            "/secrets" => (403, JsonNode.Parse("""{"error": {"code": "Forbidden", "message": "no list permission", "innererror": {"code": "ForbiddenByRbac"}}}""")!),
            "/secrets/broken" => (503, new JsonObject()),
            _ => (404, JsonNode.Parse("""{"error": {"code": "SecretNotFound", "message": "A secret with (name/id) x was not found in this key vault."}}""")!),
        };
    }

    /// <summary>A vault that is asked as a service principal, whose tokens a token endpoint with TLS gives.</summary>
    private async Task<(AzureKeyVault Vault, CloudFake Authority)> ServicePrincipalAsync(string secret = "right-secret")
    {
        var authority = await CloudFake.StartAsync(request =>
        {
            if (!request.Path.EndsWith("/oauth2/v2.0/token", StringComparison.Ordinal))
                return null;
            var form = QueryHelpers.ParseQuery(request.Body);
            return form["client_secret"] == "right-secret" && form["grant_type"] == "client_credentials" && form["scope"].ToString().Contains("https://vault.azure.net/.default", StringComparison.Ordinal)
                ? JsonNode.Parse("""{"token_type": "Bearer", "expires_in": 3600, "access_token": "good-token"}""")
                : (401, JsonNode.Parse("""{"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret provided."}""")!);
        }, tls: true);
        var transport = new HttpClientTransport(new HttpClient(CertificateTrust.Handler(verify: true, [authority.Certificate!])));
        var settings = new JsonObject { ["vault_url"] = _vault.Url, ["tenant_id"] = Tenant, ["client_id"] = "abcd-efgh-1111-222", ["client_secret"] = secret, ["authority"] = authority.Url };
        return (new AzureKeyVault(new SecretSettings(settings, _bench.Http, _ => null), transport), authority);
    }

    [Fact]
    public async Task Service_principal_reads_secrets_versions_and_keys()
    {
        var (vault, authority) = await ServicePrincipalAsync();
        await using var _ = authority;
        var ct = TestContext.Current.CancellationToken;

        Assert.Equal("the-newest-token", (string?)await vault.ReadAsync("mysecret", ct));
        Assert.Equal("an-older-token", (string?)await vault.ReadAsync("mysecret/0123abcd", ct));
        Assert.Equal("an-older-token", (string?)await vault.ReadAsync("mysecret@0123abcd", ct));
        Assert.Equal(5432, (int?)await vault.ReadAsync("db#port", ct));
        await vault.CheckAsync(ct);
        Assert.Single(authority.Requests, request => request.StartsWith("POST", StringComparison.Ordinal)); // one token for all
    }

    [Theory]
    [InlineData("nothing", "has no secret 'nothing'; names and versions")]
    [InlineData("private", "the service principal abcd-efgh-1111-222 may not read 'private' of the key vault http://127.0.0.1")]
    [InlineData("private", "give it the role 'Key Vault Secrets User' on the vault")]
    [InlineData("off", "the secret 'off' of the key vault")]
    [InlineData("walled", "does not let this machine in")]
    [InlineData("broken", "answered 503")]
    public async Task What_a_vault_refuses_is_told_with_who_asked_and_what_is_missing(string name, string told)
    {
        var (vault, authority) = await ServicePrincipalAsync();
        await using var _ = authority;

        var fault = await Assert.ThrowsAsync<SecretException>(() => vault.ReadAsync(name, TestContext.Current.CancellationToken));

        Assert.Contains(told, $"{fault.Message}; {fault.Hint}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Throttled_requests_are_sent_again()
    {
        var (vault, authority) = await ServicePrincipalAsync();
        await using var _ = authority;
        _vault.Busy = 3;

        Assert.Equal("the-newest-token", (string?)await vault.ReadAsync("mysecret", TestContext.Current.CancellationToken));
        Assert.Equal(4, _vault.Requests.Count);
    }

    [Fact]
    public async Task Wrong_client_secret_is_told_without_it()
    {
        var (vault, authority) = await ServicePrincipalAsync("wrong-secret-value");
        await using var _ = authority;

        var fault = await Assert.ThrowsAsync<CloudIdentityException>(() => vault.ReadAsync("mysecret", TestContext.Current.CancellationToken));

        Assert.Contains("the service principal abcd-efgh-1111-222 got no token from Azure", fault.Message, StringComparison.Ordinal);
        Assert.Contains("AADSTS7000215", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-secret-value", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Managed_identity_reads_through_the_block_of_the_provider()
    {
        // The metadata service of a virtual machine; the SDK takes its address from the environment, once for the process.
        await using var metadata = await CloudFake.StartAsync(request =>
            request.Header("Metadata") == "true" && request.Path == "/metadata/identity/oauth2/token" && request.Query("resource") == "https://vault.azure.net"
                ? request.Query("client_id") is "abcd-efgh-1111-222" or null
                    ? JsonNode.Parse("""{"access_token": "good-token", "expires_in": "86399", "expires_on": "4102444800", "resource": "https://vault.azure.net", "token_type": "Bearer"}""")
                    : (400, JsonNode.Parse("""{"error": "invalid_request", "error_description": "Identity not found"}""")!)
                : (400, JsonNode.Parse("""{"error": "bad_request"}""")!));
        Environment.SetEnvironmentVariable("AZURE_POD_IDENTITY_AUTHORITY_HOST", metadata.Url);
        try
        {
            _bench.Provide("kv", "azure-key-vault", new JsonObject { ["vault_url"] = _vault.Url, ["identity"] = "managed-identity", ["client_id"] = "abcd-efgh-1111-222" });
            _bench.Provide("system", "azure-key-vault", new JsonObject { ["vault_url"] = _vault.Url, ["identity"] = "managed-identity" });

            Assert.Equal("\"the-newest-token\"", await _bench.ReadAsync("kv", "mysecret"));
            Assert.Equal("\"the-newest-token\"", await _bench.ReadAsync("kv", "mysecret"));
            Assert.Equal("\"the-newest-token\"", await _bench.ReadAsync("system", "mysecret"));
            Assert.Equal(2, _vault.Requests.Count); // once for each provider of a run
            Assert.Equal("Bearer ********", _bench.Secrets.Redact("Bearer the-newest-token"));
        }
        finally
        {
            Environment.SetEnvironmentVariable("AZURE_POD_IDENTITY_AUTHORITY_HOST", null);
        }
    }

    [Fact]
    public async Task Vault_that_nobody_answers_for_is_told()
    {
        var (vault, authority) = await ServicePrincipalAsync();
        await using var _ = authority;
        await _vault.DisposeAsync();

        var fault = await Assert.ThrowsAsync<HttpRequestException>(() => vault.ReadAsync("mysecret", TestContext.Current.CancellationToken));
        Assert.Contains("refused", fault.Message, StringComparison.OrdinalIgnoreCase);
        _vault = await CloudFake.StartAsync(Vault);
    }

    [Theory]
    [InlineData("""{}""", "the secret provider 'kv': the provider has no setting 'vault_url'")]
    [InlineData("""{"vault_url": "http://example.com"}""", "is not an address with https")]
    [InlineData("""{"vault_name": "v", "client_id": "c", "client_secret": "s-e-c-r-e-t"}""", "missing: tenant_id")]
    [InlineData("""{"vault_name": "v", "identity": "me"}""", "there is no Azure identity 'me'")]
    public async Task Settings_that_cannot_be_are_told(string settings, string told)
    {
        _bench.Provide("kv", "azure-key-vault", JsonNode.Parse(settings)!.AsObject());

        Assert.Contains(told, await _bench.FaultAsync("kv", "x"), StringComparison.Ordinal);
    }
}
