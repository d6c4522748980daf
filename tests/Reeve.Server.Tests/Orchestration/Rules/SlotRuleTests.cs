using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Server.ConcurrencyLimits;
using Reeve.Server.Orchestration;
using Reeve.Server.Orchestration.Rules;

namespace Reeve.Server.Tests.Orchestration.Rules;

/// <summary>The rules of slots as tables: what is free, what is asked for, what comes of it.</summary>
public sealed class SlotRuleTests
{
    // limit, used, active, strategy -> T taken, S waits (AwaitingConcurrencySlot), C cancelled, X aborted, A nothing to take
    [Theory]
    [InlineData(1, 0, true, "ENQUEUE", 'T')]
    [InlineData(2, 1, true, "CANCEL_NEW", 'T')]
    [InlineData(1, 1, true, "ENQUEUE", 'S')]
    [InlineData(1, 5, true, "ENQUEUE", 'S')]
    [InlineData(1, 1, true, null, 'S')]
    [InlineData(1, 1, true, "CANCEL_NEW", 'C')]
    [InlineData(0, 0, true, "ENQUEUE", 'X')]
    [InlineData(0, 0, true, "CANCEL_NEW", 'X')]
    [InlineData(0, 0, false, "ENQUEUE", 'A')]
    [InlineData(1, 1, false, "CANCEL_NEW", 'A')]
    public void A_run_that_becomes_pending_is_judged_by_what_is_free(int limit, int used, bool active, string? strategy, char expected)
    {
        var transition = Transitions.FlowRun("SCHEDULED", "PENDING") with { Slot = Slot(limit, used, active, strategy) };

        Assert.Equal(expected, Outcome(SecureFlowSlots.Judge(transition)));
    }

    // from where a slot is taken, proposed state Pending
    [Theory]
    [InlineData("SCHEDULED", 'T')]
    [InlineData("PAUSED", 'T')]
    [InlineData("FAILED", 'T')]
    [InlineData("CRASHED", 'T')]
    [InlineData("none", 'T')]
    [InlineData("PENDING", 'A')]
    [InlineData("RUNNING", 'A')]
    [InlineData("CANCELLING", 'A')]
    public void Only_a_run_that_has_none_takes_a_slot(string initial, char expected) =>
        Assert.Equal(expected, Outcome(SecureFlowSlots.Judge(Transitions.FlowRun(initial, "PENDING") with { Slot = Slot(1, 0, true, null) })));

    [Theory]
    [InlineData(true, 1, 'K')]
    [InlineData(false, 0, 'R')]
    [InlineData(false, 1, 'C')]
    public void A_run_that_begins_keeps_its_slot_or_takes_another_or_is_cancelled(bool held, int used, char expected)
    {
        var transition = Transitions.FlowRun("PENDING", "RUNNING");
        transition = transition with { Initial = transition.Initial! with { StateDetails = new() { DeploymentConcurrencyLeaseId = Guid.NewGuid() } }, Slot = Slot(1, used, true, null) with { IsHeld = held } };

        Assert.Equal(expected, Outcome(SecureFlowSlots.Judge(transition)));
    }

    [Theory]
    [InlineData("RUNNING", "PAUSED", true)]
    [InlineData("RUNNING", "CANCELLING", true)]
    [InlineData("PENDING", "RUNNING", true)]
    [InlineData("RUNNING", "COMPLETED", false)]
    [InlineData("PENDING", "SCHEDULED", false)]
    [InlineData("CANCELLING", "CANCELLED", false)]
    public void The_lease_goes_along_as_long_as_the_process_lives(string initial, string proposed, bool carried)
    {
        var lease = Guid.NewGuid();
        var transition = Transitions.FlowRun(initial, proposed);
        transition = transition with { Initial = transition.Initial! with { StateDetails = new() { DeploymentConcurrencyLeaseId = lease } } };

        var accepted = Assert.IsType<Verdict.Accept>(SecureFlowSlots.Judge(transition));

        Assert.Equal(carried ? lease : null, accepted.Transition.Proposed.StateDetails.DeploymentConcurrencyLeaseId);
    }

    // limit, used, held by this run, active -> A, W(ait), X
    [Theory]
    [InlineData(1, 0, false, true, 'A')]
    [InlineData(1, 1, false, true, 'W')]
    [InlineData(1, 1, true, true, 'A')]
    [InlineData(0, 0, false, true, 'X')]
    [InlineData(0, 0, false, false, 'A')]
    [InlineData(1, 9, false, false, 'A')]
    public void A_task_run_is_judged_by_the_fullest_of_its_tags(int limit, int used, bool held, bool active, char expected)
    {
        List<TagSlot> slots = [new("free", Limit(9, 0, true), []), new("t", Limit(limit, used, active), held ? [Guid.NewGuid()] : [])];

        Assert.Equal(expected, Outcome(SecureTaskSlots.Judge(Transitions.TaskRun("PENDING", "RUNNING") with { TagSlots = slots })));
        Assert.Equal('A', Outcome(SecureTaskSlots.Judge(Transitions.TaskRun("RUNNING", "COMPLETED") with { TagSlots = slots })));
    }

    [Fact]
    public void A_full_limit_is_asked_again_after_the_time_that_was_set()
    {
        List<TagSlot> full = [new("t", Limit(1, 1, true), [])];
        var task = Transitions.TaskRun("PENDING", "RUNNING") with { TagSlots = full, SlotWait = TimeSpan.FromSeconds(7.5) };
        var flow = Transitions.FlowRun("SCHEDULED", "PENDING") with { Slot = Slot(1, 1, true, "ENQUEUE"), SlotWait = TimeSpan.FromSeconds(9) };

        Assert.Equal(8, Assert.IsType<Verdict.Wait>(SecureTaskSlots.Judge(task)).Seconds);
        Assert.Equal(flow.Now.AddSeconds(9), Assert.IsType<Verdict.Reject>(SecureFlowSlots.Judge(flow)).Instead!.StateDetails.ScheduledTime);
    }

    private static char Outcome(Verdict verdict) => verdict switch
    {
        Verdict.Accept { Transition: FlowRunTransition { SlotUse: SlotUse.Take, Proposed.StateDetails.DeploymentConcurrencyLeaseId: not null } } => 'T',
        Verdict.Accept { Transition: FlowRunTransition { SlotUse: SlotUse.TakeToRun } } => 'R',
        Verdict.Accept { Transition: FlowRunTransition { SlotUse: SlotUse.Keep } } => 'K',
        Verdict.Accept => 'A',
        Verdict.Reject { Instead.Name: "AwaitingConcurrencySlot" } => 'S',
        Verdict.Reject { Instead.Name: "Cancelled" } => 'C',
        Verdict.Wait { Seconds: 30 } => 'W',
        Verdict.Abort => 'X',
        _ => '?',
    };

    private static DeploymentSlot Slot(int limit, int used, bool active, string? strategy)
    {
        var options = strategy is null ? null : new ConcurrencyOptions { CollisionStrategy = strategy };
        return new(new DeploymentLimit(Guid.NewGuid(), options), Limit(limit, used, active), IsHeld: false);
    }

    private static GlobalLimit Limit(int limit, int used, bool active) => new()
    {
        Id = Guid.NewGuid(),
        Created = Transitions.Now,
        Updated = Transitions.Now,
        Name = "limit",
        Limit = limit,
        ActiveSlots = used,
        Active = active,
    };
}
