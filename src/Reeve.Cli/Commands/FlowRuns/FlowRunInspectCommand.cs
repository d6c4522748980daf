using System.CommandLine;
using System.Globalization;
using Reeve.Cli.Output;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;

namespace Reeve.Cli.Commands.FlowRuns;

internal sealed class FlowRunInspectCommand : CliCommand
{
    private readonly Argument<string> _run = new("RUN") { Description = "The run's id or name" };
    private readonly OutputOption _output = new();

    public FlowRunInspectCommand()
        : base("inspect", "Show a flow run: its facts, its states, its task runs")
    {
        Arguments.Add(_run);
        Options.Add(_output);
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var run = await Lookup.FlowRunAsync(session.Client, parse.GetRequiredValue(_run), ct);
        var output = session.Terminal.Out;
        if (_output.IsJson(parse))
        {
            JsonOutput.Write(run, output);
            return ExitCodes.Done;
        }

        WriteFacts(run, (await session.Client.FindFlowAsync(run.FlowId, ct))?.Name, session);
        var states = new TextTable("Time", "State", "Message");
        foreach (var state in await session.Client.GetFlowRunStatesAsync(run.Id, ct))
            states.Add(FlowRunLogsCommand.Clock(state.Timestamp, session.Time), state.Name.ToUpperInvariant(), state.Message);
        output.WriteLine();
        states.Write(output, "No states.");
        var tasks = new TextTable("Task run", "State", "Attempts", "Seconds");
        foreach (var task in await session.Client.FindTaskRunsAsync(new Query { TaskRuns = new TaskRunFilter { FlowRunId = new AnyOf<Guid> { Any = [run.Id] } }, Limit = 200, Sort = "EXPECTED_START_TIME_ASC" }, ct))
            tasks.Add(task.Name, task.StateName?.ToUpperInvariant(), $"{task.RunCount}", task.TotalRunTime.ToString("0.###", CultureInfo.InvariantCulture));
        output.WriteLine();
        tasks.Write(output, "No task runs.");
        return ExitCodes.Done;
    }

    private static void WriteFacts(FlowRun run, string? flow, CliSession session)
    {
        (string, string?)[] facts =
        [
            ("ID", run.Id.ToString()),
            ("Name", run.Name),
            ("Flow", flow),
            ("Deployment", run.DeploymentId?.ToString()),
            ("State", run.StateName?.ToUpperInvariant() + (run.State?.Message is { Length: > 0 } message ? $": {message}" : "")),
            ("Parameters", run.Parameters.ToString()),
            ("Tags", string.Join(", ", run.Tags)),
            ("Work pool", run.WorkPoolName is null ? null : $"{run.WorkPoolName} / {run.WorkQueueName}"),
            ("Process", run.InfrastructurePid),
            ("Expected", Time(run.ExpectedStartTime, session)),
            ("Started", Time(run.StartTime, session)),
            ("Ended", Time(run.EndTime, session)),
            ("Run time", run.TotalRunTime > 0 ? run.TotalRunTime.ToString("0.### s", CultureInfo.InvariantCulture) : null),
            ("Attempts", $"{run.RunCount}"),
        ];
        foreach (var (name, value) in facts.Where(f => !string.IsNullOrEmpty(f.Item2)))
            session.Terminal.Out.WriteLine($"{name + ":",-13}{value}");
    }

    private static string? Time(DateTimeOffset? when, CliSession session) =>
        when is { } time ? $"{TimeZoneInfo.ConvertTime(time, session.Time.LocalTimeZone):yyyy-MM-dd HH:mm:ss zzz} ({Ago.Of(time, session.Time)})" : null;
}
