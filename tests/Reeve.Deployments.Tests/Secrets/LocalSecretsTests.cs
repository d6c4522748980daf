using System.Text.Json.Nodes;
using Reeve.Deployments.Tests.Support;

namespace Reeve.Deployments.Tests.Secrets;

public sealed class LocalSecretsTests : IDisposable
{
    private readonly SecretBench _bench = new();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _bench.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Environment_needs_no_block_and_is_masked()
    {
        _bench.Environment["TOKEN"] = "very-secret";
        _bench.Environment["DB"] = """{"user": "u", "port": 5432, "password": "p4ssw0rd"}""";

        Assert.Equal("\"very-secret\"", await _bench.ReadAsync("env", "TOKEN"));
        Assert.Equal("5432", await _bench.ReadAsync("env", "DB#port"));
        Assert.Equal("it is ********", _bench.Secrets.Redact("it is very-secret"));
        Assert.Equal("the environment has no variable 'TOCKEN'; set it where the run is: of the worker, or in the env of its job variables", await _bench.FaultAsync("env", "TOCKEN"));
        Assert.Equal("the secret 'DB' of the environment has no key 'pasword'; did you mean 'password'?", await _bench.FaultAsync("env", "DB#pasword"));
        Assert.Equal("the secret 'TOKEN' of the environment is not JSON, so it has no key 'x'; leave out the #key to get it whole", await _bench.FaultAsync("env", "TOKEN#x"));
    }

    [Fact]
    public async Task Environment_of_a_prefix_is_only_that()
    {
        _bench.Provide("app", "env", new JsonObject { ["prefix"] = "APP_" });
        _bench.Environment["APP_TOKEN"] = "a-secret";
        _bench.Environment["TOKEN"] = "other";

        Assert.Equal("\"a-secret\"", await _bench.ReadAsync("app", "TOKEN"));
    }

    [Fact]
    public async Task Mounted_folder_gives_a_file_a_secret()
    {
        // as Kubernetes mounts: the name is a link to ..data/name, and ..data a link to a folder of the day
        _folder.Write("..2026_11_20/db-password", "hunter22\n");
        File.CreateSymbolicLink(_folder.At("..data"), "..2026_11_20");
        File.CreateSymbolicLink(_folder.At("db-password"), "..data/db-password");
        _folder.Write("app/config.json", """{"key": "k-value"}""");
        _folder.Write("prod.env", "# comment\nexport TOKEN='it is \"here\"' \nURL=postgres://u:p@h/db # the database\nLINES=\"a\\nb\"\n");
        _bench.Provide("mounted", "file", new JsonObject { ["path"] = _folder.Path });

        Assert.Equal("\"hunter22\"", await _bench.ReadAsync("mounted", "db-password"));
        Assert.Equal("\"k-value\"", await _bench.ReadAsync("mounted", "app/config.json#key"));
        Assert.Equal("postgres://u:p@h/db", JsonNode.Parse((await _bench.ReadAsync("mounted", "prod.env#URL"))!)!.ToString());

        _bench.Provide("dotenv", "file", new JsonObject { ["path"] = _folder.At("prod.env") });
        Assert.Equal("it is \"here\"", JsonNode.Parse((await _bench.ReadAsync("dotenv", "TOKEN"))!)!.ToString());
        Assert.Equal("a\nb", JsonNode.Parse((await _bench.ReadAsync("dotenv", "LINES"))!)!.ToString());
        Assert.EndsWith("has no 'TOKN'; did you mean 'TOKEN'?", await _bench.FaultAsync("dotenv", "TOKN"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_outside_of_the_folder_is_refused()
    {
        _folder.Write("outside", "not-yours");
        _folder.Write("in/a", "mine");
        File.CreateSymbolicLink(_folder.At("in", "link"), _folder.At("outside"));
        Directory.CreateSymbolicLink(_folder.At("in", "up"), _folder.Path);
        _bench.Provide("mounted", "file", new JsonObject { ["path"] = _folder.At("in") });

        Assert.Equal("\"mine\"", await _bench.ReadAsync("mounted", "a"));
        Assert.Contains("'../outside' leaves the folder", await _bench.FaultAsync("mounted", "../outside"), StringComparison.Ordinal);
        Assert.Contains("leaves the folder", await _bench.FaultAsync("mounted", "/etc/passwd"), StringComparison.Ordinal);
        Assert.Contains("is a link that leaves it", await _bench.FaultAsync("mounted", "link"), StringComparison.Ordinal);
        Assert.Contains("is a link that leaves it", await _bench.FaultAsync("mounted", "up/outside"), StringComparison.Ordinal);
        Assert.Contains("has no file 'b'", await _bench.FaultAsync("mounted", "b"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Provider_that_is_not_there_or_not_of_a_kind_is_told()
    {
        _bench.Provide("odd", "azure-keyvault", []);
        _bench.Provide("half", "azure-key-vault", new JsonObject { ["vault_url"] = "{{ $NO_SUCH }}" });

        Assert.StartsWith("the secret provider 'kv': there is none of this name; make it with", await _bench.FaultAsync("kv", "x"), StringComparison.Ordinal);
        Assert.Equal("the secret provider 'odd': there is no kind 'azure-keyvault'; did you mean 'azure-key-vault'?", await _bench.FaultAsync("odd", "x"));
        Assert.Contains("the environment has no variable 'NO_SUCH'", await _bench.FaultAsync("half", "x"), StringComparison.Ordinal);
    }
}
