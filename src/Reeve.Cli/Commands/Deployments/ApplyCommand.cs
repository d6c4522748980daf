using System.CommandLine;
using Reeve.Deployments.Planning;

namespace Reeve.Cli.Commands.Deployments;

internal sealed class ApplyCommand : CliCommand
{
    public const string Summary = "Make the server's deployments what the project says, all at once";
    private readonly PlanOptionsOfCommand _options = new();
    private readonly PlanOutput _output = new();
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Do not ask" };

    public ApplyCommand()
        : base("apply", Summary)
    {
        foreach (var option in (IEnumerable<Option>)[.. _options.Options, _yes, _output])
            Options.Add(option);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("reeve apply"),
        new("reeve apply --env dev --yes --prune"),
        new("reeve apply --env prod --promote-from dev"),
    ];

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        await using var lines = new DeployLines(session.Terminal);
        var prepared = await _options.PlanAsync(parse, session, lines, ct);
        return await ApplyAsync(prepared, parse.GetValue(_output), parse.GetValue(_yes), session, ct);
    }

    internal static async Task<int> ApplyAsync(PreparedPlan prepared, string? format, bool yes, CliSession session, CancellationToken ct)
    {
        var plan = prepared.Plan;
        PlanOutput.Write(prepared, format, session.Terminal.Out);
        if (plan.HasConflicts)
            throw new CliException($"{plan.CountFields(FieldOutcome.Conflict)} in conflict: changed in the file and on the server since the last apply; nothing was applied", "--overwrite lets the file win");
        if (!plan.HasChanges && !prepared.OnlyRecords)
            return ExitCodes.Done;
        if (plan.HasChanges && !yes)
        {
            if (!session.MayAsk)
                throw new CliException("nobody is there to be asked whether to apply; nothing was applied", "--yes applies without asking");
            if (!session.Terminal.Confirm("Apply?"))
            {
                session.Terminal.Error.WriteLine("Nothing was applied.");
                return ExitCodes.Fault;
            }
        }
        var (applied, faults) = await prepared.ApplyAsync(ct);
        PlanOptionsOfCommand.Refuse(faults);
        if (plan.HasChanges)
            session.Terminal.Error.WriteLine($"Applied: {applied!.Deployments.Count} written, {applied.Pruned.Count} pruned.");
        return ExitCodes.Done;
    }
}
