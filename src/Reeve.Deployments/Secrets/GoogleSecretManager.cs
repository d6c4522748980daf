using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Deployments.Clouds;
using Reeve.Deployments.Clouds.Google;

namespace Reeve.Deployments.Secrets;

/// <summary>Google Secret Manager. A name is <c>db-password</c>, with a version <c>db-password@3</c>, or whole: <c>projects/p/secrets/s/versions/3</c>.</summary>
internal sealed class GoogleSecretManager(SecretSettings settings) : ISecretProvider
{
    public static SecretProviderKind Kind { get; } = new("google-secret-manager", "Google Secret Manager, asked with a service account's key or as whoever the machine is",
    [
        new("project", "the project the secrets are in"), new("service_account_info", "the JSON key of a service account", IsSecret: true),
        new("service_account_file", "or a file with it, where the run is"), new("endpoint", "an address of one's own"),
    ], settings => new GoogleSecretManager(settings));

    private readonly GoogleIdentity _identity = GoogleIdentity.Read(settings.Data, settings.Http, settings.Environment);
    private readonly string _endpoint = (settings.Text("endpoint") ?? "https://secretmanager.googleapis.com").TrimEnd('/');
    private string? _project;

    public string Description => $"Google Secret Manager{(_project is null ? "" : $" of the project '{_project}'")}";

    public async Task<JsonNode?> ReadAsync(string name, CancellationToken ct)
    {
        var reference = SecretReference.Parse(name);
        var (secret, version) = reference.Versioned(_ => true);
        var path = secret.StartsWith("projects/", StringComparison.Ordinal) ? secret : $"projects/{await ProjectAsync(ct)}/secrets/{Uri.EscapeDataString(secret)}";
        if (!path.Contains("/versions/", StringComparison.Ordinal))
            path = $"{path}/versions/{Uri.EscapeDataString(version ?? "latest")}";
        var answer = await GetAsync($"{path}:access", ct);
        if (!answer.IsSuccess)
            throw Fault(answer, secret);
        var data = JsonNode.Parse(answer.Body)?["payload"]?["data"]?.GetValue<string>() ?? throw new SecretException($"the secret '{secret}' of {Description} has no value");
        return reference.Pick(Encoding.UTF8.GetString(Convert.FromBase64String(data)), Description);
    }

    public async Task CheckAsync(CancellationToken ct)
    {
        var answer = await GetAsync($"projects/{await ProjectAsync(ct)}/secrets?pageSize=1", ct);
        // Who may read secrets need not be allowed to list them: an answer that knows us is enough.
        if (!answer.IsSuccess && answer.Status is not HttpStatusCode.Forbidden)
            throw Fault(answer, "*");
    }

    private async Task<string> ProjectAsync(CancellationToken ct) => _project ??= await _identity.FindProjectAsync(ct)
        ?? throw new SecretException("Google Secret Manager has no project", "set project, or GOOGLE_CLOUD_PROJECT where the run is");

    private async Task<CloudAnswer> GetAsync(string path, CancellationToken ct)
    {
        var token = await _identity.GetTokenAsync(ct);
        return await settings.Http.SendAsync(_ =>
        {
            var request = new HttpRequestMessage(HttpMethod.Get, $"{_endpoint}/v1/{path}");
            request.Headers.Authorization = new("Bearer", token);
            return ValueTask.FromResult(request);
        }, ct);
    }

    private SecretException Fault(CloudAnswer answer, string name)
    {
        var said = Message(answer.Body);
        return answer.Status switch
        {
            HttpStatusCode.NotFound => new($"{Description} has no secret '{name}', or not this version of it", "'gcloud secrets list' shows those there are"),
            HttpStatusCode.Forbidden when said?.Contains("has not been used", StringComparison.Ordinal) is true => new($"the Secret Manager API is not enabled in {Description}", "gcloud services enable secretmanager.googleapis.com"),
            HttpStatusCode.Forbidden => new($"{_identity.Description} may not read '{name}' of {Description}", "give it the role roles/secretmanager.secretAccessor on the secret"),
            HttpStatusCode.Unauthorized => new($"{Description} did not accept the token of {_identity.Description}"),
            HttpStatusCode.TooManyRequests => new($"{Description} has too many requests, and still had after several tries"),
            HttpStatusCode.BadRequest when said?.Contains("state", StringComparison.OrdinalIgnoreCase) is true => new($"this version of '{name}' of {Description} is disabled or destroyed"),
            _ => new($"{Description} answered {(int)answer.Status} for '{name}'{(said is null ? "" : $": {said}")}"),
        };
    }

    private static string? Message(string body)
    {
        try
        {
            return JsonNode.Parse(body)?["error"]?["message"]?.ToString();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
