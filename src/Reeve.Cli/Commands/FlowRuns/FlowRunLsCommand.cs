using System.CommandLine;
using Reeve.Cli.Output;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;

namespace Reeve.Cli.Commands.FlowRuns;

internal sealed class FlowRunLsCommand : CliCommand
{
    private readonly Option<string[]> _flowName = new("--flow-name") { Description = "Only runs of this flow. May be repeated", HelpName = "NAME" };
    private readonly Option<int> _limit = new("--limit") { Description = "At most so many; default: 15", HelpName = "N", DefaultValueFactory = _ => 15 };
    private readonly Option<string[]> _state = new("--state") { Description = "Only runs in a state of this name: Running, Late … May be repeated", HelpName = "NAME" };
    private readonly Option<string[]> _stateType = new("--state-type") { Description = "Only runs in a state of this type: RUNNING, FAILED … May be repeated", HelpName = "TYPE" };
    private readonly OutputOption _output = new();

    public FlowRunLsCommand()
        : base("ls", "List flow runs, the latest first")
    {
        foreach (var option in (ReadOnlySpan<Option>)[_flowName, _limit, _state, _stateType, _output])
            Options.Add(option);
    }

    public override IReadOnlyList<Example> Examples => [new("reeve flow-run ls --state-type FAILED --state-type CRASHED"), new("reeve flow-run ls --limit 1 -o json")];

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var (names, states, types) = (parse.GetValue(_flowName), parse.GetValue(_state), (parse.GetValue(_stateType) ?? []).Select(Type).ToList());
        var runs = await session.Client.FindFlowRunsAsync(new Query
        {
            Flows = names is { Length: > 0 } ? new FlowFilter { Name = new AnyOf<string> { Any = names } } : null,
            FlowRuns = states is { Length: > 0 } || types.Count > 0
                ? new FlowRunFilter
                {
                    State = new StateFilter
                    {
                        Name = states is { Length: > 0 } ? new AnyOf<string> { Any = states } : null,
                        Type = types.Count > 0 ? new AnyOf<StateType> { Any = types } : null,
                    },
                }
                : null,
            Limit = parse.GetValue(_limit),
            Sort = "EXPECTED_START_TIME_DESC",
        }, ct);
        if (_output.IsJson(parse))
        {
            JsonOutput.Write(runs, session.Terminal.Out);
            return ExitCodes.Done;
        }

        await WriteAsync(runs, session, ct);
        return ExitCodes.Done;
    }

    private static async Task WriteAsync(List<FlowRun> runs, CliSession session, CancellationToken ct)
    {
        var ids = runs.Select(r => r.FlowId).Distinct().ToList();
        var flows = ids.Count == 0 ? [] : await session.Client.FindFlowsAsync(new Query { Flows = new FlowFilter { Id = new AnyOf<Guid> { Any = ids } }, Limit = 200 }, ct);
        var names = flows.ToDictionary(f => f.Id, f => f.Name);
        var table = new TextTable("ID", "Flow", "Name", "State", "When");
        foreach (var run in runs)
            table.Add(run.Id.ToString(), names.GetValueOrDefault(run.FlowId), run.Name, run.StateName?.ToUpperInvariant(), Ago.Of(run.State?.StateDetails.ScheduledTime ?? run.State?.Timestamp, session.Time));
        table.Write(session.Terminal.Out, "There are no such flow runs.");
    }

    private static StateType Type(string text) =>
        Enum.TryParse<StateType>(text, ignoreCase: true, out var type) && Enum.IsDefined(type)
            ? type
            : throw new CliException($"there is no state type '{text}'", "types: " + string.Join(", ", Enum.GetValues<StateType>().Select(t => t.ToWire())), ExitCodes.Usage);
}
