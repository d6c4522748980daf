using System.CommandLine;
using Reeve.Cli.Output;
using Reeve.Protocol.Runs;
using Reeve.Settings;

namespace Reeve.Cli.Commands.FlowRuns;

internal sealed class FlowRunWhyCommand : CliCommand
{
    private readonly Argument<string> _run = new("RUN") { Description = "The run's id or name" };

    // A run that is due for less than this is not late, it is next.
    private static readonly TimeSpan JustNow = TimeSpan.FromSeconds(5);

    private readonly OutputOption _output = new();

    public FlowRunWhyCommand()
        : base("why", "Tell why a flow run does not run or go on: what it waits for, who has it, what to do")
    {
        Arguments.Add(_run);
        Options.Add(_output);
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var run = await Lookup.FlowRunAsync(session.Client, parse.GetRequiredValue(_run), ct);
        var why = await session.Client.ExplainFlowRunAsync(run.Id, ct);
        var output = session.Terminal.Out;
        if (_output.IsJson(parse))
        {
            JsonOutput.Write(why, output);
            return ExitCodes.Done;
        }

        var late = run.StateType is StateType.Scheduled && run.NextScheduledStartTime < session.Time.GetUtcNow() - JustNow ? $", and was due {Ago.Of(run.NextScheduledStartTime, session.Time)}" : "";
        output.WriteLine($"{why.Name} is {why.StateName?.ToUpperInvariant() ?? "without a state"}{late}.");
        if (why.Reasons.Count == 0)
            output.WriteLine(why.Summary);
        foreach (var reason in why.Reasons)
        {
            output.WriteLine($"- {reason.Message}");
            foreach (var holder in reason.Holders)
                output.WriteLine($"    {holder.Type.Replace('_', ' ')} {holder.Name ?? holder.Id?.ToString() ?? "without a name"}{(holder.Since is null ? "" : $", {Ago.Of(holder.Since, session.Time)}")}");
            if (reason.Hint is { } hint)
                output.WriteLine($"    Hint: {(hint.StartsWith("reeve ", StringComparison.Ordinal) ? CommandName.Text + hint["reeve".Length..] : hint)}");
        }

        return ExitCodes.Done;
    }
}
