using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reeve.Deployments.Clouds.Google;

/// <summary>
/// Who a program is to Google Cloud: a service account's key, a user who signed in with gcloud, a federated identity, or the service account of
/// the machine. Found as Google's own libraries find it.
/// </summary>
public sealed class GoogleIdentity
{
    public const string CloudPlatformScope = "https://www.googleapis.com/auth/cloud-platform";

    private readonly IGoogleTokenSource _source;
    private readonly TokenCache _tokens;
    private readonly string? _project;

    private GoogleIdentity(IGoogleTokenSource source, string? project, TimeProvider time)
    {
        (_source, _project) = (source, project);
        _tokens = new TokenCache(time, FetchAsync);
    }

    /// <summary>How a message calls the identity, without a secret.</summary>
    public string Description => _source.Description;

    /// <summary>
    /// Reads a <c>gcp-credentials</c> block's <c>service_account_info</c> (a mapping or JSON text), <c>service_account_file</c> and
    /// <c>project</c>; without them the application default credentials: GOOGLE_APPLICATION_CREDENTIALS, gcloud's file, the metadata server.
    /// </summary>
    /// <exception cref="CloudIdentityException">A key is not readable or not a key.</exception>
    public static GoogleIdentity Read(JsonObject? data, CloudHttp http, Func<string, string?>? environment = null)
    {
        data ??= [];
        environment ??= Environment.GetEnvironmentVariable;
        var key = data["service_account_info"] is { } info ? Key(info, "service_account_info")
            : Text(data, "service_account_file") is { } file ? KeyFile(file)
            : data.ContainsKey("private_key") || data.ContainsKey("refresh_token") ? data
            : environment("GOOGLE_APPLICATION_CREDENTIALS") is { Length: > 0 } named ? KeyFile(named)
            : WellKnownFile(environment) is { } gcloud && File.Exists(gcloud) ? KeyFile(gcloud)
            : null;
        var project = Text(data, "project") ?? (key is null ? null : Text(key, "project_id") ?? Text(key, "quota_project_id"))
            ?? environment("GOOGLE_CLOUD_PROJECT") ?? environment("GCLOUD_PROJECT") ?? environment("CLOUDSDK_CORE_PROJECT");
        IGoogleTokenSource source = key is null ? new GoogleMetadataServer(http, environment) : Source(key, http);
        return new GoogleIdentity(source, project, http.Time);
    }

    /// <summary>An access token, kept until shortly before it ends.</summary>
    /// <exception cref="CloudIdentityException">There is no identity here, or Google does not accept it.</exception>
    public Task<string> GetTokenAsync(CancellationToken ct) => _tokens.GetAsync(CloudPlatformScope, ct);

    /// <summary>The project that is meant when none is named; null: nobody knows.</summary>
    public async Task<string?> FindProjectAsync(CancellationToken ct) =>
        _project ?? (_source is GoogleMetadataServer machine ? await machine.FindProjectAsync(ct) : null);

    private async Task<CloudToken> FetchAsync(string scope, CancellationToken ct)
    {
        try
        {
            return await _source.FetchAsync(scope, ct);
        }
        catch (HttpRequestException exception)
        {
            throw new CloudIdentityException($"{Description} got no token from Google: {exception.Message}", exception);
        }
    }

    internal static IGoogleTokenSource Source(JsonObject key, CloudHttp http) => Text(key, "type") switch
    {
        "service_account" or null => new GoogleServiceAccount(key, http),
        "authorized_user" => new GoogleUser(key, http),
        "external_account" => new GoogleFederatedIdentity(key, http),
        "impersonated_service_account" => new GoogleImpersonation(key, http),
        var type => throw new CloudIdentityException($"Google credentials of the type '{type}' are not understood; use a service account's key"),
    };

    internal static string? Text(JsonObject data, string name) =>
        data[name] is JsonValue value && value.TryGetValue<string>(out var text) && !string.IsNullOrWhiteSpace(text) ? text : null;

    internal static string Required(JsonObject key, string name) =>
        Text(key, name) ?? throw new CloudIdentityException($"the Google credentials have no '{name}'; give the JSON file as Google made it");

    private static JsonObject Key(JsonNode info, string where)
    {
        try
        {
            var parsed = info is JsonValue value && value.TryGetValue<string>(out var text) ? JsonNode.Parse(text) : info;
            return parsed as JsonObject ?? throw new CloudIdentityException($"{where} is not a JSON mapping");
        }
        catch (JsonException)
        {
            throw new CloudIdentityException($"{where} is not JSON; give the key file of the service account as Google made it"); // the fault's own text would quote the key
        }
    }

    private static JsonObject KeyFile(string path)
    {
        var whole = path.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), path[2..]) : path;
        try
        {
            return Key(JsonValue.Create(File.ReadAllText(whole)), $"the file '{path}'");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CloudIdentityException($"the Google credentials in '{path}' cannot be read: {exception.Message}", exception);
        }
    }

    private static string? WellKnownFile(Func<string, string?> environment)
    {
        var folder = environment("CLOUDSDK_CONFIG") ?? (OperatingSystem.IsWindows()
            ? environment("APPDATA") is { } data ? Path.Combine(data, "gcloud") : null
            : environment("HOME") is { } home ? Path.Combine(home, ".config", "gcloud") : null);
        return folder is null ? null : Path.Combine(folder, "application_default_credentials.json");
    }
}
