using Reeve.Engine;
using Reeve.Protocol;
using Reeve.Protocol.Runs;
using Reeve.Tests.Api;
using Reeve.Tests.Engine;

namespace Reeve.Tests.Inputs;

public sealed class PauseTests : EngineStage
{
    [Fact]
    public async Task Pause_says_its_key_its_time_and_where_the_answer_is_looked_for()
    {
        var answers = new Dictionary<string, string>();
        Api.Extra = Inputs(answers);
        Api.Verdict = (run, proposed) =>
        {
            if (proposed.Type != StateType.Paused)
                return null;
            answers[proposed.StateDetails!.RunInputKeyset!["response"]] = """{"value":42}""";
            return null;
        };
        Resume(after: 2);

        Assert.Equal(42, await In(() => Asking()));

        var paused = Assert.Single(Api.FlowRuns).States.First(state => state.Type == StateType.Paused);
        Assert.Equal(("Paused", "1", false), (paused.Name, paused.StateDetails.PauseKey, paused.StateDetails.PauseReschedule));
        Assert.Equal("paused-1-schema", paused.StateDetails.RunInputKeyset!["schema"]);
        Assert.NotNull(paused.StateDetails.PauseTimeout);
        Assert.Contains(Api.Messages, line => line.StartsWith($"Paused, until {paused.StateDetails.PauseTimeout.Value.UtcDateTime:u} at the latest.", StringComparison.Ordinal) && line.EndsWith(" --input '{…}'", StringComparison.Ordinal));
        Assert.Equal(["paused-1-schema", "paused-1-description"], Api.Requests
            .Where(request => request.Method == "POST" && request.Path.EndsWith("/input", StringComparison.Ordinal)).Select(request => WireJson.Parse(request.Body).GetProperty("key").GetString()!));
    }

    [Fact]
    public async Task Pause_that_was_passed_before_is_not_met_again()
    {
        Api.Extra = Inputs(new() { ["paused-1-response"] = """{"value":7}""" });
        Api.Verdict = (run, proposed) => proposed.Type == StateType.Paused
            ? RecordingApi.Answer(OrchestrationStatus.Reject, run.Current, "This pause has already fired.")
            : null;

        Assert.Equal(7, await In(() => Asking()));
    }

    [Fact]
    public async Task Pause_that_nobody_ends_fails_the_flow()
    {
        Api.Extra = Inputs([]);

        var thrown = await Assert.ThrowsAsync<TimeoutException>(() => In(() => Impatient()));

        Assert.StartsWith("The flow run was paused and never resumed within ", thrown.Message, StringComparison.Ordinal);
        Assert.Equal("Failed", Assert.Single(Api.FlowRuns).Current.Name);
    }

    [Fact]
    public async Task Task_cannot_pause_and_nothing_can_outside_of_a_flow()
    {
        Assert.Contains("a task cannot pause", (await Assert.ThrowsAsync<InvalidOperationException>(() => In(() => PausingTask()))).Message, StringComparison.Ordinal);
        Assert.StartsWith("There is no flow run here.", (await Assert.ThrowsAsync<InvalidOperationException>(() => In(() => FlowRuns.PauseAsync(ct: Token)))).Message, StringComparison.Ordinal);
        Assert.StartsWith("There is no flow run here.", Assert.Throws<InvalidOperationException>(() => FlowRunContext.Required).Message, StringComparison.Ordinal);
        Assert.StartsWith("There is no task run here.", Assert.Throws<InvalidOperationException>(() => TaskRunContext.Required).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Suspended_run_reports_nothing_more_even_when_its_code_swallows_the_exception()
    {
        var run = Api.AddFlowRun("{}");
        var flow = new FlowDescriptor { Name = "careless", Method = "Careless", Type = "Flows", Parameters = [], Invoke = async (_, _) => { await Careless(); return null; } };

        Assert.Equal(0, await In(() => new FlowProcess(Session, [flow]).RunAsync(run.Id, "Careless", null)));

        Assert.Equal(["Pending", "Running", "Suspended"], run.Path);
        Assert.True(run.Current.StateDetails.PauseReschedule);
    }

    // The run is looked at once while it is paused, and found running the next time.
    private void Resume(int after)
    {
        var looks = 0;
        Api.Fault = (method, path) =>
        {
            if (method == "GET" && path.StartsWith("flow_runs/", StringComparison.Ordinal) && ++looks == after)
                Assert.Single(Api.FlowRuns).Add(new StateCreate { Type = StateType.Running });
            return null;
        };
    }

    private static Func<string, string, string, (int, object?)?> Inputs(Dictionary<string, string> answers) => (method, path, body) =>
    {
        if (path.EndsWith("/input", StringComparison.Ordinal))
            return (201, null);
        if (!path.EndsWith("/input/filter", StringComparison.Ordinal))
            return null;
        var prefix = WireJson.Parse(body).GetProperty("prefix").GetString()!;
        return (200, answers.Where(one => one.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(one => new FlowRunInput { Id = Guid.NewGuid(), FlowRunId = Guid.Empty, Key = one.Key, Value = one.Value }).ToList());
    };

    [Flow]
    private static Task<int> Asking() => FlowRuns.PauseAsync<int>("How many?");

    [Flow]
    private static Task Impatient() => FlowRuns.PauseAsync(TimeSpan.Zero);

    [Flow]
    private static Task PausingTask() => Pausing();

    [Task]
    private static Task Pausing() => FlowRuns.PauseAsync();

    private static async Task Careless()
    {
        try
        {
            await FlowRuns.SuspendAsync();
        }
        catch (FlowSuspendedException)
        {
            // and goes on as if nothing was
        }
    }
}
