using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using Reeve.Deployments.Tests.Support;

namespace Reeve.Deployments.Tests.Secrets;

/// <summary>Secret Manager, the token endpoint (which checks the signature of the claim) and the metadata server.</summary>
public sealed class GoogleSecretManagerTests : IAsyncLifetime
{
    private readonly SecretBench _bench = new();
    private readonly TemporaryFolder _folder = new();
    private readonly RSA _key = RSA.Create(2048);
    private CloudFake _google = null!;

    public async ValueTask InitializeAsync() => _google = await CloudFake.StartAsync(Answer);

    public async ValueTask DisposeAsync()
    {
        _bench.Dispose();
        _folder.Dispose();
        _key.Dispose();
        await _google.DisposeAsync();
    }

    private object? Answer(CloudRequest request) => request.Path switch
    {
        "/token" => Token(QueryHelpers.ParseQuery(request.Body).ToDictionary(field => field.Key, field => field.Value.ToString())),
        "/computeMetadata/v1/instance/service-accounts/default/token" => request.Header("Metadata-Flavor") == "Google" ? JsonNode.Parse("""{"access_token": "good-token", "expires_in": 3599}""") : (403, new JsonObject()),
        "/computeMetadata/v1/project/project-id" => "acme",
        _ when request.Header("Authorization") is not "Bearer good-token" => (401, JsonNode.Parse("""{"error": {"code": 401, "message": "Request had invalid authentication credentials."}}""")!),
        "/v1/projects/acme/secrets/db-password/versions/latest:access" => Payload("newest-password"),
        "/v1/projects/acme/secrets/db-password/versions/3:access" => Payload("third-password"),
        "/v1/projects/acme/secrets/json/versions/latest:access" => Payload("""{"key": [1, 2]}"""),
        "/v1/projects/acme/secrets/denied/versions/latest:access" => (403, JsonNode.Parse("""{"error": {"code": 403, "message": "Permission 'secretmanager.versions.access' denied"}}""")!),
        "/v1/projects/acme/secrets/gone/versions/latest:access" => (400, JsonNode.Parse("""{"error": {"code": 400, "message": "Secret Version [x] is in DESTROYED state."}}""")!),
        _ => (404, JsonNode.Parse("""{"error": {"code": 404, "message": "Secret not found"}}""")!),
    };

    private static JsonObject Payload(string text) => new() { ["payload"] = new JsonObject { ["data"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(text)) } };

    private object Token(Dictionary<string, string> form)
    {
        var granted = form["grant_type"] switch
        {
            "urn:ietf:params:oauth:grant-type:jwt-bearer" => IsSigned(form["assertion"]),
            "refresh_token" => form["refresh_token"] == "refresh" && form["client_secret"] == "c-secret",
            _ => false,
        };
        return granted ? JsonNode.Parse("""{"access_token": "good-token", "expires_in": 3600, "token_type": "Bearer"}""")!
            : (400, JsonNode.Parse("""{"error": "invalid_grant", "error_description": "Invalid JWT Signature."}""")!);
    }

    private bool IsSigned(string assertion)
    {
        var parts = assertion.Split('.');
        var claims = JsonNode.Parse(WebEncoders.Base64UrlDecode(parts[1]))!;
        return _key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), WebEncoders.Base64UrlDecode(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            && (string?)claims["iss"] == "robot@acme.iam.gserviceaccount.com" && (string?)claims["aud"] == $"{_google.Url}/token"
            && (string?)claims["scope"] == "https://www.googleapis.com/auth/cloud-platform" && (long)claims["exp"]! - (long)claims["iat"]! == 3600;
    }

    private JsonObject Key(RSA? key = null) => new()
    {
        ["type"] = "service_account",
        ["project_id"] = "acme",
        ["private_key_id"] = "k1",
        ["private_key"] = (key ?? _key).ExportPkcs8PrivateKeyPem(),
        ["client_email"] = "robot@acme.iam.gserviceaccount.com",
        ["token_uri"] = $"{_google.Url}/token",
    };

    private void Provide(JsonNode? info) => _bench.Provide("gcp", "google-secret-manager", new JsonObject { ["endpoint"] = _google.Url, ["service_account_info"] = info });

    [Theory]
    [InlineData("db-password", "\"newest-password\"")]
    [InlineData("db-password@3", "\"third-password\"")]
    [InlineData("projects/acme/secrets/db-password/versions/3", "\"third-password\"")]
    [InlineData("json#key", "[1,2]")]
    public async Task Service_account_reads_secrets_and_versions(string name, string expected)
    {
        Provide(Key().ToJsonString());
        Assert.Equal(expected, await _bench.ReadAsync("gcp", name));
    }

    [Fact]
    public async Task Every_documented_way_to_sign_in_works()
    {
        var file = _folder.Write("key.json", Key().ToJsonString());
        _folder.Write("gcloud/application_default_credentials.json",
            new JsonObject { ["type"] = "authorized_user", ["client_id"] = "c", ["client_secret"] = "c-secret", ["refresh_token"] = "refresh", ["token_uri"] = $"{_google.Url}/token" }.ToJsonString());
        foreach (var (way, settings, environment) in (IEnumerable<(string, JsonObject, Dictionary<string, string>)>)
        [
            ("mapping", new() { ["service_account_info"] = Key() }, []),
            ("file", new() { ["service_account_file"] = file }, []),
            ("block", new() { ["credentials"] = "{{ prefect.blocks.gcp-credentials.main }}" }, []),
            ("variable", [], new() { ["GOOGLE_APPLICATION_CREDENTIALS"] = file }),
            ("gcloud", [], new() { ["CLOUDSDK_CONFIG"] = _folder.At("gcloud"), ["GOOGLE_CLOUD_PROJECT"] = "acme" }),
            ("machine", [], new() { ["GCE_METADATA_HOST"] = new Uri(_google.Url).Authority }),
        ])
        {
            using var bench = new SecretBench();
            bench.Blocks["gcp-credentials/main"] = new JsonObject { ["service_account_info"] = Key(), ["project"] = "acme" };
            foreach (var (name, value) in environment)
                bench.Environment[name] = value;
            settings["endpoint"] = _google.Url;
            bench.Provide("gcp", "google-secret-manager", settings);
            Assert.Equal((way, "\"newest-password\""), (way, await bench.ReadAsync("gcp", "db-password")));
        }
    }

    [Theory]
    [InlineData("nothing", "Google Secret Manager of the project 'acme' has no secret 'nothing'")]
    [InlineData("denied", "the service account robot@acme.iam.gserviceaccount.com may not read 'denied' of Google Secret Manager of the project 'acme'; give it the role roles/secretmanager.secretAccessor")]
    [InlineData("gone", "is disabled or destroyed")]
    public async Task Refusal_is_told(string name, string told)
    {
        Provide(Key());
        Assert.Contains(told, await _bench.FaultAsync("gcp", name), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_of_somebody_else_and_a_broken_one_are_told_without_the_key()
    {
        using var other = RSA.Create(2048);
        Provide(Key(other));
        Assert.Contains("robot@acme.iam.gserviceaccount.com got no token from Google (400: Invalid JWT Signature.)", await _bench.FaultAsync("gcp", "x"), StringComparison.Ordinal);

        var broken = Key();
        broken["private_key"] = "-----BEGIN PRIVATE KEY-----\nMIIEsecretpart\n-----END PRIVATE KEY-----\n";
        _bench.Provide("broken", "google-secret-manager", new JsonObject { ["service_account_info"] = broken, ["endpoint"] = _google.Url });
        var told = await _bench.FaultAsync("broken", "x");
        Assert.Contains("is not readable", told, StringComparison.Ordinal);
        Assert.DoesNotContain("secretpart", told, StringComparison.Ordinal);

        _bench.Provide("text", "google-secret-manager", new JsonObject { ["service_account_info"] = "{not json: s3cret}" });
        Assert.DoesNotContain("s3cret", await _bench.FaultAsync("text", "x"), StringComparison.Ordinal);
    }
}
