using System.Text.Json.Nodes;
using Reeve.Deployments.Running;
using Reeve.Deployments.Storage;
using Reeve.Deployments.Templating;
using Reeve.Deployments.Tests.Steps.Storage;
using Reeve.Deployments.Tests.Support;
using Reeve.Settings;

namespace Reeve.Deployments.Tests.Running;

/// <summary>Runs of block-based deployments whose code lies in a storage block.</summary>
public sealed class StoredCodeTests(AzureBlobStepTests.Server azure) : IClassFixture<AzureBlobStepTests.Server>
{
    [Theory]
    [InlineData("flows/daily", "FAILED: Flow could not be retrieved from deployment 'nightly': bad.cs:1:9: error CS0103: The name 'missing' does not exist in the current context")]
    [InlineData("flows/weekly", "FAILED: Flow could not be retrieved from deployment 'nightly': 'azure/code': ")]
    public async Task Code_of_the_run_comes_from_the_storage_block(string path, string state)
    {
        using var from = new TemporaryFolder();
        using var home = new TemporaryFolder();
        using var to = new TemporaryFolder();
        using var api = new ApiStub();
        using var bench = new StepBench();
        await using var terminal = new StringWriter();
        from.Write("bad.cs", "int x = missing;");
        var data = new JsonObject { ["bucket_path"] = "my-bucket/stored", ["azure_storage_connection_string"] = azure.ConnectionString() };
        using (var storage = StorageBlock.Open("azure", new BlockData(data, []), bench.Context))
            await storage.UploadAsync(from.Path, "flows/daily", null, TestContext.Current.CancellationToken);
        var (id, type) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        var time = "2026-11-20T12:00:00.000000+00:00";
        api.StorageBlock = new JsonObject
        {
            ["id"] = id,
            ["created"] = time,
            ["updated"] = time,
            ["name"] = "code",
            ["data"] = data,
            ["block_schema_id"] = Guid.NewGuid().ToString(),
            ["block_type_id"] = type,
            ["block_type"] = new JsonObject { ["id"] = type, ["created"] = time, ["updated"] = time, ["name"] = "Azure", ["slug"] = "azure" },
        };
        var run = api.AddRun("bad.cs:Hello", null, new JsonObject { ["storage_document_id"] = id, ["path"] = path });
        var settings = new ReeveSettings(name => name == "REEVE_HOME" ? home.Path : null, new Profile("default", new Dictionary<string, string>()));

        await new RunExecutor(api.Client, settings, TextWriter.Synchronized(terminal), TimeProvider.System) { WorkingDirectory = to.Path, WorkerLease = null }.ExecuteAsync(run, TestContext.Current.CancellationToken);

        Assert.StartsWith(state, Assert.Single(api.States), StringComparison.Ordinal);
        Assert.DoesNotContain(AzureBlobStepTests.Server.Key, terminal + string.Join('\n', api.Logged) + Assert.Single(api.States), StringComparison.Ordinal);
    }
}
