using System.CommandLine;
using Reeve.Cli.Output;

namespace Reeve.Cli.Commands.TaskRuns;

internal sealed class TaskRunInspectCommand : CliCommand
{
    private readonly Argument<string> _run = new("TASK_RUN") { Description = "The task run's id or name" };
    private readonly OutputOption _output = new();

    public TaskRunInspectCommand()
        : base("inspect", "Show a task run, as the API has it")
    {
        Arguments.Add(_run);
        Options.Add(_output);
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        JsonOutput.Write(await Lookup.TaskRunAsync(session.Client, parse.GetRequiredValue(_run), ct), session.Terminal.Out);
        return ExitCodes.Done;
    }
}
