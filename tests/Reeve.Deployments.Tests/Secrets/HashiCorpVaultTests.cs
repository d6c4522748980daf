using System.Text.Json.Nodes;
using Reeve.Deployments.Tests.Support;

namespace Reeve.Deployments.Tests.Secrets;

/// <summary>The HTTP API of Vault: a store of version 2 at secret/, one of version 1 at old/, AppRole and Kubernetes to sign in.</summary>
public sealed class HashiCorpVaultTests : IAsyncLifetime
{
    private readonly SecretBench _bench = new();
    private readonly TemporaryFolder _folder = new();
    private CloudFake _vault = null!;
    private int _logins;

    public async ValueTask InitializeAsync() => _vault = await CloudFake.StartAsync(Answer);

    public async ValueTask DisposeAsync()
    {
        _bench.Dispose();
        _folder.Dispose();
        await _vault.DisposeAsync();
    }

    private object? Answer(CloudRequest request)
    {
        if (request.Path.EndsWith("/login", StringComparison.Ordinal))
            return LogIn(request.Path, request.Json!);
        if (request.Header("X-Vault-Token") is not ("s.root" or "s.login") || request.Header("X-Vault-Request") is null)
            return (403, JsonNode.Parse("""{"errors": ["permission denied"]}""")!);
        return request.Path switch
        {
            "/v1/secret/data/app/db" when request.Query("version") == "2" => Second("""{"password": "second"}"""),
            "/v1/secret/data/app/db" when request.Query("version") == "1" => (404, JsonNode.Parse("""{"data": {"data": null, "metadata": {"deletion_time": "2026-01-01T00:00:00Z", "version": 1}}}""")!),
            "/v1/secret/data/app/db" => Second("""{"password": "newest", "port": 5432}"""),
            "/v1/secret/data/one" => Second("""{"value": "only-value"}"""),
            "/v1/secret/data/denied" => (403, JsonNode.Parse("""{"errors": ["1 error occurred:\n\t* permission denied\n\n"]}""")!),
            "/v1/secret/data/sealed" => (503, JsonNode.Parse("""{"errors": ["Vault is sealed"]}""")!),
            "/v1/old/app/db" => JsonNode.Parse("""{"data": {"password": "of-version-one"}, "lease_duration": 2764800}"""),
            "/v1/auth/token/lookup-self" => JsonNode.Parse("""{"data": {"id": "x"}}"""),
            _ => (404, JsonNode.Parse("""{"errors": []}""")!),
        };
    }

    private object LogIn(string path, JsonNode proof)
    {
        _logins++;
        return (path, (string?)proof["role_id"], (string?)proof["secret_id"], (string?)proof["role"], (string?)proof["jwt"]) is
            ("/v1/auth/approle/login", "role-1", "secret-1", _, _) or ("/v1/auth/k8s/login", _, _, "reeve", "pod.jwt")
            ? JsonNode.Parse("""{"auth": {"client_token": "s.login", "lease_duration": 3600}}""")! : (400, JsonNode.Parse("""{"errors": ["invalid role or secret ID"]}""")!);
    }

    private static JsonNode Second(string data) => JsonNode.Parse($$$"""{"data": {"data": {{{data}}}, "metadata": {"version": 2} } }""")!;

    private void Provide(params IEnumerable<(string Name, JsonNode Value)> settings) => _bench.Provide("vault", "vault",
        new JsonObject([KeyValuePair.Create("address", (JsonNode?)_vault.Url), .. settings.Select(setting => KeyValuePair.Create(setting.Name, (JsonNode?)setting.Value))]));

    [Theory]
    [InlineData("app/db#password", "\"newest\"")]
    [InlineData("app/db#port", "5432")]
    [InlineData("app/db", """{"password":"newest","port":5432}""")]
    [InlineData("app/db@2#password", "\"second\"")]
    [InlineData("one", "\"only-value\"")]
    public async Task Store_of_version_two_is_read_with_a_token(string name, string expected)
    {
        _bench.Environment["TOKEN_OF_TEST"] = "s.root";
        Provide(("token", "{{ $TOKEN_OF_TEST }}"));

        Assert.Equal(expected, await _bench.ReadAsync("vault", name));
        Assert.Equal("X-Vault-Token: ********", _bench.Secrets.Redact("X-Vault-Token: s.root"));
    }

    [Fact]
    public async Task Store_of_version_one_is_read_with_an_approle_that_signs_in_once()
    {
        Provide(("mount", "old"), ("kv_version", 1), ("role_id", "role-1"), ("secret_id", "secret-1"));

        Assert.Equal("\"of-version-one\"", await _bench.ReadAsync("vault", "app/db#password"));
        Assert.Equal("\"of-version-one\"", await _bench.ReadAsync("vault", "app/db"));
        Assert.Equal(1, _logins);

        _bench.Time.Advance(TimeSpan.FromHours(1));
        Assert.Contains("has no key 'user'", await _bench.FaultAsync("vault", "app/db#user"), StringComparison.Ordinal);
        Assert.Equal(2, _logins);
    }

    [Fact]
    public async Task Pod_signs_in_with_its_service_account()
    {
        var token = _folder.Write("token", "pod.jwt\n");
        Provide(("kubernetes_role", "reeve"), ("jwt_path", token), ("auth_mount", "k8s"));

        Assert.Equal("\"newest\"", await _bench.ReadAsync("vault", "app/db#password"));
    }

    [Theory]
    [InlineData("nothing", "has no secret 'nothing' in the mount 'secret'; is the mount right, and is it of version 2?")]
    [InlineData("denied", "the token may not read 'denied' of the vault http://127.0.0.1")]
    [InlineData("denied", "its policy needs 'read' on secret/data/denied")]
    [InlineData("sealed", "is sealed or in maintenance")]
    [InlineData("app/db@1", "this version of 'app/db' of the vault")]
    [InlineData("app/db#pasword", "has no key 'pasword'; did you mean 'password'?")]
    public async Task Refusal_is_told(string name, string told)
    {
        Provide(("token", "s.root"));
        Assert.Contains(told, await _bench.FaultAsync("vault", name), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_proof_is_told_without_it()
    {
        Provide(("role_id", "role-1"), ("secret_id", "not-the-secret-id"));
        var told = await _bench.FaultAsync("vault", "app/db");
        Assert.Contains("did not let the AppRole role-1 in at auth/approle (400: invalid role or secret ID)", told, StringComparison.Ordinal);
        Assert.DoesNotContain("not-the-secret-id", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Vault_that_is_away_is_told_and_then_found_again()
    {
        await using (var away = await CloudFake.StartAsync(Answer))
            _bench.Provide("away", "vault", new JsonObject { ["address"] = away.Url, ["token"] = "s.root" });

        Assert.Contains("cannot be reached: Connection refused", await _bench.FaultAsync("away", "app/db"), StringComparison.Ordinal);
    }
}
