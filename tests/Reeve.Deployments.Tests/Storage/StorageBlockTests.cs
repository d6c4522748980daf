using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Reeve.Deployments.Steps;
using Reeve.Deployments.Storage;
using Reeve.Deployments.Templating;
using Reeve.Deployments.Tests.Steps.Storage;
using Reeve.Deployments.Tests.Support;
using Reeve.Tests.Api;

namespace Reeve.Deployments.Tests.Storage;

public sealed class StorageBlockTests(S3StepTests.Server s3, AzureBlobStepTests.Server azure) : IClassFixture<S3StepTests.Server>, IClassFixture<AzureBlobStepTests.Server>, IDisposable
{
    private readonly StepBench _bench = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private JsonObject S3Credentials => new()
    {
        ["aws_access_key_id"] = "S3RVER",
        ["aws_secret_access_key"] = "S3RVER",
        ["aws_client_parameters"] = new JsonObject { ["endpoint_url"] = s3.Url },
    };

    [Theory]
    [InlineData("s3-bucket")]
    [InlineData("azure-blob-storage-container")]
    [InlineData("azure")]
    [InlineData("remote-file-system")]
    [InlineData("local-file-system")]
    public async Task Code_that_was_uploaded_comes_down_again(string type)
    {
        using var mounted = new TemporaryFolder();
        using var from = new TemporaryFolder();
        using var to = new TemporaryFolder();
        FolderTree.Fill(from);
        from.Write(".prefectignore", "*.log");
        var expected = FolderTree.Read(from.Path);
        from.Write("noise.log", "x");
        using var storage = StorageBlock.Open(type, new BlockData(Data(type, mounted.Path), []), _bench.Context);
        Assert.True(storage.TakesUploads);
        Assert.Equal(expected.Count, await storage.UploadAsync(from.Path, "flows/daily", null, Token));
        await storage.DownloadAsync("flows/daily", to.Path, Token);
        Assert.Equal(expected, FolderTree.Read(to.Path));
        var message = (await Assert.ThrowsAsync<StepException>(() => storage.DownloadAsync("../..", to.Path, Token))).Message;
        Assert.True(message.Contains("leads out of", StringComparison.Ordinal) || message.Contains("is not below", StringComparison.Ordinal), message);
    }

    [Fact]
    public async Task Pull_with_block_makes_a_folder_named_like_the_block()
    {
        using var from = new TemporaryFolder();
        from.Write("a/flow.py", "x");
        var block = new BlockData(Data("s3-bucket", ""), ["credentials.aws_secret_access_key"]);
        using (var storage = StorageBlock.Open("s3-bucket", block, _bench.Context))
            await storage.UploadAsync(from.Path, null, null, Token);
        _bench.Blocks["s3-bucket/mine"] = block;
        var outputs = await _bench.RunAsync("""[{"prefect.deployments.steps.pull_with_block": {"block_type_slug": "s3-bucket", "block_document_name": "mine"}}]""");
        Assert.Equal("s3-bucket-mine", outputs["directory"]!.ToString());
        Assert.Equal("x", await File.ReadAllTextAsync(_bench.Folder.At("s3-bucket-mine", "a", "flow.py"), Token));

        Assert.Contains("there is no block 'other' of type 's3'", await _bench.FailAsync("""[{"pull_with_block": {"block_type_slug": "s3", "block_document_name": "other"}}]"""), StringComparison.Ordinal);
        _bench.Blocks["smb/share"] = new BlockData([], []);
        Assert.Contains("mount the share", await _bench.FailAsync("""[{"pull_with_block": {"block_type_slug": "smb", "block_document_name": "share"}}]"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_git_repository_is_brought_without_its_history_when_asked()
    {
        using var repository = new TemporaryFolder();
        repository.Write("flows/a.py", "x");
        foreach (var command in (string[][])[["init", "-q", "-b", "main"], ["add", "."], ["-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-q", "-m", "first"]])
            Assert.Equal(0, (await new Reeve.Deployments.Running.ChildCommand("git", command) { WorkingDirectory = repository.Path }.RunAsync(Token)).ExitCode);
        using var to = new TemporaryFolder();
        using var storage = StorageBlock.Open("github", new BlockData(new JsonObject { ["repository"] = repository.Path, ["reference"] = "main", ["include_git_objects"] = false }, []), _bench.Context);
        await storage.DownloadAsync("flows", to.Path, Token);
        Assert.Equal(["a.py"], FolderTree.Read(to.Path).Keys);
        Assert.Contains("commit and push it with git", (await Assert.ThrowsAsync<StepException>(() => storage.UploadAsync(to.Path, null, null, Token))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_through_a_link_of_the_repository_moves_nothing_of_this_machine()
    {
        using var repository = new TemporaryFolder();
        using var outside = new TemporaryFolder();
        outside.Write("inner/precious", "x");
        Directory.CreateSymbolicLink(repository.At("flows"), outside.Path);
        foreach (var command in (string[][])[["init", "-q", "-b", "main"], ["add", "."], ["-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-q", "-m", "first"]])
            Assert.Equal(0, (await new Reeve.Deployments.Running.ChildCommand("git", command) { WorkingDirectory = repository.Path }.RunAsync(Token)).ExitCode);
        using var to = new TemporaryFolder();
        using var storage = StorageBlock.Open("github", new BlockData(new JsonObject { ["repository"] = repository.Path, ["reference"] = "main" }, []), _bench.Context);

        foreach (var path in (string[])["flows", "flows/inner"])
            Assert.Contains($"the path '{path}' leads through 'flows', a symbolic link", (await Assert.ThrowsAsync<StepException>(() => storage.DownloadAsync(path, to.Path, Token))).Message, StringComparison.Ordinal);

        Assert.True(File.Exists(outside.At("inner", "precious")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(to.Path));
    }

    [Fact]
    public async Task Remote_storage_is_pulled_by_its_address_and_the_settings_of_its_file_system()
    {
        using var from = new TemporaryFolder();
        from.Write("flow.py", "x");
        using (var storage = StorageBlock.Open("s3-bucket", new BlockData(Data("s3-bucket", ""), []), _bench.Context))
            await storage.UploadAsync(from.Path, "remote", null, Token);
        using (var storage = StorageBlock.Open("azure", new BlockData(Data("azure", ""), []), _bench.Context))
            await storage.UploadAsync(from.Path, "remote", null, Token);
        await using var web = LoopbackServer.Start(context => context.Request.Path == "/files/flow.py" ? context.Response.WriteAsync("over http") : Task.FromResult(context.Response.StatusCode = 404));

        foreach (var (inputs, directory, expected) in ((JsonObject, string, string)[])[
            (new() { ["url"] = "s3://my-bucket/blocks/remote", ["key"] = "S3RVER", ["secret"] = "S3RVER", ["client_kwargs"] = new JsonObject { ["endpoint_url"] = s3.Url } }, "my-bucket/blocks/remote", "x"),
            (new() { ["url"] = "az://my-bucket/azure/remote", ["connection_string"] = azure.ConnectionString() }, "my-bucket/azure/remote", "x"),
            (new() { ["url"] = $"file://{from.Path}" }, from.Path.TrimStart('/'), "x"),
            (new() { ["url"] = $"{web.Url}/files/flow.py?x=1" }, $"{web.Url["http://".Length..].Replace(':', '-')}/files", "over http")])
        {
            var outputs = await _bench.RunAsync(new JsonArray(new JsonObject { ["prefect.deployments.steps.pull_from_remote_storage"] = inputs }).ToJsonString());
            Assert.Equal(directory, outputs["directory"]!.ToString());
            Assert.Equal(expected, await File.ReadAllTextAsync(_bench.Folder.At(directory, "flow.py"), Token));
        }
        Assert.Contains("answers 404", await _bench.FailAsync($$"""[ { "pull_from_remote_storage": { "url": "{{web.Url}}/gone" } } ]"""), StringComparison.Ordinal);
        var refused = await _bench.FailAsync($$"""[ { "pull_from_remote_storage": { "url": "{{web.Url.Replace("http://", "http://me:pa55w0rd@", StringComparison.Ordinal)}}/gone?sig=s1gnature" } } ]""");
        Assert.DoesNotContain("pa55w0rd", refused, StringComparison.Ordinal);
        Assert.DoesNotContain("s1gnature", refused, StringComparison.Ordinal);
        Assert.Contains("'hdfs://' is not understood; known are s3://", await _bench.FailAsync("""[{"pull_from_remote_storage": {"url": "hdfs://x/y"}}]"""), StringComparison.Ordinal);
    }

    [Fact]
    public void A_type_that_keeps_no_code_and_half_a_key_pair_are_told()
    {
        Assert.Contains("no code can be kept in a block of the type 'slack-webhook'", Assert.Throws<StepException>(() => StorageBlock.Open("slack-webhook", new BlockData([], []), _bench.Context)).Message, StringComparison.Ordinal);
        Assert.Contains("no secret access key", Assert.Throws<StepException>(() => StorageBlock.Open("s3", new BlockData(new JsonObject { ["bucket_path"] = "b", ["aws_access_key_id"] = "A" }, []), _bench.Context)).Message, StringComparison.Ordinal);
        Assert.Contains("neither an AccountKey nor a SharedAccessSignature", Assert.Throws<StepException>(() =>
            StorageBlock.Open("azure", new BlockData(new JsonObject { ["bucket_path"] = "b", ["azure_storage_connection_string"] = "AccountName=x" }, []), _bench.Context)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _bench.Dispose();

    private JsonObject Data(string type, string folder) => type switch
    {
        "s3-bucket" => new() { ["bucket_name"] = "my-bucket", ["bucket_folder"] = "blocks", ["credentials"] = S3Credentials },
        "azure-blob-storage-container" => new() { ["container_name"] = "my-bucket", ["base_folder"] = "container", ["credentials"] = new JsonObject { ["connection_string"] = azure.ConnectionString() } },
        "azure" => new() { ["bucket_path"] = "my-bucket/azure", ["azure_storage_connection_string"] = azure.ConnectionString() },
        "remote-file-system" => new() { ["basepath"] = "s3://my-bucket/remote", ["settings"] = new JsonObject { ["key"] = "S3RVER", ["secret"] = "S3RVER", ["endpoint_url"] = s3.Url } },
        _ => new() { ["basepath"] = folder },
    };
}
