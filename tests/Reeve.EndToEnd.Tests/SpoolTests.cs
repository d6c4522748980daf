using System.Text.Json;
using Reeve.EndToEnd.Tests.Stage;
using Reeve.Protocol;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;

namespace Reeve.EndToEnd.Tests;

/// <summary>A run whose server is killed in its middle and does not come back before the run's process has ended, or was killed too.</summary>
public sealed class SpoolTests
{
    private const int KillNow = 9;
    private const int Events = 30;

    private const string Source = """
        #:package Reeve@0.1.0
        using Reeve;

        await Flows.Telling("");

        static class Flows
        {
            [Flow]
            public static async Task<string> Telling(string folder)
            {
                await Step(folder, 0);
                for (var number = 0; number < 30; number++)
                {
                    await Events.EmitAsync("order.created", $"order.{number}", new { Number = number });
                    if (number == 0)
                        await Step(folder, 1); // by then the first event has found nobody
                }

                await Step(folder, 2);
                return "told";
            }

            [Task]
            public static async Task Step(string folder, int number)
            {
                await File.AppendAllTextAsync(Path.Combine(folder, "marks"), number + "\n");
                while (!File.Exists(Path.Combine(folder, "go" + number)))
                    await Task.Delay(50);
            }
        }
        """;

    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_process_left_is_told_by_its_worker_before_the_worker_judges_the_run()
    {
        await using var flow = await PrepareAsync();
        var worker = flow.StartWorker("a");
        var (run, folder) = await flow.CreateRunAsync(new Dictionary<string, object>());
        await LoseServerAsync(flow, folder);
        await GoAsync(folder, 2);
        await SlowFlow.Until("the flow's process has ended", () => Task.FromResult(Engines(worker) is []), () => worker.Output);
        Assert.NotEmpty(Left(flow, "*.states"));
        Assert.NotEmpty(Left(flow, "*.events"));
        Assert.NotEmpty(Left(flow, "*.json")); // log lines

        await flow.Reeve.StartServerAsync();

        var ended = await flow.StateAsync(run.Id, r => r.StateType!.Value.IsTerminal());
        Assert.True(ended.StateType == StateType.Completed, $"{ended.StateName}: {ended.State!.Message}\n{worker.Output}");
        var history = await flow.Reeve.Api.GetFlowRunStatesAsync(run.Id, Ct);
        Assert.Equal([StateType.Scheduled, StateType.Pending, StateType.Running, StateType.Completed], history.Select(state => state.Type));
        Assert.Equal(history.OrderBy(state => state.Timestamp), history);
        var tasks = await TasksAsync(flow, run.Id);
        Assert.Equal(3, tasks.Count);
        Assert.All(tasks, task => Assert.Equal(StateType.Completed, task.StateType));
        // told are states, then events: the run can have ended a moment before its last event is there
        await SlowFlow.Until("the events are told", async () => (await NumbersAsync(flow)).Count >= Events, () => string.Join(' ', Left(flow, "*")));
        Assert.Equal(Enumerable.Range(0, Events), await NumbersAsync(flow));
        await SlowFlow.Until("nothing is left", () => Task.FromResult(Left(flow, "*") is []), () => string.Join(' ', Left(flow, "*")));
        Assert.Contains("Finished in state Completed", await flow.LogsAsync(run.Id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_killed_process_of_a_killed_worker_kept_is_told_by_the_next_worker()
    {
        await using var flow = await PrepareAsync();
        var worker = flow.StartWorker("a");
        var (run, folder) = await flow.CreateRunAsync(new Dictionary<string, object>());
        await LoseServerAsync(flow, folder);
        var below = ProcessUnderTest.Descendants(worker.Pid);

        worker.Signal(KillNow);
        foreach (var (pid, _) in below.Where(process => ProcessUnderTest.IsAlive(process.Pid)))
            ProcessUnderTest.Signal(pid, KillNow);
        await worker.ExitAsync(TimeSpan.FromSeconds(10));
        await flow.Reeve.StartServerAsync();
        flow.StartWorker("b");

        await SlowFlow.Until("the events are told", async () => (await NumbersAsync(flow)).Count == Events, () => string.Join(' ', Left(flow, "*")));
        Assert.Equal(Enumerable.Range(0, Events), await NumbersAsync(flow));
        await SlowFlow.Until("the states are told", async () => (await TasksAsync(flow, run.Id)).Count == 3, () => string.Join(' ', Left(flow, "*")));
        Assert.Equal(2, (await TasksAsync(flow, run.Id)).Count(task => task.StateType == StateType.Completed));
    }

    /// <summary>Kills the server in the first step, and returns when the flow has told all its events to nobody.</summary>
    private static async Task LoseServerAsync(SlowFlow flow, string folder)
    {
        await SlowFlow.StepBegunAsync(folder, 0);
        flow.Reeve.Server.Signal(KillNow);
        await flow.Reeve.Server.ExitAsync(TimeSpan.FromSeconds(10));
        await GoAsync(folder, 0);
        await SlowFlow.StepBegunAsync(folder, 1);
        await GoAsync(folder, 1);
        await SlowFlow.StepBegunAsync(folder, 2);
    }

    private static Task<SlowFlow> PrepareAsync() => SlowFlow.PrepareAsync("telling", "Telling", Source, new() { ["REEVE_ENGINE_SERVER_AWAY_SECONDS"] = "0.5" });

    private static Task GoAsync(string folder, int step) => File.WriteAllTextAsync(Path.Combine(folder, $"go{step}"), "", Ct);

    private static string[] Left(SlowFlow flow, string pattern) => Directory.GetFiles(Path.Combine(flow.Reeve.Home, "spool"), pattern, SearchOption.AllDirectories);

    private static List<int> Engines(ProcessUnderTest worker) =>
        [.. ProcessUnderTest.Descendants(worker.Pid).Where(process => process.CommandLine.Contains("telling.dll", StringComparison.Ordinal) && ProcessUnderTest.IsAlive(process.Pid)).Select(process => process.Pid)];

    private static Task<List<TaskRun>> TasksAsync(SlowFlow flow, Guid run) =>
        flow.Reeve.Api.FindTaskRunsAsync(new Query { TaskRuns = new TaskRunFilter { FlowRunId = new AnyOf<Guid> { Any = [run] } } }, Ct);

    private static async Task<List<int>> NumbersAsync(SlowFlow flow)
    {
        var page = await flow.Reeve.Api.Connection.SendAsync<JsonElement>(HttpMethod.Post, "events/filter", WireJson.Parse("""{"filter":{"event":{"prefix":["order."]},"order":"ASC"}}"""), Ct);
        return [.. page.GetProperty("events").EnumerateArray().Select(one => one.GetProperty("payload").GetProperty("Number").GetInt32())];
    }
}
