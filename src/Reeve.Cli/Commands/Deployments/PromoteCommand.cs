using System.CommandLine;

namespace Reeve.Cli.Commands.Deployments;

internal sealed class PromoteCommand : CliCommand
{
    public const string Summary = "Bring one environment's commit and builds to another, without building";
    private readonly PlanOptionsOfCommand _options = new();
    private readonly PlanOutput _output = new();
    private readonly Option<string> _from = new("--from") { Description = "The environment that has been applied", HelpName = "NAME", Required = true };
    private readonly Option<string> _to = new("--to") { Description = "The environment that is to have the same", HelpName = "NAME", Required = true };
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Do not ask" };

    public PromoteCommand()
        : base("promote", Summary)
    {
        foreach (var option in (IEnumerable<Option>)[_from, _to, .. _options.OptionsOfPromotion, _yes, _output])
            Options.Add(option);
    }

    public override IReadOnlyList<Example> Examples => [new("reeve promote --from dev --to prod"), new("reeve plan --env prod --promote-from dev", "what it would change")];

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        await using var lines = new DeployLines(session.Terminal);
        var prepared = await _options.PlanAsync(parse, session, lines, parse.GetValue(_to), parse.GetValue(_from), rebuild: false, ct);
        return await ApplyCommand.ApplyAsync(prepared, parse.GetValue(_output), parse.GetValue(_yes), session, ct);
    }
}
