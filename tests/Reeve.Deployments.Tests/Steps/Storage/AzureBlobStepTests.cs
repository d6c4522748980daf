using System.Text.Json.Nodes;
using Reeve.Deployments.Storage.AzureBlob;
using Reeve.Deployments.Tests.Support;

namespace Reeve.Deployments.Tests.Steps.Storage;

/// <summary>Against Azurite.</summary>
public sealed class AzureBlobStepTests(AzureBlobStepTests.Server server) : TransferStepTests, IClassFixture<AzureBlobStepTests.Server>
{
    protected override string Push => "prefect_azure.deployments.steps.push_to_azure_blob_storage";

    protected override string Pull => "prefect_azure.deployments.steps.pull_from_azure_blob_storage";

    protected override string Container => "container";

    protected override string Secret => Server.Key;

    protected override string Refusal => "the key of the account 'devstoreaccount1' may not do this with the container 'my-bucket'"; // Azure itself says it does not accept the key

    protected override JsonObject Credentials(string? secret) => new() { ["connection_string"] = server.ConnectionString(secret) };

    [Fact]
    public async Task A_signature_in_the_address_or_in_the_connection_string_is_enough()
    {
        var sas = server.Sas();
        using var bench = new StepBench();
        bench.Folder.Write("x", "x");
        foreach (var credentials in (JsonObject[])[
            new() { ["connection_string"] = $"BlobEndpoint={server.Endpoint};SharedAccessSignature={sas}" },
            new() { ["account_url"] = $"{server.Endpoint}?{sas}" },
            new() { ["account_url"] = server.Endpoint, ["sas_token"] = "?" + sas }])
        {
            var inputs = new JsonObject { ["container"] = "my-bucket", ["folder"] = "sas", ["credentials"] = credentials };
            await bench.RunAsync(new JsonArray(new JsonObject { ["push_to_azure_blob_storage"] = inputs }).ToJsonString());
        }
    }

    public sealed class Server : IAsyncLifetime
    {
        /// <summary>The one every emulator has.</summary>
        public const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

        private StoreServer? _server;

        private StoreServer Started => _server ?? StoreServer.Skipped("azurite-blob");

        public int Port => Started.Port;

        public string Endpoint => $"{Started.Url}/devstoreaccount1";

        public string ConnectionString(string? key = null) => $"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={key ?? Key};BlobEndpoint={Endpoint};";

        public async ValueTask InitializeAsync()
        {
            _server = await StoreServer.AzuriteAsync(TestContext.Current.CancellationToken);
            if (_server is not null)
                await MakeContainerAsync("my-bucket");
        }

        public ValueTask DisposeAsync()
        {
            _server?.Dispose();
            return ValueTask.CompletedTask;
        }

        /// <summary>A signature over the whole account, for an hour.</summary>
        public string Sas()
        {
            var (start, end) = ("2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z");
            var toSign = $"devstoreaccount1\nrwdlacup\nb\nsco\n{start}\n{end}\n\nhttps,http\n2021-12-02\n\n";
            var signature = Convert.ToBase64String(System.Security.Cryptography.HMACSHA256.HashData(Convert.FromBase64String(Key), System.Text.Encoding.UTF8.GetBytes(toSign)));
            return $"sv=2021-12-02&ss=b&srt=sco&sp=rwdlacup&st={Uri.EscapeDataString(start)}&se={Uri.EscapeDataString(end)}&spr=https,http&sig={Uri.EscapeDataString(signature)}";
        }

        private async Task MakeContainerAsync(string name)
        {
            var signer = new AzureBlobSigner(AzureBlobAccount.FromConnectionString(ConnectionString()), TimeProvider.System);
            (string, string)[] query = [("restype", "container")];
            using var request = new HttpRequestMessage(HttpMethod.Put, signer.Address(name, query));
            await signer.SignAsync(request, query, TestContext.Current.CancellationToken);
            using var http = new HttpClient();
            using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
    }
}
