using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Deployments.Clouds;

namespace Reeve.Deployments.Secrets;

/// <summary>
/// HashiCorp Vault (and OpenBao): the key-value store of either version. A name is the path in the mount; <c>#password</c> takes one key of it,
/// without a key a secret of one key is that value and another one the whole mapping. <c>@3</c> is a version.
/// </summary>
internal sealed class HashiCorpVault : ISecretProvider
{
    private static readonly TimeSpan s_margin = TimeSpan.FromSeconds(30);

    public static SecretProviderKind Kind { get; } = new("vault", "HashiCorp Vault's key-value store, asked with a token, an AppRole or a Kubernetes service account",
    [
        new("address", "https://vault.example.com:8200; default: VAULT_ADDR"), new("mount", "where the store is mounted; default: secret"), new("kv_version", "1 or 2; default: 2"),
        new("namespace", "of Vault Enterprise; default: VAULT_NAMESPACE"), new("token", "default: VAULT_TOKEN, then ~/.vault-token", IsSecret: true),
        new("role_id", "of an AppRole"), new("secret_id", "of an AppRole", IsSecret: true), new("kubernetes_role", "the role a pod signs in as"),
        new("jwt_path", "the pod's token; default: the mounted one"), new("auth_mount", "where the way to sign in is mounted; default: approle or kubernetes"),
        new("ca_cert", "a file of authorities to trust; default: VAULT_CACERT"), new("verify", "false: any certificate is taken"),
    ], settings => new HashiCorpVault(settings));

    private readonly SecretSettings _settings;
    private readonly CloudHttp _http;
    private readonly Uri _address;
    private readonly string _mount;
    private readonly bool _isFirst;
    private (string Token, DateTimeOffset EndsAt)? _login;

    private HashiCorpVault(SecretSettings settings)
    {
        _settings = settings;
        var text = settings.Text("address") ?? settings.Environment("VAULT_ADDR") ?? settings.Required("address", "https://vault.example.com:8200");
        if (!Uri.TryCreate(text.TrimEnd('/') + '/', UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new SecretException($"address '{text}' is not an address", "for example https://vault.example.com:8200");
        _address = address;
        _mount = (settings.Text("mount") ?? "secret").Trim('/');
        _isFirst = settings.Text("kv_version") switch
        {
            "1" => true,
            "2" or null => false,
            var other => throw new SecretException($"kv_version '{other}' is neither 1 nor 2"),
        };
        var authorities = settings.Text("ca_cert") ?? settings.Environment("VAULT_CACERT");
        var verify = settings.Flag("verify") ?? true;
        _http = authorities is null && verify ? settings.Http : settings.Http.Over(CertificateTrust.Handler(verify, authorities));
    }

    public string Description => $"the vault {_address.GetLeftPart(UriPartial.Authority)}";

    private string Who => _settings.Text("role_id") is { } role ? $"the AppRole {role}" : _settings.Text("kubernetes_role") is { } pod ? $"the Kubernetes role '{pod}'" : "the token";

    public async Task<JsonNode?> ReadAsync(string name, CancellationToken ct)
    {
        var reference = SecretReference.Parse(name);
        var (path, version) = reference.Versioned(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _));
        var escaped = string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
        var answer = await SendAsync(HttpMethod.Get, _isFirst ? $"{_mount}/{escaped}" : $"{_mount}/data/{escaped}{(version is null ? "" : $"?version={version}")}", null, await TokenAsync(ct), ct);
        if (!answer.IsSuccess)
            throw Fault(answer, path);
        var data = Parsed(answer)?["data"] as JsonObject;
        if (!_isFirst)
            data = data?["data"] as JsonObject;
        return data is null ? throw new SecretException($"the secret '{path}' of {Description} has no value", "is kv_version that of the mount?") : reference.Pick(data, Description);
    }

    public async Task CheckAsync(CancellationToken ct)
    {
        var answer = await SendAsync(HttpMethod.Get, "auth/token/lookup-self", null, await TokenAsync(ct), ct);
        if (!answer.IsSuccess)
            throw Fault(answer, null);
    }

    private async Task<string> TokenAsync(CancellationToken ct)
    {
        if (_login is { } login && login.EndsAt - s_margin > _http.Time.GetUtcNow())
            return login.Token;
        if (_settings.Text("role_id") is { } role)
            return await LogInAsync("approle", new JsonObject { ["role_id"] = role, ["secret_id"] = _settings.Text("secret_id") ?? "" }, ct);
        if (_settings.Text("kubernetes_role") is { } pod)
            return await LogInAsync("kubernetes", new JsonObject
            {
                ["role"] = pod,
                ["jwt"] = await FileTextAsync(_settings.Text("jwt_path") ?? "/var/run/secrets/kubernetes.io/serviceaccount/token", "the pod's token", ct),
            }, ct);
        if ((_settings.Text("token") ?? _settings.Environment("VAULT_TOKEN")) is { Length: > 0 } token)
            return token;
        var file = Path.Combine(_settings.Environment("HOME") ?? "/", ".vault-token");
        return File.Exists(file) ? await FileTextAsync(file, "the token of 'vault login'", ct)
            : throw new SecretException($"nothing says who asks {Description}", "set token, role_id and secret_id, or kubernetes_role; or VAULT_TOKEN where the run is");
    }

    private async Task<string> LogInAsync(string method, JsonObject proof, CancellationToken ct)
    {
        var mount = (_settings.Text("auth_mount") ?? method).Trim('/');
        var answer = await SendAsync(HttpMethod.Post, $"auth/{mount}/login", proof, null, ct);
        if (!answer.IsSuccess || Parsed(answer)?["auth"] is not JsonObject auth || auth["client_token"]?.ToString() is not { } token)
            throw new SecretException($"{Description} did not let {Who} in at auth/{mount} ({(int)answer.Status}{Errors(answer)})", "are role and proof right, and is the way to sign in mounted there?");
        _login = (token, _http.Time.GetUtcNow().AddSeconds(auth["lease_duration"]?.GetValue<double>() ?? 0));
        return token;
    }

    private Task<CloudAnswer> SendAsync(HttpMethod method, string path, JsonObject? body, string? token, CancellationToken ct) => _http.SendAsync(_ =>
    {
        var request = new HttpRequestMessage(method, new Uri(_address, $"v1/{path}"));
        request.Headers.TryAddWithoutValidation("X-Vault-Request", "true");
        if (token is not null)
            request.Headers.TryAddWithoutValidation("X-Vault-Token", token);
        if ((_settings.Text("namespace") ?? _settings.Environment("VAULT_NAMESPACE")) is { Length: > 0 } space)
            request.Headers.TryAddWithoutValidation("X-Vault-Namespace", space);
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        return ValueTask.FromResult(request);
    }, ct);

    private SecretException Fault(CloudAnswer answer, string? path) => answer.Status switch
    {
        HttpStatusCode.NotFound when (Parsed(answer)?["data"] as JsonObject)?["metadata"] is not null => new($"this version of '{path}' of {Description} is deleted"),
        HttpStatusCode.NotFound => new($"{Description} has no secret '{path}' in the mount '{_mount}'", $"is the mount right, and is it of version {(_isFirst ? 1 : 2)}?"),
        HttpStatusCode.Forbidden => new($"{Who} may not read '{path ?? "itself"}' of {Description}", $"its policy needs 'read' on {(_isFirst ? $"{_mount}/{path}" : $"{_mount}/data/{path}")}; or the token is over"),
        HttpStatusCode.ServiceUnavailable => new($"{Description} is sealed or in maintenance"),
        HttpStatusCode.TooManyRequests => new($"{Description} has too many requests, and still had after several tries"),
        _ => new($"{Description} answered {(int)answer.Status}{Errors(answer)}"),
    };

    private static string Errors(CloudAnswer answer) =>
        Parsed(answer)?["errors"] is JsonArray { Count: > 0 } errors ? ": " + string.Join("; ", errors.Select(error => error?.ToString().ReplaceLineEndings(" "))) : "";

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

    private static async Task<string> FileTextAsync(string file, string what, CancellationToken ct)
    {
        try
        {
            return (await File.ReadAllTextAsync(file, ct)).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SecretException($"{what} in '{file}' cannot be read: {exception.Message}", null, exception);
        }
    }
}
