using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Reeve.Deployments.Running;
using Reeve.Deployments.Steps;
using Reeve.Deployments.Tests.Steps.Storage;
using Reeve.Deployments.Tests.Support;
using Reeve.Tests.Api;

namespace Reeve.Deployments.Tests.Storage;

/// <summary>What a network, a disk and a big file do to a transfer, against Azurite.</summary>
public sealed class TransferFaultTests(AzureBlobStepTests.Server server) : IClassFixture<AzureBlobStepTests.Server>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connections_cut_in_the_middle_are_made_again()
    {
        using var from = new StepBench();
        using var to = new StepBench();
        var content = new byte[3_000_000];
        new Random(3).NextBytes(content);
        for (var i = 0; i < 6; i++)
            await File.WriteAllBytesAsync(from.Folder.At($"{i}.bin"), content, Token);
        await using var proxy = new CuttingProxy(server.Port, cuts: 4, after: 1_000_000);
        await from.RunAsync(Steps("push_to_azure_blob_storage", "cut", proxy.Port));
        Assert.Equal(0, proxy.CutsLeft);
        await using var other = new CuttingProxy(server.Port, cuts: 4, after: 1_000_000);
        await to.RunAsync(Steps("pull_from_azure_blob_storage", "cut", other.Port));
        Assert.Equal(0, other.CutsLeft);
        Assert.Equal(FolderTree.Read(from.Folder.Path), FolderTree.Read(to.Folder.Path));
        Assert.Contains(to.Lines, line => line.Contains("trying again in", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_disk_that_fills_up_leaves_nothing_half_done()
    {
        using var from = new StepBench();
        from.Folder.Write("small", "x");
        await File.WriteAllBytesAsync(from.Folder.At("big.bin"), new byte[3_000_000], Token);
        await from.RunAsync(Steps("push_to_azure_blob_storage", "full", server.Port));

        using var mount = new TemporaryFolder();
        var mounted = await new ChildCommand("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", mount.Path]) { WorkingDirectory = "/" }.RunAsync(Token);
        Assert.SkipUnless(mounted.ExitCode == 0, "a small file system cannot be mounted here (that takes root)");
        try
        {
            using var bench = new StepBench();
            bench.Context.WorkingDirectory = mount.Path;
            await File.WriteAllTextAsync(mount.At("small"), "mine", Token);
            var message = await bench.FailAsync(Steps("pull_from_azure_blob_storage", "full", server.Port));
            Assert.Contains("'big.bin' cannot be written: No space left on device", message, StringComparison.Ordinal);
            Assert.Equal([mount.At("small")], Directory.EnumerateFileSystemEntries(mount.Path));
            Assert.Equal("mine", await File.ReadAllTextAsync(mount.At("small"), Token));
        }
        finally
        {
            await new ChildCommand("umount", [mount.Path]) { WorkingDirectory = "/" }.RunAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task A_file_of_two_gigabytes_streams()
    {
        const long Size = 2L * 1024 * 1024 * 1024;
        using var bench = new StepBench();
        await using (var file = File.Create(bench.Folder.At("huge.bin")))
            file.SetLength(Size);
        long received = 0;
        long peak = 0;
        var before = Environment.WorkingSet;
        await using var sink = LoopbackServer.Start(async context =>
        {
            var buffer = new byte[64 * 1024];
            for (int count; (count = await context.Request.Body.ReadAsync(buffer)) > 0;)
                Interlocked.Add(ref received, count);
            lock (bench)
                peak = Math.Max(peak, Environment.WorkingSet - before);
            if (context.Request.Method == "GET")
                await context.Response.WriteAsync("<EnumerationResults><Blobs/><NextMarker/></EnumerationResults>");
            else
                context.Response.StatusCode = 201;
        });
        var watch = Stopwatch.StartNew();
        await bench.RunAsync($$"""[ { "push_to_azure_blob_storage": { "container": "c", "folder": "x", "credentials": { "account_url": "{{sink.Url}}/a", "account_key": "AAAA" } } } ]""");
        Assert.True(received >= Size, $"{received} bytes came");
        Assert.True(peak < 300_000_000, $"{peak / 1_000_000} MB more than before");
        TestContext.Current.TestOutputHelper?.WriteLine($"{watch.Elapsed.TotalSeconds:0.0} s, {peak / 1_000_000} MB more than before");
    }

    [Fact]
    public async Task A_store_that_is_not_there_is_told_with_its_address()
    {
        using var bench = new StepBench();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        stop.CancelAfter(TimeSpan.FromSeconds(2));
        bench.Folder.Write("x", "x");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            new StepRunner(StepCatalog.BuiltIn, bench.Context).RunAsync(JsonNode.Parse(Steps("push_to_azure_blob_storage", "x", 9))!.AsArray(), [], stop.Token));
        Assert.Contains(bench.Lines, line => line.Contains("127.0.0.1:9", StringComparison.Ordinal) && line.Contains("trying again", StringComparison.Ordinal));
    }

    private string Steps(string step, string folder, int port) => new JsonArray(new JsonObject
    {
        [step] = new JsonObject
        {
            ["container"] = "my-bucket",
            ["folder"] = folder,
            ["credentials"] = new JsonObject { ["connection_string"] = $"AccountName=devstoreaccount1;AccountKey={AzureBlobStepTests.Server.Key};BlobEndpoint=http://127.0.0.1:{port}/devstoreaccount1" },
        },
    }).ToJsonString();
}
