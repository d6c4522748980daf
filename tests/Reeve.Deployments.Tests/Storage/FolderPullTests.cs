using System.Text.Json.Nodes;
using Reeve.Deployments.Tests.Support;

namespace Reeve.Deployments.Tests.Storage;

/// <summary>Pulls into a folder that holds something already, from a folder that is mounted: what is written is the same for every store.</summary>
public sealed class FolderPullTests : IDisposable
{
    private readonly StepBench _bench = new();
    private readonly TemporaryFolder _from = new();

    public void Dispose()
    {
        _bench.Dispose();
        _from.Dispose();
    }

    private string Here => _from.Path.TrimStart('/');

    private string Pull() => new JsonArray(new JsonObject { ["pull_from_remote_storage"] = new JsonObject { ["url"] = $"file://{_from.Path}" } }).ToJsonString();

    [Theory]
    [InlineData("b", "b/here", "'b' is a file there and a folder here")]
    [InlineData("b/there", "b", "'b' is a folder there and a file here")]
    public async Task What_cannot_take_its_place_is_told_before_anything_is_written(string there, string here, string why)
    {
        _from.Write("a", "new");
        _from.Write(there, "new");
        _bench.Folder.Write($"{Here}/a", "old");
        _bench.Folder.Write($"{Here}/{here}", "old");
        var before = FolderTree.Read(_bench.Folder.Path);

        Assert.Contains(why, await _bench.FailAsync(Pull()), StringComparison.Ordinal);

        Assert.Equal(before, FolderTree.Read(_bench.Folder.Path));
    }

    [Fact]
    public async Task What_a_killed_pull_left_behind_is_removed_by_the_next_and_what_another_works_at_is_not()
    {
        using var ended = System.Diagnostics.Process.Start("true");
        await ended.WaitForExitAsync(TestContext.Current.CancellationToken);
        _from.Write("a", "x");
        _bench.Folder.Write($"{Here}/.reeve-pull.{ended.Id}.0123456789abcdef.partial/a", "half");
        _bench.Folder.Write($"{Here}/.reeve-pull.{Environment.ProcessId}.0123456789abcdef.partial/a", "half");

        await _bench.RunAsync(Pull());

        Assert.Equal([$".reeve-pull.{Environment.ProcessId}.0123456789abcdef.partial", "a"], new DirectoryInfo(_bench.Folder.At(Here)).EnumerateFileSystemInfos().Select(entry => entry.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Several_pulls_into_one_folder_at_once_all_end_well()
    {
        for (var i = 0; i < 200; i++)
            _from.Write($"f/{i % 7}/{i}", $"{i}");

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _bench.RunAsync(Pull())));

        Assert.Equal(FolderTree.Read(_from.Path), FolderTree.Read(_bench.Folder.At(Here)));
    }
}
