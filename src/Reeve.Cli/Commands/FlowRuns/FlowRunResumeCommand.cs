using System.CommandLine;
using Reeve.Protocol.Runs;
using Reeve.Settings;

namespace Reeve.Cli.Commands.FlowRuns;

internal sealed class FlowRunResumeCommand : CliCommand
{
    private readonly Argument<string> _run = new("RUN") { Description = "The run's id or name" };
    private readonly Option<string?> _input = new("--input") { Description = "The input that the run waits for, as a JSON object; - reads it from the standard input", HelpName = "JSON" };

    public FlowRunResumeCommand()
        : base("resume", "Let a paused or suspended flow run go on")
    {
        Arguments.Add(_run);
        Options.Add(_input);
    }

    public override IReadOnlyList<Example> Examples => [new("reeve flow-run resume mighty-lark"), new("reeve flow-run resume mighty-lark --input '{\"approved\": true}'", "a run that waits for input")];

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var run = await Lookup.FlowRunAsync(session.Client, parse.GetRequiredValue(_run), ct);
        if (run.StateType is not StateType.Paused)
            throw new CliException($"flow run '{run.Name}' is not paused: it is {run.StateName ?? "without a state"}");
        var input = parse.GetValue(_input) is { } json
            ? JsonFiles.ParseObject(json == "-" ? await session.Terminal.In.ReadToEndAsync(ct) : json, "--input").EnumerateObject().ToDictionary(p => p.Name, p => p.Value)
            : null;
        var answer = await session.Client.ResumeFlowRunAsync(run.Id, new FlowRunResume(input), ct);
        if (answer.Status is not OrchestrationStatus.Accept)
            throw new CliException($"flow run '{run.Name}' does not go on: {answer.Details.Reason}", await HintAsync(session, run, ct));
        session.Terminal.Out.WriteLine($"Flow run '{run.Name}' goes on.");
        return ExitCodes.Done;
    }

    /// <summary>What the run waits for, as its pause left it; null where it waits for nothing.</summary>
    private static async Task<string?> HintAsync(CliSession session, FlowRun run, CancellationToken ct)
    {
        if (run.State?.StateDetails.RunInputKeyset?.GetValueOrDefault("schema") is not { } key)
            return null;
        var found = await session.Client.FindFlowRunInputsAsync(run.Id, new FlowRunInputFilter(key, 10), ct);
        return found.Find(input => input.Key == key)?.Value is { } schema && InputForm.Of(schema) is { } form
            ? $"{CommandName.Text} flow-run resume {run.Name} --input '{form}'"
            : null;
    }
}
