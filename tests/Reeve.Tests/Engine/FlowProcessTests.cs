using Reeve.Engine;
using Reeve.Protocol.Runs;
using Reeve.Tests.Api;

namespace Reeve.Tests.Engine;

public sealed class FlowProcessTests : EngineStage
{
    private static IReadOnlyList<FlowDescriptor> Flows => FlowCatalog.Of(typeof(FlowProcessTests).Assembly);

    [Fact]
    public async Task Run_is_executed_with_its_parameters_and_lease()
    {
        var run = Api.AddFlowRun("""{"name":"Ann","when":"PT90S","color":"green","box":{"label":"x","sizes":[1,2]}}""");
        var lease = Guid.NewGuid();

        Assert.Equal(0, await ExecuteAsync(run, "Deployed", lease));

        Assert.Equal(["Pending", "Running", "Completed"], run.Path);
        Assert.Contains("Ann 00:01:30 Green Box { Label = x, Sizes = 2 } 1", Api.Messages);
        Assert.All(Api.Requests.Where(request => request.Path.EndsWith("set_state", StringComparison.Ordinal)), request => Assert.Equal(lease.ToString(), request.Lease));
        Assert.DoesNotContain(Api.Requests, request => request.Path.EndsWith("/lease", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Retries_and_version_of_the_code_are_written_to_the_run()
    {
        var run = Api.AddFlowRun("{}");

        Assert.Equal(1, await ExecuteAsync(run, "FlowProcessTests.Broken"));

        Assert.Equal((2, 3), (run.Update!.EmpiricalPolicy.Value!.Retries, run.Update.EmpiricalPolicy.Value.RetryDelay));
        Assert.Equal("7", run.Update.FlowVersion.Value);
        Assert.Equal("Flow run encountered an exception: FormatException: broken", run.Current.Message);
    }

    [Fact]
    public async Task Faults_of_parameters_are_told_all_at_once()
    {
        var run = Api.AddFlowRun("""{"when":7.5,"color":"blue","Times":1,"times":"many","box":{"label":"x"}}""");

        Assert.Equal(1, await ExecuteAsync(run, "Reeve.Tests.Engine.FlowProcessTests.Deployed"));

        Assert.Equal(StateType.Failed, run.Current.Type);
        Assert.Equal(
            "Validation of flow parameters failed: 'name' is required; "
            + "'box.Sizes' is required; "
            + "'color' must be one of Red, Green, not \"blue\"; 'times' must be a whole number (Int32), not \"many\"; "
            + "'Times' is not a parameter of flow 'deployed': did you mean 'times'?",
            run.Current.Message);
        Assert.DoesNotContain("Running", run.Path);
    }

    [Theory]
    [InlineData("Nope", "There is no flow 'Nope'. The program has: ")]
    [InlineData("Other.Deployed", "There is no flow 'Other.Deployed'. The program has: ")]
    public async Task Unknown_entrypoint_fails_the_run(string entrypoint, string message)
    {
        var run = Api.AddFlowRun("{}");

        Assert.Equal(1, await ExecuteAsync(run, entrypoint));

        Assert.StartsWith(message, run.Current.Message, StringComparison.Ordinal);
        Assert.Equal(StateType.Failed, run.Current.Type);
    }

    [Fact]
    public async Task Unknown_run_is_an_error() => Assert.Equal(1, await new FlowProcess(Session, Flows).RunAsync(Guid.NewGuid(), "Deployed", null));

    [Fact]
    public async Task Aborted_run_is_not_executed()
    {
        var run = Api.AddFlowRun("""{"name":"Ann","box":{"label":"x","sizes":[]}}""");
        Api.Verdict = (_, _) => RecordingApi.Answer(OrchestrationStatus.Abort, null, "it is cancelled");

        Assert.Equal(1, await ExecuteAsync(run, "Deployed"));

        Assert.Equal(["Pending"], run.Path);
        Assert.Contains("The orchestrator does not let the run become Running: it is cancelled", Api.Messages);
    }

    [Fact]
    public async Task Instance_method_is_run_on_a_new_instance()
    {
        var run = Api.AddFlowRun("""{"x":2}""");

        Assert.Equal(0, await ExecuteAsync(run, "Job.Do"));
        Assert.Contains("doing 2", Api.Messages);
    }

    private async Task<int> ExecuteAsync(RunRecord run, string entrypoint, Guid? lease = null) => await new FlowProcess(Session, Flows).RunAsync(run.Id, entrypoint, lease);

    [Flow(LogPrints = true)]
    private static async Task Deployed(string name, Box box, TimeSpan when = default, Color color = Color.Red, int times = 1, CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        await Task.Yield();
        Console.WriteLine($"{name} {when} {color} {box} {times}");
    }

    [Flow(Retries = 2, RetryDelaySeconds = 2.5, Version = "7")]
    private static void Broken() => throw new FormatException("broken");

    internal enum Color
    {
        Red,
        Green,
    }

    internal sealed record Box(string Label, List<int> Sizes)
    {
        public override string ToString() => $"Box {{ Label = {Label}, Sizes = {Sizes.Count} }}";
    }

    internal sealed class Job
    {
        [Flow]
        public void Do(int x) => RunLogger.Current.Info($"doing {x}");
    }
}
