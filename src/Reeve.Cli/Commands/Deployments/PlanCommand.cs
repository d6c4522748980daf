using System.CommandLine;

namespace Reeve.Cli.Commands.Deployments;

internal sealed class PlanCommand : CliCommand
{
    public const string Summary = "Show what applying a project would change, field by field";
    private readonly PlanOptionsOfCommand _options = new();
    private readonly PlanOutput _output = new();

    public PlanCommand()
        : base("plan", Summary + ". Exit code 0: nothing, 2: something, 1: it went wrong")
    {
        foreach (var option in (IEnumerable<Option>)[.. _options.Options, _output])
            Options.Add(option);
    }

    /// <inheritdoc />
    public override int UsageExitCode => ExitCodes.Fault; // 2 says that there are changes

    public override IReadOnlyList<Example> Examples =>
    [
        new("reeve plan"),
        new("reeve plan --env prod --prune"),
        new("reeve plan --env prod -o markdown > plan.md", "for a pull request"),
    ];

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        await using var lines = new DeployLines(session.Terminal);
        var prepared = await _options.PlanAsync(parse, session, lines, ct);
        PlanOutput.Write(prepared, parse.GetValue(_output), session.Terminal.Out);
        var plan = prepared.Plan;
        return plan.HasChanges || plan.HasConflicts ? ExitCodes.Changes : ExitCodes.Done;
    }
}
