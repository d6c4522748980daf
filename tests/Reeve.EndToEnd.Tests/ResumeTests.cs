using Reeve.EndToEnd.Tests.Stage;
using Reeve.Protocol.Runs;

namespace Reeve.EndToEnd.Tests;

/// <summary>A flow whose process is killed at every boundary between its tasks in turn, and retried by hand each time.</summary>
public sealed class ResumeTests
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_at_every_boundary_each_side_effect_happens_once_and_the_result_is_equal()
    {
        await using var flow = await SlowFlow.PrepareAsync("killed", "Killed", KilledFlow.Source);
        flow.StartWorker("a");
        var (run, folder) = await flow.CreateRunAsync(new Dictionary<string, object>());

        for (var killed = 0; killed < KilledFlow.Boundaries; killed++)
        {
            var ended = await flow.StateAsync(run.Id, r => r.StateType!.Value.IsTerminal());
            Assert.True(ended.StateType == StateType.Crashed, $"After {killed} kills: {ended.StateName} {ended.State!.Message}\n{await flow.LogsAsync(run.Id)}");
            Assert.True(File.Exists(Path.Combine(folder, $"boundary-{killed}")), $"The process was not killed at boundary {killed}.");
            var (code, output) = await flow.Reeve.RunAsync("flow-run", "retry", run.Id.ToString());
            Assert.True(code == 0, output);
            await flow.StateAsync(run.Id, r => r.RunCount > killed + 1 || r.StateType == StateType.Completed);
        }

        var end = await flow.StateAsync(run.Id, r => r.StateType!.Value.IsTerminal());
        Assert.True(end.StateType == StateType.Completed, await flow.LogsAsync(run.Id));
        Assert.Equal(KilledFlow.Effects, (await File.ReadAllLinesAsync(Path.Combine(folder, "effects"), Ct)).Order(StringComparer.Ordinal));
        Assert.Equal(KilledFlow.Result, end.State!.Data!.Value.GetProperty("value").GetString());
        Assert.Contains("is Completed already: its stored result is handed back", await flow.LogsAsync(run.Id), StringComparison.Ordinal);
    }
}
