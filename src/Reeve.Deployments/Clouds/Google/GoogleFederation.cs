using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reeve.Deployments.Clouds.Google;

/// <summary>Workload identity federation: the token of another issuer (a CI system, a cluster), read from a file or an address, is exchanged for Google's.</summary>
internal sealed class GoogleFederatedIdentity(JsonObject key, CloudHttp http) : IGoogleTokenSource
{
    public string Description => "the federated identity " + (GoogleIdentity.Text(key, "audience") ?? "");

    public async Task<CloudToken> FetchAsync(string scope, CancellationToken ct)
    {
        var impersonated = GoogleIdentity.Text(key, "service_account_impersonation_url");
        var federated = await GoogleTokenEndpoint.FetchAsync(http, GoogleIdentity.Text(key, "token_url") ?? "https://sts.googleapis.com/v1/token", Description, new()
        {
            ["grant_type"] = "urn:ietf:params:oauth:grant-type:token-exchange",
            ["requested_token_type"] = "urn:ietf:params:oauth:token-type:access_token",
            ["audience"] = GoogleIdentity.Required(key, "audience"),
            ["scope"] = impersonated is null ? scope : GoogleIdentity.CloudPlatformScope,
            ["subject_token_type"] = GoogleIdentity.Required(key, "subject_token_type"),
            ["subject_token"] = await SubjectTokenAsync(ct),
        }, ct);
        return impersonated is null ? federated : await GoogleImpersonation.ExchangeAsync(http, impersonated, federated, scope, ct);
    }

    private async Task<string> SubjectTokenAsync(CancellationToken ct)
    {
        var source = key["credential_source"] as JsonObject ?? throw new CloudIdentityException("the Google credentials have no 'credential_source'");
        string text;
        if (GoogleIdentity.Text(source, "file") is { } file)
        {
            try
            {
                text = await File.ReadAllTextAsync(file, ct);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new CloudIdentityException($"the token of {Description} cannot be read: {exception.Message}", exception);
            }
        }
        else if (GoogleIdentity.Text(source, "url") is { } url)
        {
            var answer = await http.SendAsync(_ =>
            {
                var request = new HttpRequestMessage(HttpMethod.Get, url);
                foreach (var (name, value) in source["headers"] as JsonObject ?? [])
                    request.Headers.TryAddWithoutValidation(name, value?.ToString());
                return ValueTask.FromResult(request);
            }, ct);
            text = answer.IsSuccess ? answer.Body : throw new CloudIdentityException($"the token of {Description} was not given ({(int)answer.Status})");
        }
        else
        {
            throw new CloudIdentityException($"the token of {Description} comes neither from a file nor from an address; the other sources are not understood");
        }
        if (source["format"] is not JsonObject format || format["type"]?.ToString() != "json")
            return text.Trim();
        try
        {
            return (JsonNode.Parse(text) as JsonObject)?[format["subject_token_field_name"]?.ToString() ?? ""]?.ToString()
                ?? throw new CloudIdentityException($"the token of {Description} does not stand in the field that 'subject_token_field_name' names");
        }
        catch (JsonException)
        {
            throw new CloudIdentityException($"what holds the token of {Description} is not JSON");
        }
    }
}

/// <summary>One identity that may act as a service account: <c>gcloud auth application-default login --impersonate-service-account</c>.</summary>
internal sealed class GoogleImpersonation(JsonObject key, CloudHttp http) : IGoogleTokenSource
{
    private readonly IGoogleTokenSource _own = GoogleIdentity.Source(key["source_credentials"] as JsonObject
        ?? throw new CloudIdentityException("the Google credentials have no 'source_credentials'"), http);

    public string Description => $"{_own.Description}, as another service account";

    public async Task<CloudToken> FetchAsync(string scope, CancellationToken ct) => await ExchangeAsync(http,
        GoogleIdentity.Required(key, "service_account_impersonation_url"), await _own.FetchAsync(GoogleIdentity.CloudPlatformScope, ct), scope, ct);

    public static async Task<CloudToken> ExchangeAsync(CloudHttp http, string address, CloudToken own, string scope, CancellationToken ct)
    {
        var answer = await http.SendAsync(_ =>
        {
            var request = new HttpRequestMessage(HttpMethod.Post, address)
            {
                Content = new StringContent(new JsonObject { ["scope"] = new JsonArray(scope) }.ToJsonString(), System.Text.Encoding.UTF8, "application/json"),
            };
            request.Headers.Authorization = new("Bearer", own.Value);
            return ValueTask.FromResult(request);
        }, ct);
        if (!answer.IsSuccess)
            throw new CloudIdentityException($"Google did not let this identity act as the service account ({(int)answer.Status}); it needs the role Service Account Token Creator on it");
        var body = JsonNode.Parse(answer.Body)!;
        return new CloudToken(body["accessToken"]!.GetValue<string>(), body["expireTime"]?.GetValue<DateTimeOffset>() ?? http.Time.GetUtcNow().AddHours(1));
    }
}
