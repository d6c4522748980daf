using Reeve.Protocol;
using Reeve.Protocol.Runs;
using Reeve.Server.Orchestration;

namespace Reeve.Server.Tests.Orchestration.Rules;

/// <summary>What the tables leave out: conditions beyond the pair of types.</summary>
public sealed class RuleTests
{
    private const string Stored = """{"type":"reference","storage_key":"k"}""";

    private static DateTimeOffset Now => Transitions.Now;

    [Fact]
    public void A_repeated_transition_id_is_answered_with_the_present_state()
    {
        var id = Guid.NewGuid();
        var transition = WithTransitionId(Transitions.FlowRun("RUNNING", "RUNNING"), id, id);

        Assert.IsType<Verdict.Reject>(Judge(transition)).AssertKeepsState("This run has already made this state transition.");
        Assert.IsType<Verdict.Accept>(Judge(WithTransitionId(transition, id, Guid.NewGuid())));
    }

    [Theory]
    [InlineData(90, 90)]
    [InlineData(0.7, 1)]
    public void Too_early_a_start_waits_for_the_scheduled_time(double secondsAway, double wait)
    {
        foreach (var initial in (string[])["SCHEDULED", "PENDING"])
        {
            var transition = Transitions.FlowRun(initial, "RUNNING");
            transition = transition with { Initial = transition.Initial! with { StateDetails = new() { ScheduledTime = Now.AddSeconds(secondsAway) } } };
            Assert.Equal(wait, Assert.IsType<Verdict.Wait>(Judge(transition)).Seconds);
            Assert.IsType<Verdict.Accept>(OrchestrationPolicy.Judge(transition, force: true));
        }
    }

    [Fact]
    public void A_run_that_is_handed_out_takes_its_scheduled_time_along()
    {
        var accepted = Accepted(Transitions.FlowRun("SCHEDULED", "PENDING"));
        Assert.Equal(Now.AddMinutes(-1), accepted.Proposed.StateDetails.ScheduledTime);
    }

    [Fact]
    public void Pending_goes_on_to_a_named_sub_state_once()
    {
        var transition = Transitions.FlowRun("PENDING", "PENDING");
        transition = transition with { Proposed = transition.Proposed with { Name = "Submitting" } };
        Assert.IsType<Verdict.Accept>(Judge(transition));
        Assert.IsType<Verdict.Abort>(Judge(transition with { Initial = transition.Initial! with { Name = "Submitting" } }));
    }

    [Theory]
    [InlineData("SCHEDULED", "Scheduled", true)]
    [InlineData("SCHEDULED", "Late", false)]
    [InlineData("PENDING", "Pending", false)]
    public void Late_is_said_once_of_scheduled_runs_only(string type, string name, bool accepted)
    {
        var transition = Transitions.FlowRun(type, "SCHEDULED");
        transition = transition with { Initial = transition.Initial! with { Name = name }, Proposed = transition.Proposed with { Name = "Late" } };
        Assert.Equal(accepted, Judge(transition) is Verdict.Accept);
    }

    [Fact]
    public void A_kept_result_survives_reruns_and_empty_completions()
    {
        var completed = Transitions.State("COMPLETED", Now.AddMinutes(-1), data: Stored);
        var unpersisted = Transitions.State("COMPLETED", Now.AddMinutes(-1), data: """{"type":"unpersisted"}""");

        Assert.IsType<Verdict.Reject>(Judge(Transitions.FlowRun("COMPLETED", "RUNNING") with { Initial = completed })).AssertKeepsState("Run is already COMPLETED.");
        Assert.IsType<Verdict.Reject>(Judge(Transitions.FlowRun("COMPLETED", "COMPLETED") with { Initial = completed }));
        Assert.IsType<Verdict.Accept>(Judge(Transitions.FlowRun("COMPLETED", "RUNNING") with { Initial = unpersisted }));
        Assert.IsType<Verdict.Reject>(Judge(Transitions.TaskRun("COMPLETED", "RUNNING") with { Initial = completed })).AssertKeepsState("This run is already completed.");
        Assert.IsType<Verdict.Accept>(Judge(Transitions.TaskRun("COMPLETED", "RUNNING") with { Initial = unpersisted }));
    }

    [Fact]
    public void An_ended_run_without_deployment_is_not_rescheduled()
    {
        Assert.IsType<Verdict.Abort>(Judge(Transitions.FlowRun("FAILED", "SCHEDULED") with { DeploymentId = null }));
        Assert.Equal("reschedule", Accepted(Transitions.FlowRun("FAILED", "SCHEDULED")).Policy.RetryType);
        Assert.IsType<Verdict.Accept>(Judge(Transitions.FlowRun("FAILED", "RUNNING") with { DeploymentId = null }));
    }

    [Fact]
    public void Scheduled_with_infrastructure_is_cancelled_by_way_of_Cancelling()
    {
        var transition = Transitions.FlowRun("SCHEDULED", "CANCELLING") with { InfrastructurePid = "host:1" };
        Assert.IsType<Verdict.Accept>(Judge(transition));
        Assert.Equal(StateType.Cancelled, Rejected(transition with { Initial = transition.Initial! with { Name = "Resuming" } }).Instead!.Type);
    }

    [Fact]
    public void A_suspended_run_is_cancelled_at_once()
    {
        var transition = Transitions.FlowRun("PAUSED", "CANCELLING");
        Assert.Equal(
            StateType.Cancelled,
            Rejected(transition with { Initial = transition.Initial! with { StateDetails = new() { PauseReschedule = true } } }).Instead!.Type);
    }

    [Theory]
    [InlineData(null, 1, false)]
    [InlineData(0, 1, false)]
    [InlineData(1, 1, true)]
    [InlineData(1, 2, false)]
    [InlineData(3, 3, true)]
    public void A_failed_flow_run_waits_for_its_next_try_while_it_has_one(int? retries, int runCount, bool retried)
    {
        var verdict = Judge(Transitions.FlowRun("RUNNING", "FAILED") with
        {
            Run = new Projection { RunCount = runCount },
            Policy = new() { Retries = retries, RetryDelay = 30, PauseKeys = ["met"] },
        });

        Assert.Equal(retried, verdict is Verdict.Reject);
        if (verdict is Verdict.Reject reject)
        {
            Assert.Equal((StateType.Scheduled, "AwaitingRetry", Now.AddSeconds(30)), (reject.Instead!.Type, reject.Instead.Name, reject.Instead.StateDetails.ScheduledTime));
            var policy = ((FlowRunTransition)reject.Transition).Policy;
            Assert.Equal(("in_process", 0), (policy.RetryType, policy.PauseKeys!.Count));
        }
    }

    [Theory]
    [InlineData("10", 1, 0.0, 10)]
    [InlineData("[1, 2, 3]", 1, 0.0, 1)]
    [InlineData("[1, 2, 3]", 2, 0.0, 2)]
    [InlineData("[1, 2, 3]", 9, 0.0, 3)]
    [InlineData("[]", 1, 0.0, 0)]
    [InlineData("null", 1, 0.0, 0)]
    [InlineData("1e300", 1, 0.0, 3153600000)]
    [InlineData("-5", 1, 0.0, 0)]
    public void A_failed_task_run_waits_as_its_policy_says(string delay, int runCount, double chance, double seconds)
    {
        var reject = Rejected(Transitions.TaskRun("RUNNING", "FAILED") with
        {
            Run = new Projection { RunCount = runCount },
            Chance = chance,
            Policy = new() { Retries = 10, RetryDelay = WireJson.Parse(delay), RetryJitterFactor = chance > 0 ? 0.5 : null },
        });

        Assert.Equal(("AwaitingRetry", Now.AddSeconds(seconds)), (reject.Instead!.Name, reject.Instead.StateDetails.ScheduledTime));
    }

    // the expected numbers were computed by another program
    [Theory]
    [InlineData("10", 0.5, 0, 6.29396873863521)]
    [InlineData("10", 0.5, 0.25, 7.864311813631132)]
    [InlineData("10", 0.5, 0.5, 9.72803838526652)]
    [InlineData("10", 0.5, 0.999, 14.986126119707963)]
    [InlineData("4", 2.0, 0.75, 5.649995446276359)]
    [InlineData("10", 100.0, 0.5, 6.931471805599453)]
    public void Jitter_spreads_retries_around_their_delay(string delay, double factor, double chance, double seconds)
    {
        var reject = Rejected(Transitions.TaskRun("RUNNING", "FAILED") with
        {
            Run = new Projection { RunCount = 1 },
            Chance = chance,
            Policy = new() { Retries = 1, RetryDelay = WireJson.Parse(delay), RetryJitterFactor = factor },
        });

        Assert.Equal(seconds, (reject.Instead!.StateDetails.ScheduledTime!.Value - Now).TotalSeconds, 0.00001);
    }

    [Fact]
    public void Runs_of_old_clients_are_retried_by_their_old_fields()
    {
        var flow = Rejected(Transitions.FlowRun("RUNNING", "FAILED") with { Run = new() { RunCount = 2 }, Policy = new() { MaxRetries = 2, RetryDelaySeconds = 7 } });
        var task = Rejected(Transitions.TaskRun("RUNNING", "FAILED") with { Run = new() { RunCount = 2 }, Policy = new() { MaxRetries = 2, RetryDelaySeconds = 7 } });

        Assert.Equal((Now.AddSeconds(7), Now.AddSeconds(7)), (flow.Instead!.StateDetails.ScheduledTime, task.Instead!.StateDetails.ScheduledTime));
        Assert.IsType<Verdict.Accept>(Judge(Transitions.FlowRun("RUNNING", "FAILED") with { Run = new() { RunCount = 3 }, Policy = new() { MaxRetries = 2 } }));
        Assert.IsType<Verdict.Accept>(Judge(Transitions.TaskRun("RUNNING", "FAILED") with { Run = new() { RunCount = 1 } }));
    }

    [Fact]
    public void A_failure_that_is_not_to_be_retried_stands()
    {
        var transition = Transitions.TaskRun("RUNNING", "FAILED") with { Run = new Projection { RunCount = 1 }, Policy = new() { Retries = 3 } };
        Assert.IsType<Verdict.Reject>(Judge(transition));
        Assert.IsType<Verdict.Accept>(Judge(transition with { Proposed = transition.Proposed with { StateDetails = new() { Retriable = false } } }));
    }

    [Theory]
    [InlineData(null, 'X')]
    [InlineData(StateType.Scheduled, 'X')]
    [InlineData(StateType.Pending, 'X')]
    [InlineData(StateType.Running, 'A')]
    [InlineData(StateType.Completed, 'X')]
    [InlineData(StateType.Failed, 'X')]
    [InlineData(StateType.Cancelled, 'X')]
    [InlineData(StateType.Crashed, 'X')]
    [InlineData(StateType.Paused, 'N')]
    [InlineData(StateType.Cancelling, 'X')]
    public void A_task_runs_only_in_a_running_flow(StateType? flow, char expected)
    {
        var verdict = Judge(Transitions.TaskRun("PENDING", "RUNNING") with { FlowRun = new EnclosingFlowRun(Guid.NewGuid(), flow, 1, Now.AddHours(1), true) });

        Assert.Equal(expected, verdict switch { Verdict.Accept => 'A', Verdict.Abort => 'X', Verdict.Reject { Instead: { Name: "NotReady", StateDetails.PauseReschedule: true } } => 'N', _ => '?' });
    }

    [Theory]
    [InlineData("AwaitingRetry", 1, "Retrying")]
    [InlineData("Pending", 1, "Rerunning")]
    [InlineData("Pending", 0, "Running")]
    public void A_second_start_has_its_name(string initialName, int runCount, string expected)
    {
        var transition = Transitions.TaskRun("PENDING", "RUNNING");
        var accepted = Assert.IsType<Verdict.Accept>(Judge(transition with { Initial = transition.Initial! with { Name = initialName }, Run = new() { RunCount = runCount } }));
        Assert.Equal(expected, accepted.Transition.Proposed.Name);
    }

    [Fact]
    public void A_task_rerun_by_its_flows_retry_counts_anew()
    {
        var transition = Transitions.TaskRun("FAILED", "RUNNING") with
        {
            Run = new() { RunCount = 4 },
            FlowRunRunCount = 1,
            FlowRun = new EnclosingFlowRun(Guid.NewGuid(), StateType.Running, 2, null, false),
        };
        var accepted = Assert.IsType<Verdict.Accept>(Judge(transition));
        Assert.Equal(("Retrying", 0), (accepted.Transition.Proposed.Name, accepted.Transition.Run.RunCount));
    }

    [Fact]
    public void A_cached_result_takes_the_place_of_a_run()
    {
        var reject = Rejected(Transitions.TaskRun("PENDING", "RUNNING") with { Cached = Transitions.State("COMPLETED", Now.AddDays(-1), data: Stored) });
        Assert.Equal(("Cached", StateType.Completed, Now), (reject.Instead!.Name, reject.Instead.Type, reject.Instead.Timestamp));
        Assert.Equal("k", reject.Instead.Data!.Value.GetProperty("storage_key").GetString());
    }

    [Fact]
    public void A_cached_state_tells_its_key_and_the_run_that_took_it()
    {
        var cached = Transitions.State("COMPLETED", Now.AddDays(-1), data: Stored) with { StateDetails = new() { CacheKey = "key", TaskRunId = Guid.NewGuid() } };
        var transition = Transitions.TaskRun("PENDING", "RUNNING") with { Cached = cached };
        transition = transition with { Proposed = transition.Proposed with { StateDetails = new() { TaskRunId = transition.RunId } } };

        Assert.Equal(("key", transition.RunId), (Rejected(transition).Instead!.StateDetails.CacheKey, Rejected(transition).Instead!.StateDetails.TaskRunId!.Value));
    }

    [Theory]
    [InlineData(2000, true)]
    [InlineData(2001, false)]
    public void A_run_with_too_long_a_cache_key_ends_and_is_told_so(int length, bool accepted)
    {
        var transition = Transitions.TaskRun("RUNNING", "COMPLETED");
        transition = transition with { Proposed = transition.Proposed with { StateDetails = new() { CacheKey = new string('k', length) } } };

        var verdict = Judge(transition);

        Assert.Equal(accepted, verdict is Verdict.Accept);
        if (verdict is Verdict.Reject reject)
            Assert.Equal(transition.Proposed.Id, reject.Instead!.Id);
    }

    [Fact]
    public void What_fails_with_a_result_of_the_old_line_and_is_completed_by_force_has_an_unknown_result()
    {
        var failed = Transitions.State("FAILED", Now.AddMinutes(-1), data: Stored);
        var other = Transitions.State("FAILED", Now.AddMinutes(-1), data: """{"type":"literal","value":1}""");

        Assert.Equal("unknown", TypeOfForced(Transitions.FlowRun("FAILED", "COMPLETED") with { Initial = failed }));
        Assert.Equal("unknown", TypeOfForced(Transitions.TaskRun("FAILED", "COMPLETED") with { Initial = failed }));
        Assert.Null(TypeOfForced(Transitions.FlowRun("FAILED", "COMPLETED") with { Initial = other }));
        Assert.Null(TypeOfForced(Transitions.FlowRun("FAILED", "CANCELLED") with { Initial = failed }));
    }

    [Fact]
    public void Not_even_force_throws_a_kept_result_away()
    {
        var kept = Transitions.FlowRun("COMPLETED", "COMPLETED") with { Initial = Transitions.State("COMPLETED", Now.AddMinutes(-1), data: Stored) };

        Assert.IsType<Verdict.Reject>(OrchestrationPolicy.Judge(kept, force: true));
        Assert.IsType<Verdict.Accept>(OrchestrationPolicy.Judge(kept with { Proposed = kept.Initial! }, force: true));
        Assert.IsType<Verdict.Accept>(OrchestrationPolicy.Judge(Transitions.FlowRun("COMPLETED", "RUNNING") with { Initial = kept.Initial }, force: true));
    }

    [Theory]
    [InlineData("""{"type":"reference"}""", false)]
    [InlineData("""{"type":"unpersisted"}""", true)]
    [InlineData("{}", true)]
    [InlineData("17", true)]
    [InlineData("null", true)]
    public void Only_a_described_result_keeps_a_run_from_running_again(string data, bool mayRun)
    {
        var initial = Transitions.State("COMPLETED", Now.AddMinutes(-1), data: data);
        Assert.Equal(mayRun, Judge(Transitions.FlowRun("COMPLETED", "RUNNING") with { Initial = initial }) is Verdict.Accept);
        Assert.Equal(mayRun, Judge(Transitions.TaskRun("COMPLETED", "RUNNING") with { Initial = initial }) is Verdict.Accept);
    }

    [Fact]
    public void A_task_that_was_put_off_is_a_background_task_even_within_a_flow()
    {
        var transition = Transitions.TaskRun("PENDING", "PENDING");
        Assert.IsType<Verdict.Accept>(Judge(transition));
        Assert.IsType<Verdict.Abort>(Judge(transition with { Proposed = transition.Proposed with { StateDetails = new() { Deferred = true } } }));
    }

    [Fact]
    public void A_task_run_counts_the_run_of_its_flow_unless_it_is_forced()
    {
        var transition = Transitions.TaskRun("PENDING", "RUNNING") with { FlowRun = new EnclosingFlowRun(Guid.NewGuid(), StateType.Running, 3, null, false) };
        Assert.Equal(3, ((TaskRunTransition)Assert.IsType<Verdict.Accept>(Judge(transition)).Transition).FlowRunRunCount);
        Assert.Equal(0, ((TaskRunTransition)Assert.IsType<Verdict.Accept>(OrchestrationPolicy.Judge(transition, force: true)).Transition).FlowRunRunCount);
    }

    [Fact]
    public void Each_pause_fires_once_and_only_what_can_come_back_is_suspended()
    {
        var pause = Transitions.FlowRun("RUNNING", "PAUSED");
        pause = pause with { Proposed = pause.Proposed with { StateDetails = new() { PauseKey = "k" } } };
        var suspend = pause with { Proposed = pause.Proposed with { Name = "Suspended", StateDetails = new() { PauseKey = "k", PauseReschedule = true } } };

        Assert.Equal(["k"], Accepted(pause).Policy.PauseKeys!);
        Assert.IsType<Verdict.Reject>(Judge(pause with { Policy = new() { PauseKeys = ["k"] } })).AssertKeepsState("This pause has already fired.");
        Assert.IsType<Verdict.Accept>(Judge(suspend));
        Assert.Equal("Cannot suspend flows without a deployment.", Assert.IsType<Verdict.Abort>(Judge(suspend with { DeploymentId = null })).Reason);
        Assert.Equal("Cannot suspend subflows.", Assert.IsType<Verdict.Abort>(Judge(suspend with { ParentTaskRunId = Guid.NewGuid() })).Reason);
    }

    [Fact]
    public void A_resumed_run_knows_that_it_resumes_and_a_late_one_fails()
    {
        var resume = Transitions.FlowRun("PAUSED", "RUNNING");
        var late = resume with { Initial = resume.Initial! with { StateDetails = new() { PauseTimeout = Now.AddSeconds(-1) } } };

        Assert.True(Accepted(resume).Policy.Resuming);
        Assert.Equal(StateType.Failed, Rejected(late).Instead!.Type);
    }

    private static string? TypeOfForced(Transition transition)
    {
        var verdict = transition is FlowRunTransition flow ? OrchestrationPolicy.Judge(flow, force: true) : OrchestrationPolicy.Judge((TaskRunTransition)transition, force: true);
        return Assert.IsType<Verdict.Accept>(verdict).Transition.Proposed.Data?.GetProperty("type").GetString();
    }

    private static Verdict Judge(FlowRunTransition transition) => OrchestrationPolicy.Judge(transition, force: false);

    private static Verdict Judge(TaskRunTransition transition) => OrchestrationPolicy.Judge(transition, force: false);

    private static FlowRunTransition Accepted(FlowRunTransition transition) => (FlowRunTransition)Assert.IsType<Verdict.Accept>(Judge(transition)).Transition;

    private static Verdict.Reject Rejected(FlowRunTransition transition) => Assert.IsType<Verdict.Reject>(Judge(transition));

    private static Verdict.Reject Rejected(TaskRunTransition transition) => Assert.IsType<Verdict.Reject>(Judge(transition));

    private static FlowRunTransition WithTransitionId(FlowRunTransition transition, Guid initial, Guid proposed) => transition with
    {
        Initial = transition.Initial! with { StateDetails = transition.Initial.StateDetails with { TransitionId = initial } },
        Proposed = transition.Proposed with { StateDetails = transition.Proposed.StateDetails with { TransitionId = proposed } },
    };
}

internal static class RejectAssertions
{
    internal static void AssertKeepsState(this Verdict.Reject reject, string reason) => Assert.Equal((reason, null), (reject.Reason, reject.Instead));
}
