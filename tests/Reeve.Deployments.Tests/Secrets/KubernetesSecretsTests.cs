using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Reeve.Deployments.Tests.Support;

namespace Reeve.Deployments.Tests.Secrets;

/// <summary>A cluster's API with TLS of its own authority, which knows a token and a client certificate.</summary>
public sealed class KubernetesSecretsTests : IAsyncLifetime
{
    private readonly SecretBench _bench = new();
    private readonly TemporaryFolder _folder = new();
    private readonly X509Certificate2 _client = CloudFake.SelfSigned("reeve");
    private CloudFake _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await CloudFake.StartAsync(Answer, tls: true, clientCertificates: true);

    public async ValueTask DisposeAsync()
    {
        _bench.Dispose();
        _folder.Dispose();
        _client.Dispose();
        await _cluster.DisposeAsync();
    }

    private object? Answer(CloudRequest request)
    {
        if (request.Header("Authorization") is not "Bearer pod-token" && request.Context.Connection.ClientCertificate?.Thumbprint != _client.Thumbprint)
            return (401, JsonNode.Parse("""{"kind": "Status", "code": 401, "reason": "Unauthorized"}""")!);
        return request.Path switch
        {
            "/api/v1/namespaces/flows/secrets/db" => Secret(("username", "u"), ("password", "p-in-flows")),
            "/api/v1/namespaces/other/secrets/token" => Secret(("value", "only-token")),
            "/api/v1/namespaces/flows/secrets/denied" => (403, JsonNode.Parse("""{"kind": "Status", "code": 403, "message": "secrets \"denied\" is forbidden"}""")!),
            _ => (404, JsonNode.Parse("""{"kind": "Status", "code": 404, "reason": "NotFound"}""")!),
        };
    }

    private static JsonObject Secret(params IEnumerable<(string Key, string Value)> pairs) => new()
    {
        ["kind"] = "Secret",
        ["data"] = new JsonObject(pairs.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)Convert.ToBase64String(Encoding.UTF8.GetBytes(pair.Value))))),
    };

    private string Authority => _cluster.Certificate!.ExportCertificatePem();

    private string KubeConfig(string user) => $$"""
        apiVersion: v1
        kind: Config
        current-context: dev
        contexts:
        - name: dev
          context: {cluster: local, user: me, namespace: flows}
        clusters:
        - name: local
          cluster:
            server: {{_cluster.Url}}
            certificate-authority-data: {{Convert.ToBase64String(Encoding.ASCII.GetBytes(Authority))}}
        users:
        - name: me
          user: {{user}}
        """;

    [Fact]
    public async Task Pod_reads_with_its_service_account()
    {
        _folder.Write("token", "pod-token\n");
        _folder.Write("ca.crt", Authority);
        _folder.Write("namespace", "flows");
        var address = new Uri(_cluster.Url);
        (_bench.Environment["KUBERNETES_SERVICE_HOST"], _bench.Environment["KUBERNETES_SERVICE_PORT"]) = (address.Host, $"{address.Port}");
        _bench.Provide("k8s", "kubernetes", new JsonObject { ["account_folder"] = _folder.Path });

        Assert.Equal("\"p-in-flows\"", await _bench.ReadAsync("k8s", "db#password"));
        Assert.Equal("""{"username":"u","password":"p-in-flows"}""", await _bench.ReadAsync("k8s", "db"));
        Assert.Equal("\"only-token\"", await _bench.ReadAsync("k8s", "other/token"));
        Assert.Contains("the pod's service account may not read 'denied' in the namespace 'flows'", await _bench.FaultAsync("k8s", "denied"), StringComparison.Ordinal);
        Assert.Contains("has no secret 'nothing' in the namespace 'flows'; kubectl get secrets -n flows", await _bench.FaultAsync("k8s", "nothing"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kubeconfig_with_a_token_or_a_client_certificate_is_understood()
    {
        var key = _client.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem();
        _folder.Write("me.key", key);
        foreach (var user in (IEnumerable<string>)
        [
            "{token: pod-token}",
            $"{{client-certificate-data: {Convert.ToBase64String(Encoding.ASCII.GetBytes(_client.ExportCertificatePem()))}, client-key: me.key}}",
        ])
        {
            using var bench = new SecretBench();
            bench.Environment["KUBECONFIG"] = _folder.Write("config", KubeConfig(user));
            bench.Provide("k8s", "kubernetes", []);
            Assert.Equal("\"p-in-flows\"", await bench.ReadAsync("k8s", "db#password"));
        }
    }

    [Fact]
    public async Task Wrong_token_foreign_authority_and_missing_context_are_told()
    {
        _bench.Provide("wrong", "kubernetes", new JsonObject { ["kubeconfig"] = KubeConfig("{token: not-the-token}") });
        _bench.Provide("context", "kubernetes", new JsonObject { ["kubeconfig"] = KubeConfig("{token: pod-token}"), ["context"] = "prod" });
        using var stranger = CloudFake.SelfSigned("127.0.0.1");
        _bench.Provide("stranger", "kubernetes", new JsonObject
        {
            ["kubeconfig"] = KubeConfig("{token: pod-token}").Replace(Convert.ToBase64String(Encoding.ASCII.GetBytes(Authority)), Convert.ToBase64String(Encoding.ASCII.GetBytes(stranger.ExportCertificatePem())), StringComparison.Ordinal),
        });

        Assert.Contains("does not accept the user 'me' of the context 'dev'", await _bench.FaultAsync("wrong", "db"), StringComparison.Ordinal);
        Assert.Contains("has no context 'prod'", await _bench.FaultAsync("context", "db"), StringComparison.Ordinal);
        Assert.Contains("cannot be reached: The SSL connection could not be established", await _bench.FaultAsync("stranger", "db"), StringComparison.Ordinal);
    }
}
