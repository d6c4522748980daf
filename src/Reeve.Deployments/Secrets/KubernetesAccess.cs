using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Reeve.Deployments.Clouds;
using Reeve.Deployments.Projects;

namespace Reeve.Deployments.Secrets;

/// <summary>Where a cluster's API is and who one is to it: a pod's service account, or a context of a kubeconfig.</summary>
internal sealed record KubernetesAccess(Uri Server, string Who)
{
    private const string AccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

    public string? Namespace { get; init; }

    private string? Token { get; init; }

    // A pod's token is replaced every hour, so it is read for each request.
    private string? TokenFile { get; init; }

    private (string Name, string Password)? Basic { get; init; }

    private X509Certificate2Collection? Authorities { get; init; }

    private X509Certificate2? Certificate { get; init; }

    private bool Verify { get; init; } = true;

    public static KubernetesAccess Find(SecretSettings settings)
    {
        var given = settings.Data["kubeconfig"] ?? settings.Data["config"];
        var context = settings.Text("context") ?? settings.Text("context_name");
        if (given is JsonObject map)
            return Read(map, context, "the kubeconfig", Directory.GetCurrentDirectory());
        if (given is not null)
            return Read(Yaml("kubeconfig", given.ToString()), context, "the kubeconfig", Directory.GetCurrentDirectory());
        if (settings.Text("kubeconfig_path") is { } path)
            return ReadFile(path, context);
        if (settings.Environment("KUBERNETES_SERVICE_HOST") is { Length: > 0 } host)
            return InCluster(host, settings.Environment("KUBERNETES_SERVICE_PORT") ?? "443", settings.Text("account_folder") ?? AccountFolder);
        if (settings.Environment("KUBECONFIG")?.Split(Path.PathSeparator).FirstOrDefault(File.Exists) is { } named)
            return ReadFile(named, context);
        var own = Path.Combine(settings.Environment("HOME") ?? "/", ".kube", "config");
        return File.Exists(own) ? ReadFile(own, context)
            : throw new SecretException("there is no Kubernetes cluster here: no service account of a pod, no KUBECONFIG, no ~/.kube/config", "set kubeconfig_path");
    }

    public HttpMessageHandler Handler()
    {
        var handler = CertificateTrust.Handler(Verify, Authorities);
        if (Certificate is not null)
            handler.SslOptions.ClientCertificates = [Certificate];
        return handler;
    }

    public async ValueTask<AuthenticationHeaderValue?> AuthorizationAsync(CancellationToken ct)
    {
        if (Basic is { } basic)
            return new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{basic.Name}:{basic.Password}")));
        try
        {
            var token = Token ?? (TokenFile is null ? null : (await File.ReadAllTextAsync(TokenFile, ct)).Trim());
            return token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SecretException($"the token of {Who} cannot be read: {exception.Message}", null, exception);
        }
    }

    private static KubernetesAccess InCluster(string host, string port, string folder)
    {
        var scope = Path.Combine(folder, "namespace");
        return new KubernetesAccess(new Uri($"https://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}/"), "the pod's service account")
        {
            Namespace = File.Exists(scope) ? File.ReadAllText(scope).Trim() : null,
            TokenFile = Path.Combine(folder, "token"),
            Authorities = Pem(File.Exists(Path.Combine(folder, "ca.crt")) ? File.ReadAllText(Path.Combine(folder, "ca.crt")) : null, "ca.crt"),
        };
    }

    private static KubernetesAccess ReadFile(string path, string? context)
    {
        try
        {
            return Read(Yaml(path, File.ReadAllText(path)), context, $"'{path}'", Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SecretException($"the kubeconfig '{path}' cannot be read: {exception.Message}", null, exception);
        }
    }

    private static JsonObject Yaml(string name, string text)
    {
        var faults = new FaultCollector();
        return YamlDocument.Read(name, text, faults, out _) is MapNode map && !faults.Any ? (JsonObject)map.ToJson() : throw new SecretException($"the kubeconfig '{name}' is not YAML");
    }

    private static KubernetesAccess Read(JsonObject config, string? context, string where, string folder)
    {
        var chosen = context ?? config["current-context"]?.ToString() ?? throw new SecretException($"{where} has no current-context", "set context");
        var named = Named(config, "contexts", "context", chosen, where);
        var cluster = Named(config, "clusters", "cluster", named["cluster"]?.ToString() ?? "", where);
        var userName = named["user"]?.ToString();
        var user = userName is null ? [] : Named(config, "users", "user", userName, where);
        var server = cluster["server"]?.ToString() ?? throw new SecretException($"a cluster of {where} has no server");
        var token = user["token"]?.ToString();
        var certificate = Text(user, "client-certificate", folder);
        if (token is null && user["tokenFile"] is null && certificate is null && user["username"] is null && (user["exec"] ?? user["auth-provider"]) is not null)
            throw new SecretException($"the user '{userName}' of {where} signs in by a program of its own, which is not run here", "make a token: kubectl create token NAME");
        return new KubernetesAccess(new Uri(server.TrimEnd('/') + '/'), $"the user '{userName}' of the context '{chosen}'")
        {
            Namespace = named["namespace"]?.ToString(),
            Token = token,
            TokenFile = user["tokenFile"]?.ToString() is { } file ? Path.GetFullPath(file, folder) : null,
            Basic = user["username"]?.ToString() is { } name ? (name, user["password"]?.ToString() ?? "") : null,
            Verify = !(bool.TryParse(cluster["insecure-skip-tls-verify"]?.ToString(), out var skip) && skip),
            Authorities = Pem(Text(cluster, "certificate-authority", folder), "certificate-authority"),
            Certificate = certificate is null ? null : Pair(certificate, Text(user, "client-key", folder)),
        };
    }

    private static JsonObject Named(JsonObject config, string list, string member, string name, string where) =>
        (config[list] as JsonArray)?.OfType<JsonObject>().FirstOrDefault(entry => entry["name"]?.ToString() == name)?[member] as JsonObject
        ?? throw new SecretException($"{where} has no {member} '{name}'",
            NearestName.Hint(name, [.. (config[list] as JsonArray ?? []).OfType<JsonObject>().Select(entry => entry["name"]?.ToString()).OfType<string>()]));

    // "x-data" holds the text itself, "x" names a file of it.
    private static string? Text(JsonObject map, string key, string folder) =>
        map[$"{key}-data"]?.ToString() is { } data ? Encoding.UTF8.GetString(Convert.FromBase64String(data))
        : map[key]?.ToString() is { } file ? File.ReadAllText(Path.GetFullPath(file, folder)) : null;

    private static X509Certificate2Collection? Pem(string? text, string what)
    {
        if (text is null)
            return null;
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(text);
        return certificates.Count > 0 ? certificates : throw new SecretException($"{what} of the cluster holds no certificate");
    }

    private static X509Certificate2 Pair(string certificate, string? key)
    {
        try
        {
            return X509Certificate2.CreateFromPem(certificate, key);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new SecretException("the client certificate of the kubeconfig does not fit its key, or is not readable");
        }
    }
}
