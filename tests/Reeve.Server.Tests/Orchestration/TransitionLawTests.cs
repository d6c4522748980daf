using Reeve.Protocol;
using Reeve.Protocol.Runs;
using Reeve.Server.Orchestration;

namespace Reeve.Server.Tests.Orchestration;

/// <summary>The law of states as a table, every cell: A accepted, R rejected and the present state stays, C rejected and Cancelled holds, X aborted.</summary>
public sealed class TransitionLawTests
{
    // a run of a deployment, due, without infrastructure, retries or a stored result
    private const string FlowRunLaw = """
                    SCHEDULED PENDING RUNNING COMPLETED FAILED CANCELLED CRASHED PAUSED CANCELLING
        none        A         A       A       A         A      A         A       X      A
        SCHEDULED   A         A       A       A         A      A         A       R      C
        PENDING     A         X       A       A         A      A         A       R      A
        RUNNING     A         X       A       A         A      A         A       A      A
        COMPLETED   A         A       A       A         A      A         X       X      X
        FAILED      A         A       A       A         A      A         X       X      X
        CANCELLED   A         X       A       A         A      A         X       X      X
        CRASHED     A         A       A       A         A      A         X       X      X
        PAUSED      A         R       A       A         A      A         A       R      R
        CANCELLING  R         R       R       R         R      A         R       R      R
        """;

    private const string ForcedFlowRunLaw = """
                    SCHEDULED PENDING RUNNING COMPLETED FAILED CANCELLED CRASHED PAUSED CANCELLING
        none        A         A       A       A         A      A         A       A      A
        SCHEDULED   A         A       A       A         A      A         A       A      C
        PENDING     A         A       A       A         A      A         A       A      A
        RUNNING     A         A       A       A         A      A         A       A      A
        COMPLETED   A         A       A       A         A      A         A       A      A
        FAILED      A         A       A       A         A      A         A       A      A
        CANCELLED   A         A       A       A         A      A         A       A      A
        CRASHED     A         A       A       A         A      A         A       A      A
        PAUSED      A         A       A       A         A      A         A       A      A
        CANCELLING  A         A       A       A         A      A         A       A      A
        """;

    // a task run of a running flow run, due, without retries, cache or a stored result
    private const string TaskRunLaw = """
                    SCHEDULED PENDING RUNNING COMPLETED FAILED CANCELLED CRASHED PAUSED CANCELLING
        none        A         A       A       A         A      A         A       A      A
        SCHEDULED   A         A       A       A         A      A         A       A      A
        PENDING     A         A       A       A         A      A         A       A      A
        RUNNING     A         A       A       A         A      A         A       A      A
        COMPLETED   A         A       A       A         A      A         X       X      X
        FAILED      A         A       A       A         A      A         X       X      X
        CANCELLED   A         A       A       A         A      A         X       X      X
        CRASHED     A         A       A       A         A      A         X       X      X
        PAUSED      A         A       A       A         A      A         A       A      A
        CANCELLING  A         A       A       A         A      A         A       A      A
        """;

    // a background task: workers may both want it
    private const string BackgroundTaskRunLaw = """
                    SCHEDULED PENDING RUNNING COMPLETED FAILED CANCELLED CRASHED PAUSED CANCELLING
        none        A         A       A       A         A      A         A       A      A
        SCHEDULED   A         A       A       A         A      A         A       A      A
        PENDING     A         X       A       A         A      A         A       A      A
        RUNNING     A         X       A       A         A      A         A       A      A
        COMPLETED   A         A       A       A         A      A         X       X      X
        FAILED      A         A       A       A         A      A         X       X      X
        CANCELLED   A         X       A       A         A      A         X       X      X
        CRASHED     A         A       A       A         A      A         X       X      X
        PAUSED      A         A       A       A         A      A         A       A      A
        CANCELLING  A         X       A       A         A      A         A       A      A
        """;

    public static TheoryData<string, string, char> FlowRunCells => Cells(FlowRunLaw);

    public static TheoryData<string, string, char> ForcedFlowRunCells => Cells(ForcedFlowRunLaw);

    public static TheoryData<string, string, char> TaskRunCells => Cells(TaskRunLaw);

    public static TheoryData<string, string, char> BackgroundTaskRunCells => Cells(BackgroundTaskRunLaw);

    [Theory, MemberData(nameof(FlowRunCells))]
    public void A_flow_run_proposal_is_judged_as_the_table_says(string initial, string proposed, char expected) =>
        Assert.Equal(expected, Cell(OrchestrationPolicy.Judge(Transitions.FlowRun(initial, proposed), force: false)));

    [Theory, MemberData(nameof(ForcedFlowRunCells))]
    public void A_forced_flow_run_proposal_is_judged_as_the_table_says(string initial, string proposed, char expected) =>
        Assert.Equal(expected, Cell(OrchestrationPolicy.Judge(Transitions.FlowRun(initial, proposed), force: true)));

    [Theory, MemberData(nameof(TaskRunCells))]
    public void A_task_run_proposal_is_judged_as_the_table_says(string initial, string proposed, char expected) =>
        Assert.Equal(expected, Cell(OrchestrationPolicy.Judge(Transitions.TaskRun(initial, proposed), force: false)));

    [Theory, MemberData(nameof(BackgroundTaskRunCells))]
    public void A_background_task_run_proposal_is_judged_as_the_table_says(string initial, string proposed, char expected) =>
        Assert.Equal(expected, Cell(OrchestrationPolicy.Judge(Transitions.TaskRun(initial, proposed) with { FlowRun = null }, force: false)));

    [Fact]
    public void A_forced_task_run_proposal_is_always_accepted()
    {
        foreach (var (initial, proposed, _) in Rows(TaskRunLaw))
            Assert.Equal('A', Cell(OrchestrationPolicy.Judge(Transitions.TaskRun(initial, proposed), force: true)));
    }

    [Fact]
    public void Every_table_has_a_cell_for_each_pair()
    {
        var types = Enum.GetValues<StateType>().Select(type => type.ToWire()).ToList();
        foreach (var law in (string[])[FlowRunLaw, ForcedFlowRunLaw, TaskRunLaw, BackgroundTaskRunLaw])
            Assert.Equal(
                types.Prepend("none").SelectMany(initial => types.Select(proposed => (initial, proposed))).Order(),
                Rows(law).Select(row => (row.Initial, row.Proposed)).Order());
    }

    private static char Cell(Verdict verdict) => verdict switch
    {
        Verdict.Accept => 'A',
        Verdict.Reject { Instead: null } => 'R',
        Verdict.Reject { Instead.Type: StateType.Cancelled } => 'C',
        Verdict.Wait => 'W',
        Verdict.Abort => 'X',
        _ => '?',
    };

    private static TheoryData<string, string, char> Cells(string law)
    {
        TheoryData<string, string, char> cells = [];
        foreach (var (initial, proposed, expected) in Rows(law))
            cells.Add(initial, proposed, expected);
        return cells;
    }

    private static IEnumerable<(string Initial, string Proposed, char Expected)> Rows(string law)
    {
        var lines = law.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        return lines.Skip(1).SelectMany(row => lines[0].Select((proposed, column) => (row[0], proposed, row[column + 1][0])));
    }
}
