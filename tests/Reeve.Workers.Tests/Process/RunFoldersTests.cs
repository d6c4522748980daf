using System.Diagnostics;
using Reeve.Workers.Process;

namespace Reeve.Workers.Tests.Process;

public sealed class RunFoldersTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("reeve-test-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    // The name of a folder of this worker, with another maker in it.
    private string FolderOf(int maker)
    {
        var mine = RunFolders.Create();
        Directory.Delete(mine);
        var name = Path.GetFileName(mine).Replace($"-{Environment.ProcessId}-", $"-{maker}-", StringComparison.Ordinal);
        var folder = Path.Combine(_root, name);
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "sub")).FullName, "file"), "");
        return folder;
    }

    [Fact]
    public async Task Folder_of_a_killed_worker_goes_when_nobody_works_in_it()
    {
        using var worker = System.Diagnostics.Process.Start("true");
        await worker.WaitForExitAsync(TestContext.Current.CancellationToken);
        var (abandoned, used, mine) = (FolderOf(worker.Id), FolderOf(worker.Id), FolderOf(Environment.ProcessId));
        using var run = System.Diagnostics.Process.Start(new ProcessStartInfo("sleep", "60") { WorkingDirectory = Path.Combine(used, "sub") })!;
        Directory.CreateDirectory(Path.Combine(_root, "reeve-run-elsewhere-1-x"));

        RunFolders.RemoveAbandoned(_root);

        Assert.Equal(new[] { used, mine, Path.Combine(_root, "reeve-run-elsewhere-1-x") }.Order(), Directory.GetDirectories(_root).Order());
        run.Kill();
        await run.WaitForExitAsync(TestContext.Current.CancellationToken);
        RunFolders.RemoveAbandoned(_root);
        Assert.False(Directory.Exists(used));
        Assert.False(Directory.Exists(abandoned));
    }
}
