using System.Net;
using Reeve.Protocol.Runs;
using Reeve.Tests.Api;

namespace Reeve.Tests.Engine;

public sealed class LeaseTests : EngineStage
{
    private static readonly AsyncLocal<LeaseTests> Test = new();

    protected override string LeaseSeconds => "5";

    [Fact]
    public async Task Every_write_carries_the_lease_of_its_own_flow_run()
    {
        await In(() => Outer());

        var flows = Api.FlowRuns.ToList();
        Assert.Equal(2, flows.Count);
        var leases = Api.Requests.Where(request => request.Path.EndsWith("set_state", StringComparison.Ordinal))
            .SelectMany(request => RecordingApi.RunsOf(request).Select(id => (Run: Api.Runs[id], request.Lease)))
            .GroupBy(write => write.Run.FlowRunId ?? write.Run.Id)
            .ToDictionary(group => group.Key, group => group.Select(write => write.Lease).Distinct().ToList());
        Assert.NotNull(Assert.Single(leases[flows[0].Id]));
        Assert.NotNull(Assert.Single(leases[flows[1].Id]));
        Assert.NotEqual(leases[flows[0].Id], leases[flows[1].Id]);
    }

    [Fact]
    public async Task Cancellation_told_by_the_renewal_cancels_the_flow_and_what_it_called()
    {
        Test.Value = this;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => In(() => CancelledFlow()));

        var end = Assert.Single(Api.FlowRuns).Current;
        Assert.Equal((StateType.Cancelled, "Cancelled on request"), (end.Type, end.Message));
        Assert.Equal("Cancelled", Api.TaskRun("wait-0").Current.Name);
    }

    [Fact]
    public async Task Lost_lease_stops_the_work_and_writes_nothing_more()
    {
        Test.Value = this;

        var thrown = await Assert.ThrowsAsync<LeaseLostException>(() => In(() => LosingFlow()));

        Assert.Contains("taken by attempt 2", thrown.Message, StringComparison.Ordinal);
        Assert.All(Api.Runs.Values, run => Assert.Equal("Running", run.Current.Name));
    }

    [Fact]
    public async Task Write_that_the_lease_no_longer_allows_stops_the_work()
    {
        Api.Fault = (_, path) => path.StartsWith("task_runs/", StringComparison.Ordinal) && path.EndsWith("set_state", StringComparison.Ordinal) ? HttpStatusCode.Conflict : null;

        await Assert.ThrowsAsync<LeaseLostException>(() => In(() => Outer()));

        Assert.All(Api.FlowRuns, run => Assert.Equal("Running", run.Current.Name));
    }

    [Fact]
    public async Task Proposal_among_others_that_the_lease_no_longer_allows_stops_the_work()
    {
        Api.ProposalFault = _ => new TaskRunProposalFault(409, "taken by attempt 2");

        var thrown = await Assert.ThrowsAsync<LeaseLostException>(() => In(() => Outer()));

        Assert.Contains("taken by attempt 2", thrown.Message, StringComparison.Ordinal);
        Assert.All(Api.FlowRuns, run => Assert.Equal("Running", run.Current.Name));
    }

    [Fact]
    public async Task Run_held_by_another_process_is_not_started()
    {
        Api.Fault = (_, path) => path.EndsWith("lease", StringComparison.Ordinal) ? HttpStatusCode.Conflict : null;

        await Assert.ThrowsAsync<LeaseLostException>(() => In(() => Outer()));

        Assert.Equal("Pending", Assert.Single(Api.FlowRuns).Current.Name);
    }

    [Fact]
    public async Task Api_that_knows_no_leases_is_served_too()
    {
        Api.KnowsLeases = false;

        await In(() => Outer());

        Assert.All(Api.Runs.Values.Where(run => run.ParentId is null || run.IsTask).Where(run => run.Name != "inner-0"), run => Assert.Equal("Completed", run.Current.Name));
        Assert.All(Api.Requests, request => Assert.Null(request.Lease));
    }

    [Fact]
    public async Task Cancelling_run_that_fails_ends_cancelled()
    {
        Api.Verdict = (run, proposed) => run.IsTask || proposed.Type != StateType.Failed
            ? null
            : RecordingApi.Answer(OrchestrationStatus.Reject, run.Current with { Type = StateType.Cancelling, Name = "Cancelling" }, "is being cancelled");

        await Assert.ThrowsAsync<InvalidOperationException>(() => In(() => Failing()));

        Assert.Equal("Cancelled", Assert.Single(Api.FlowRuns).Current.Name);
    }

    [Flow]
    private static async Task Outer() => await Inner();

    [Flow]
    private static async Task Inner() => await Step();

    [Task]
    private static async Task Step() => await Task.Yield();

    [Flow]
    private static async Task Failing()
    {
        await Task.Yield();
        throw new InvalidOperationException("x");
    }

    [Flow]
    private static async Task CancelledFlow(CancellationToken ct = default)
    {
        Test.Value!.Api.Cancelling[FlowRunContext.Current!.Id] = true;
        await Wait(ct);
    }

    [Flow]
    private static async Task LosingFlow(CancellationToken ct = default)
    {
        Test.Value!.Api.LostLeases[FlowRunContext.Current!.Id] = "taken by attempt 2";
        await Wait(ct);
    }

    [Task]
    private static async Task Wait(CancellationToken ct) => await Task.Delay(Timeout.Infinite, ct);
}
