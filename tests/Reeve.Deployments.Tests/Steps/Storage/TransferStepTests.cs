using System.Text.Json.Nodes;
using Reeve.Deployments.Templating;
using Reeve.Deployments.Tests.Support;

namespace Reeve.Deployments.Tests.Steps.Storage;

/// <summary>What the steps of every object store do, against the store itself or what comes closest to it.</summary>
public abstract class TransferStepTests
{
    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>"prefect_aws.deployments.steps.push_to_s3" and the like.</summary>
    protected abstract string Push { get; }

    protected abstract string Pull { get; }

    protected virtual string Container => "bucket";

    /// <summary>The credentials' secret, which is to be seen nowhere.</summary>
    protected abstract string Secret { get; }

    protected virtual JsonObject MoreInputs => [];

    protected abstract JsonObject Credentials(string? secret = null);

    [Fact]
    public async Task A_folder_with_awkward_names_comes_back_as_it_was()
    {
        using var from = Bench();
        using var to = Bench();
        FolderTree.Fill(from.Folder);
        var outputs = await from.RunAsync(Steps(Push, "round/trip"));
        Assert.Equal(("my-bucket", "round/trip"), (outputs[Container]!.ToString(), outputs["folder"]!.ToString()));
        outputs = await to.RunAsync(Steps(Pull, "round/trip"));
        Assert.Equal(to.Folder.Path, outputs["directory"]!.ToString());
        Assert.Equal(FolderTree.Read(from.Folder.Path), FolderTree.Read(to.Folder.Path));
        Assert.DoesNotContain(from.Lines.Concat(to.Lines), line => line.Contains(Secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_of_several_parts_and_a_listing_of_several_pages_come_back()
    {
        using var from = Bench();
        using var to = Bench();
        var big = new byte[40_000_000];
        new Random(1).NextBytes(big);
        await File.WriteAllBytesAsync(from.Folder.At("big.bin"), big, Token);
        for (var i = 0; i < 1100; i++)
            from.Folder.Write($"f/{i}", $"{i}");
        await from.RunAsync(Steps(Push, "parts"));
        await to.RunAsync(Steps(Pull, "/parts/"));
        Assert.Equal(FolderTree.Read(from.Folder.Path), FolderTree.Read(to.Folder.Path));
    }

    [Fact]
    public async Task What_the_ignore_file_names_stays_here()
    {
        using var from = Bench();
        using var to = Bench();
        from.Folder.Write(".prefectignore", "*.pyc\n/secret/\n");
        from.Folder.Write("flow.py", "x");
        from.Folder.Write("lib/old.pyc", "x");
        from.Folder.Write("secret/key", "x");
        await from.RunAsync(Steps(Push, "ignoring"));
        await to.RunAsync(Steps(Pull, "ignoring"));
        Assert.Equal([".prefectignore", "flow.py"], FolderTree.Read(to.Folder.Path).Keys);
        Assert.Contains("the ignore file 'nowhere' is not in", await from.FailAsync(Steps(Push, "ignoring", ("ignore_file", "nowhere"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_push_sends_what_changed_and_deletes_only_when_asked()
    {
        using var from = Bench();
        using var to = Bench();
        from.Folder.Write("same", "same");
        from.Folder.Write("changed", "before");
        from.Folder.Write("gone", "gone");
        await from.RunAsync(Steps(Push, "again"));
        await from.RunAsync(Steps(Push, "again-2"));
        from.Folder.Write("changed", "behind");
        File.Delete(from.Folder.At("gone"));
        await from.RunAsync(Steps(Push, "again"));
        Assert.Contains(from.Lines, line => line.Contains("Pushed 1 file", StringComparison.Ordinal) && line.Contains("1 file were there already", StringComparison.Ordinal));
        await to.RunAsync(Steps(Pull, "again"));
        Assert.Equal("gone", await File.ReadAllTextAsync(to.Folder.At("gone"), Token));
        Assert.Equal("behind", await File.ReadAllTextAsync(to.Folder.At("changed"), Token));

        await from.RunAsync(Steps(Push, "again", ("delete", true)));
        using var later = Bench();
        await later.RunAsync(Steps(Pull, "again"));
        Assert.Equal(["changed", "same"], FolderTree.Read(later.Folder.Path).Keys);
        using var neighbour = Bench();
        await neighbour.RunAsync(Steps(Pull, "again-2")); // what begins alike is another folder
        Assert.Equal(["changed", "gone", "same"], FolderTree.Read(neighbour.Folder.Path).Keys);
    }

    [Fact]
    public async Task Wrong_credentials_are_told_without_the_secret()
    {
        var wrong = WrongSecret;
        using var bench = Bench(wrong);
        bench.Folder.Write("x", "x");
        foreach (var step in (string[])[Push, Pull])
        {
            var message = await bench.FailAsync(Steps(step, "wrong"));
            Assert.Contains(Refusal, message, StringComparison.Ordinal);
            Assert.DoesNotContain(wrong, message + string.Join('\n', bench.Lines), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_container_that_is_not_there_is_told_with_its_name()
    {
        using var bench = Bench();
        bench.Folder.Write("x", "x");
        foreach (var step in (string[])[Push, Pull])
            Assert.Contains($"there is no {Container} 'nowhere'", await bench.FailAsync(Steps(step, "x", (Container, "nowhere"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_holds_nothing_is_a_fault_and_leaves_nothing_behind()
    {
        using var bench = Bench();
        Assert.Contains("has no object below 'never-pushed/'; was the code pushed there?", await bench.FailAsync(Steps(Pull, "never-pushed")), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(bench.Folder.Path));
    }

    /// <summary>What a message says of wrong credentials.</summary>
    protected virtual string Refusal => "does not accept";

    protected virtual string WrongSecret => "d3JvbmcgYnV0IHdlbGwtZm9ybWVk";

    protected StepBench Bench(string? secret = null)
    {
        var bench = new StepBench();
        bench.Blocks["test-credentials/mine"] = new BlockData(Credentials(secret), []);
        return bench;
    }

    protected string Steps(string step, string folder, params (string Name, JsonNode Value)[] more)
    {
        var inputs = new JsonObject { [Container] = "my-bucket", ["folder"] = folder, ["credentials"] = "{{ prefect.blocks.test-credentials.mine }}" };
        foreach (var (name, value) in MoreInputs)
            inputs[name] = value?.DeepClone();
        foreach (var (name, value) in more)
            inputs[name] = value;
        return new JsonArray(new JsonObject { [step] = inputs }).ToJsonString();
    }
}
