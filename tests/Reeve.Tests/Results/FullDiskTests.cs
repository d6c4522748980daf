using System.Diagnostics;
using Reeve.Protocol.Runs;
using Reeve.Tests.Engine;

namespace Reeve.Tests.Results;

public sealed class FullDiskTests : EngineStage
{
    private string Storage => Path.Combine(Home, "storage");

    [Fact]
    public async Task Result_that_the_disk_does_not_take_fails_only_the_task_that_was_to_store_it()
    {
        Directory.CreateDirectory(Storage);
        Assert.SkipUnless(await RunsAsync("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", Storage), "no small disk can be mounted here (that takes root)");
        try
        {
            var thrown = await Assert.ThrowsAsync<IOException>(() => In(() => Rows(100_000, 400_000)));

            Assert.Contains("No space left on device", thrown.Message, StringComparison.Ordinal);
            Assert.Equal("Completed", Api.TaskRun("plain-0").Current.Name); // nobody asked for its result to be stored: it is only not handed back later
            Assert.Equal("unpersisted", Api.TaskRun("plain-0").Current.Data!.Value.GetProperty("type").GetString());
            var kept = Api.TaskRun("kept-0").Current;
            Assert.Equal("reference", kept.Data!.Value.GetProperty("type").GetString());
            var failed = Api.TaskRun("kept-1").Current;
            Assert.Equal(StateType.Failed, failed.Type);
            Assert.Contains("No space left on device", failed.Message, StringComparison.Ordinal);
            Assert.Equal([kept.Data!.Value.GetProperty("storage_key").GetString()!], Directory.GetFiles(Storage)); // and no half of another
        }
        finally
        {
            await RunsAsync("umount", Storage);
        }
    }

    [Flow]
    private static async Task<int> Rows(int small, int large)
    {
        var sum = (await Plain(large)).Length;
        sum += (await Kept(small)).Length;
        return sum + (await Kept(large)).Length;
    }

    [Task]
    private static async Task<string> Plain(int length)
    {
        await Task.Yield();
        return new string('x', length);
    }

    [Task(PersistResult = true)]
    private static async Task<string> Kept(int length)
    {
        await Task.Yield();
        return new string('y', length);
    }

    private static async Task<bool> RunsAsync(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode == 0;
    }
}
