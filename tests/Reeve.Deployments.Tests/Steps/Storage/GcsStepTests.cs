using System.Text.Json.Nodes;
using Reeve.Deployments.Tests.Support;

namespace Reeve.Deployments.Tests.Steps.Storage;

/// <summary>Against a fake from the public reference.</summary>
public sealed class GcsStepTests : TransferStepTests, IAsyncDisposable
{
    private readonly GcsFake _gcs = new();

    protected override string Push => "prefect_gcp.deployment.steps.push_to_gcs";

    protected override string Pull => "prefect_gcp.deployments.steps.pull_from_gcs";

    protected override string Secret => _gcs.ServiceAccount["private_key"]!.ToString().Split('\n')[3];

    protected override string Refusal => "the service account flows@my-project.iam.gserviceaccount.com got no token from Google (400: Invalid JWT Signature.)";

    protected override string WrongSecret { get; } = OtherKey();

    [Fact]
    public async Task Throttling_and_faults_of_the_store_are_waited_out()
    {
        var times = 0;
        _gcs.Fault = request => request.Contains("/o", StringComparison.Ordinal) && Interlocked.Increment(ref times) is 1 or 3 or 5 ? times == 3 ? 503 : 429 : null;
        using var bench = Bench();
        bench.Folder.Write("a", "a");
        bench.Folder.Write("b", "b");
        await bench.RunAsync(Steps(Push, "x"));
        Assert.Equal(["x/a", "x/b"], _gcs.Objects.Keys.Order());
        Assert.Contains(bench.Lines, line => line.Contains("429 injected; trying again in", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_upload_in_parts_goes_on_where_the_connection_broke()
    {
        using var bench = Bench();
        var content = new byte[40 * 1024 * 1024];
        new Random(2).NextBytes(content);
        await File.WriteAllBytesAsync(bench.Folder.At("big"), content, Token);
        _gcs.CutsChunkAfter = 3 * 1024 * 1024;
        await bench.RunAsync(Steps(Push, "x"));
        Assert.Equal(content, _gcs.Objects["x/big"].Content);
        Assert.Contains(_gcs.Requests, request => request.StartsWith("PUT /session/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("x/../../outside", "leads out of the folder")]
    [InlineData("x/a/..\\..\\outside", "leads out of the folder")]
    [InlineData("x//etc/passwd", "is an absolute path")]
    [InlineData("x/C:\\Windows\\x", "begins with a drive letter")]
    [InlineData("x/nul\0byte", "holds a NUL character")]
    public async Task A_name_that_leaves_the_folder_ends_the_pull_before_anything_is_written(string name, string fault)
    {
        using var bench = Bench();
        _gcs.Objects["x/good"] = new GcsFake.Stored([1], null, 1);
        _gcs.Objects[name] = new GcsFake.Stored([1], null, 2);
        _gcs.Objects["x/folder/"] = new GcsFake.Stored([], null, 3);
        Assert.Contains(fault, await bench.FailAsync(Steps(Pull, "x")), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(bench.Folder.Path));
        Assert.DoesNotContain(_gcs.Requests, request => request.Contains("alt=media", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_is_written_through_a_link_that_lies_in_the_folder()
    {
        using var outside = new TemporaryFolder();
        using var bench = Bench();
        Directory.CreateSymbolicLink(bench.Folder.At("lib"), outside.Path);
        _gcs.Objects["x/lib/evil"] = new GcsFake.Stored([1], null, 1);
        Assert.Contains("'lib' is a link here", await bench.FailAsync(Steps(Pull, "x")), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(outside.Path));
    }

    [Fact]
    public async Task A_pull_that_fails_leaves_the_folder_as_it_was()
    {
        using var bench = Bench();
        bench.Folder.Write("a", "mine");
        for (var i = 0; i < 20; i++)
            _gcs.Objects[$"x/{(char)('a' + i)}"] = new GcsFake.Stored([1], null, i);
        _gcs.Fault = request => request.Contains("x/k?alt", StringComparison.Ordinal) ? 403 : null;
        Assert.Contains("may not do this", await bench.FailAsync(Steps(Pull, "x")), StringComparison.Ordinal);
        Assert.Equal("a", Path.GetFileName(Assert.Single(Directory.EnumerateFileSystemEntries(bench.Folder.Path))));
        Assert.Equal("mine", await File.ReadAllTextAsync(bench.Folder.At("a"), Token));
    }

    [Fact]
    public async Task Content_that_does_not_match_its_checksum_is_not_taken()
    {
        using var bench = Bench();
        _gcs.Objects["x/a"] = new GcsFake.Stored([1, 2, 3], null, 7) { Told = "AAAAAAAAAAAAAAAAAAAAAA==" };
        var message = await bench.FailAsync(Steps(Pull, "x"));
        Assert.Contains("does not match its checksum", message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(bench.Folder.Path));
    }

    [Fact]
    public async Task Links_that_leave_the_folder_are_left_out_with_a_warning()
    {
        using var outside = new TemporaryFolder();
        using var bench = Bench();
        outside.Write("secret", "s");
        bench.Folder.Write("real/a.py", "a");
        File.CreateSymbolicLink(bench.Folder.At("out.txt"), outside.At("secret"));
        Directory.CreateSymbolicLink(bench.Folder.At("out"), outside.Path);
        File.CreateSymbolicLink(bench.Folder.At("dangling"), "nowhere");
        File.CreateSymbolicLink(bench.Folder.At("inner.py"), "real/a.py");
        Directory.CreateSymbolicLink(bench.Folder.At("real/loop"), "..");
        Directory.CreateSymbolicLink(bench.Folder.At("alias"), "real");
        await bench.RunAsync(Steps(Push, "x"));
        Assert.Equal(["x/alias/a.py", "x/inner.py", "x/real/a.py"], _gcs.Objects.Keys.Order(StringComparer.Ordinal));
        foreach (var warning in (string[])["'out.txt' is a link that leaves", "'out' is a link that leaves", "'dangling' is a link that points to nothing", "'real/loop' is a link to a folder it lies in"])
            Assert.Contains(bench.Lines, line => line.Contains(warning, StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync() => await _gcs.DisposeAsync();

    protected override JsonObject Credentials(string? secret)
    {
        var key = _gcs.ServiceAccount;
        key["private_key"] = secret ?? key["private_key"]!.ToString();
        return new JsonObject { ["service_account_info"] = key };
    }

    protected override JsonObject MoreInputs => new() { ["endpoint_url"] = _gcs.Url, ["project"] = "my-project" };

    private static string OtherKey()
    {
        using var key = System.Security.Cryptography.RSA.Create(2048);
        return key.ExportPkcs8PrivateKeyPem();
    }
}
