using System.CommandLine;
using System.Globalization;
using Reeve.Cli.Output;
using Reeve.Client;
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
        var (names, states, types) = (parse.GetValue(_flowName), parse.GetValue(_state), (parse.GetValue(_stateType) ?? []).Select(StateTypes.Parse).ToList());
        var limit = parse.GetValue(_limit);
        if (limit < 1)
            throw new CliException($"--limit is {limit.ToString(CultureInfo.InvariantCulture)}; it is a whole number above 0", exitCode: ExitCodes.Usage);
        var runs = await FindAsync(session.Client, limit, new Query
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

    // The API answers with at most a page at a time.
    private static async Task<List<FlowRun>> FindAsync(OrchestrationClient client, int limit, Query query, CancellationToken ct)
    {
        const int Page = 200;
        List<FlowRun> runs = [];
        while (runs.Count < limit)
        {
            var page = await client.FindFlowRunsAsync(query with { Limit = Math.Min(Page, limit - runs.Count), Offset = runs.Count }, ct);
            runs.AddRange(page);
            if (page.Count < Page)
                break;
        }

        return runs;
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
}
