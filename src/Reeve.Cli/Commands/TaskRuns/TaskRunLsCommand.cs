using System.CommandLine;
using System.Globalization;
using Reeve.Cli.Output;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;

namespace Reeve.Cli.Commands.TaskRuns;

internal sealed class TaskRunLsCommand : CliCommand
{
    private readonly Option<string[]> _name = new("--task-run-name") { Description = "Only task runs of this name. May be repeated", HelpName = "NAME" };
    private readonly Option<string?> _flowRun = new("--flow-run") { Description = "Only those of this flow run", HelpName = "RUN" };
    private readonly Option<int> _limit = new("--limit") { Description = "At most so many, 1 to 200; default: 15", HelpName = "N", DefaultValueFactory = _ => 15 };
    private readonly Option<string[]> _state = new("--state") { Description = "Only those in a state of this name. May be repeated", HelpName = "NAME" };
    private readonly Option<string[]> _stateType = new("--state-type") { Description = "Only those in a state of this type: RUNNING, FAILED … May be repeated", HelpName = "TYPE" };
    private readonly OutputOption _output = new();

    public TaskRunLsCommand()
        : base("ls", "List task runs, the latest first")
    {
        foreach (var option in (ReadOnlySpan<Option>)[_name, _flowRun, _limit, _state, _stateType, _output])
            Options.Add(option);
    }

    public override IReadOnlyList<Example> Examples => [new("reeve task-run ls --state-type FAILED"), new("reeve task-run ls --flow-run mighty-lark -o json")];

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var (names, states, types) = (parse.GetValue(_name), parse.GetValue(_state), (parse.GetValue(_stateType) ?? []).Select(StateTypes.Parse).ToList());
        var flowRun = parse.GetValue(_flowRun) is { } wanted ? await Lookup.FlowRunAsync(session.Client, wanted, ct) : null;
        if (parse.GetValue(_limit) is < 1 or > 200)
            throw new CliException($"--limit is {parse.GetValue(_limit).ToString(CultureInfo.InvariantCulture)}; it is 1 to 200", exitCode: ExitCodes.Usage);
        var runs = await session.Client.FindTaskRunsAsync(new Query
        {
            TaskRuns = new TaskRunFilter
            {
                Name = names is { Length: > 0 } ? new AnyOf<string> { Any = names } : null,
                FlowRunId = flowRun is null ? null : new AnyOf<Guid> { Any = [flowRun.Id] },
                State = new StateFilter
                {
                    Name = states is { Length: > 0 } ? new AnyOf<string> { Any = states } : null,
                    Type = types.Count > 0 ? new AnyOf<StateType> { Any = types } : null,
                },
            },
            Limit = parse.GetValue(_limit),
            Sort = "EXPECTED_START_TIME_DESC",
        }, ct);
        if (_output.IsJson(parse))
        {
            JsonOutput.Write(runs, session.Terminal.Out);
            return ExitCodes.Done;
        }

        var table = new TextTable("ID", "Task", "Name", "State", "When");
        foreach (var run in runs)
            table.Add(run.Id.ToString(), run.TaskKey, run.Name, run.StateName?.ToUpperInvariant(), Ago.Of(run.State?.Timestamp, session.Time));
        table.Write(session.Terminal.Out, "There are no such task runs.");
        return ExitCodes.Done;
    }
}
