using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reeve.Deployments.Clouds.Google;

/// <summary>One way to prove to Google who one is.</summary>
internal interface IGoogleTokenSource
{
    string Description { get; }

    Task<CloudToken> FetchAsync(string scope, CancellationToken ct);
}

/// <summary>A service account's key: a claim signed with it is exchanged for a token.</summary>
internal sealed class GoogleServiceAccount(JsonObject key, CloudHttp http) : IGoogleTokenSource
{
    private readonly string _email = GoogleIdentity.Required(key, "client_email");
    private readonly string _privateKey = GoogleIdentity.Required(key, "private_key");
    private readonly string _address = GoogleIdentity.Text(key, "token_uri") ?? GoogleTokenEndpoint.Address;

    public string Description => $"the service account {_email}";

    public Task<CloudToken> FetchAsync(string scope, CancellationToken ct) => GoogleTokenEndpoint.FetchAsync(http, _address, Description, new()
    {
        ["grant_type"] = "urn:ietf:params:oauth:grant-type:jwt-bearer",
        ["assertion"] = Assertion(scope),
    }, ct);

    private string Assertion(string scope)
    {
        var now = http.Time.GetUtcNow().ToUnixTimeSeconds();
        var header = new JsonObject { ["alg"] = "RS256", ["typ"] = "JWT", ["kid"] = GoogleIdentity.Text(key, "private_key_id") };
        var claims = new JsonObject { ["iss"] = _email, ["scope"] = scope, ["aud"] = _address, ["iat"] = now, ["exp"] = now + 3600 };
        var signed = $"{Encoded(Encoding.UTF8.GetBytes(header.ToJsonString()))}.{Encoded(Encoding.UTF8.GetBytes(claims.ToJsonString()))}";
        using var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(_privateKey);
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            throw new CloudIdentityException($"the private key of {Description} is not readable; give the JSON file as Google made it, line breaks of the key as \\n");
        }
        return $"{signed}.{Encoded(rsa.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    private static string Encoded(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}

/// <summary>A user who has signed in with <c>gcloud auth application-default login</c>.</summary>
internal sealed class GoogleUser(JsonObject key, CloudHttp http) : IGoogleTokenSource
{
    public string Description => "the user who is signed in to gcloud";

    public Task<CloudToken> FetchAsync(string scope, CancellationToken ct) =>
        GoogleTokenEndpoint.FetchAsync(http, GoogleIdentity.Text(key, "token_uri") ?? GoogleTokenEndpoint.Address, Description, new()
        {
            ["grant_type"] = "refresh_token",
            ["client_id"] = GoogleIdentity.Required(key, "client_id"),
            ["client_secret"] = GoogleIdentity.Required(key, "client_secret"),
            ["refresh_token"] = GoogleIdentity.Required(key, "refresh_token"),
        }, ct);
}

/// <summary>The service account that a virtual machine, a pod or a Cloud Run job runs as.</summary>
internal sealed class GoogleMetadataServer(CloudHttp http, Func<string, string?> environment) : IGoogleTokenSource
{
    private readonly string _host = environment("GCE_METADATA_HOST") is { Length: > 0 } given ? given : "metadata.google.internal";

    public string Description => "the service account of this machine";

    public async Task<CloudToken> FetchAsync(string scope, CancellationToken ct)
    {
        CloudAnswer answer;
        try
        {
            answer = await GetAsync($"instance/service-accounts/default/token?scopes={Uri.EscapeDataString(scope)}", ct);
        }
        catch (HttpRequestException exception)
        {
            throw new CloudIdentityException("no Google credentials were found here: set GOOGLE_APPLICATION_CREDENTIALS to a key file, run 'gcloud auth application-default login', "
                + "give the machine a service account, or use a gcp-credentials block", exception);
        }
        return GoogleTokenEndpoint.Token(answer, Description, http.Time);
    }

    public async Task<string?> FindProjectAsync(CancellationToken ct)
    {
        try
        {
            var answer = await GetAsync("project/project-id", ct);
            return answer.IsSuccess ? answer.Body.Trim() : null;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private Task<CloudAnswer> GetAsync(string path, CancellationToken ct) => http.SendAsync(_ =>
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"http://{_host}/computeMetadata/v1/{path}");
        request.Headers.Add("Metadata-Flavor", "Google");
        return ValueTask.FromResult(request);
    }, ct);
}

/// <summary>Google's OAuth token endpoint.</summary>
internal static class GoogleTokenEndpoint
{
    public const string Address = "https://oauth2.googleapis.com/token";

    public static async Task<CloudToken> FetchAsync(CloudHttp http, string address, string who, Dictionary<string, string> form, CancellationToken ct) =>
        Token(await http.SendAsync(_ => ValueTask.FromResult(new HttpRequestMessage(HttpMethod.Post, address) { Content = new FormUrlEncodedContent(form) }), ct), who, http.Time);

    public static CloudToken Token(CloudAnswer answer, string who, TimeProvider time)
    {
        JsonObject? body = null;
        try
        {
            body = JsonNode.Parse(answer.Body) as JsonObject;
        }
        catch (JsonException)
        {
            // a proxy's page; the status says enough
        }
        if (answer.IsSuccess && body?["access_token"]?.GetValue<string>() is { } token)
            return new CloudToken(token, time.GetUtcNow().AddSeconds(body["expires_in"]?.GetValue<int>() ?? 3600));
        var said = body?["error_description"]?.ToString() ?? (body?["error"] is JsonObject error ? error["message"]?.ToString() : body?["error"]?.ToString());
        throw new CloudIdentityException($"{who} got no token from Google ({(int)answer.Status}{(said is null ? "" : $": {said}")})"
            + (answer.Status is HttpStatusCode.NotFound ? "; does the machine have a service account?" : ""));
    }
}
