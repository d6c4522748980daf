using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Reeve.Deployments.Clouds;

namespace Reeve.Deployments.Secrets;

/// <summary>Secrets of a Kubernetes cluster, by its API. A name is <c>db#password</c>, in another namespace <c>other/db#password</c>.</summary>
internal sealed class KubernetesSecrets : ISecretProvider
{
    public static SecretProviderKind Kind { get; } = new("kubernetes", "secrets of a Kubernetes cluster, asked as the pod's service account or with a kubeconfig",
    [
        new("namespace", "where the secrets are; default: the pod's, or the context's"), new("kubeconfig", "the text or mapping of a kubeconfig", IsSecret: true),
        new("kubeconfig_path", "or its file; default: the pod's service account, then KUBECONFIG, then ~/.kube/config"), new("context", "of the kubeconfig; default: its current one"),
        new("account_folder", "where the pod's service account is mounted, if not in the usual place"), new("config", "as kubernetes-cluster-config has it", IsSecret: true), new("context_name", "as kubernetes-cluster-config has it"),
    ], settings => new KubernetesSecrets(settings));

    private readonly KubernetesAccess _access;
    private readonly CloudHttp _http;
    private readonly string _namespace;

    private KubernetesSecrets(SecretSettings settings)
    {
        _access = KubernetesAccess.Find(settings);
        _http = settings.Http.Over(_access.Handler());
        _namespace = settings.Text("namespace") ?? _access.Namespace ?? "default";
    }

    public string Description => $"the Kubernetes cluster {_access.Server}";

    public async Task<JsonNode?> ReadAsync(string name, CancellationToken ct)
    {
        var reference = SecretReference.Parse(name);
        var (space, secret) = reference.Name.Split('/') switch
        {
            [var only] => (_namespace, only),
            [var other, var its] => (other, its),
            _ => throw new SecretException($"'{reference.Name}' is not a name of {Description}", "write secret#key or namespace/secret#key"),
        };
        var answer = await GetAsync($"api/v1/namespaces/{Uri.EscapeDataString(space)}/secrets/{Uri.EscapeDataString(secret)}", ct);
        if (!answer.IsSuccess)
            throw Fault(answer, secret, space);
        var pairs = new JsonObject();
        foreach (var (key, value) in JsonNode.Parse(answer.Body)?["data"] as JsonObject ?? [])
            pairs[key] = Encoding.UTF8.GetString(Convert.FromBase64String(value!.GetValue<string>()));
        return reference.Pick(pairs, Description);
    }

    public async Task CheckAsync(CancellationToken ct)
    {
        var answer = await GetAsync("version", ct);
        if (!answer.IsSuccess && answer.Status is not HttpStatusCode.Forbidden)
            throw Fault(answer, "*", _namespace);
    }

    private Task<CloudAnswer> GetAsync(string path, CancellationToken ct) => _http.SendAsync(async either =>
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_access.Server, path));
        request.Headers.Accept.ParseAdd("application/json");
        request.Headers.Authorization = await _access.AuthorizationAsync(either);
        return request;
    }, ct);

    private SecretException Fault(CloudAnswer answer, string secret, string space) => answer.Status switch
    {
        HttpStatusCode.NotFound => new($"{Description} has no secret '{secret}' in the namespace '{space}'", $"kubectl get secrets -n {space}"),
        HttpStatusCode.Forbidden => new($"{_access.Who} may not read '{secret}' in the namespace '{space}' of {Description}", "bind it a role with the verb 'get' on 'secrets'"),
        HttpStatusCode.Unauthorized => new($"{Description} does not accept {_access.Who}", "its token or certificate is over or of another cluster"),
        HttpStatusCode.TooManyRequests => new($"{Description} has too many requests, and still had after several tries"),
        _ => new($"{Description} answered {(int)answer.Status} for '{secret}'"),
    };
}
